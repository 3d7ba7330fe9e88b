/** The plugin helo.checks: what it looks at, and what it refuses for. */
import type { Fields, Json, RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import type { HarakaContext } from './context.ts'
import type { Ini } from './ini.ts'
import { missingCheck } from './row.ts'

interface HeloCheck {
  readonly name: string
  readonly match: Json
  readonly message: string
}

const LITERAL: Fields = { helo: { starts_with: '[' } }
const ADDRESS: Fields = { helo: { regex: '^(?:IPv6:)?(?:[0-9]+(?:\\.[0-9]+){3}|[0-9a-f]*:[0-9a-f:.]*)$' } }

const BARE_IP: HeloCheck = { name: 'bare_ip', match: ADDRESS, message: 'Invalid address format in HELO' }

/** In Haraka's order, behind `big_company`: the first that refuses is what the client reads. */
const NAME_CHECKS: readonly HeloCheck[] = [
  {
    name: 'valid_hostname',
    match: { not: { helo: { regex: ['^\\[', '\\.'] } } },
    message: 'HELO host must be a FQDN or address literal (RFC 5321 2.3.5)',
  },
  { name: 'valid_hostname', match: ADDRESS, message: 'HELO host name invalid' },
  {
    name: 'rdns_match',
    match: {
      not: { any: [LITERAL, { helo_matches: { reverse_name: 'related' }, 'helo_matches.by': ['name', 'both'] }] },
    },
    message: 'HELO host does not match rDNS',
  },
  {
    name: 'forward_dns',
    match: {
      resolvable: { of: 'helo', as: 'host' },
      not: { any: [LITERAL, { helo_matches: { reverse_name: 'related' } }] },
    },
    message: 'HELO host has no forward DNS match',
  },
  {
    name: 'literal_mismatch',
    match: { ...LITERAL, not: { helo_matches: {} } },
    message: 'HELO IP literal does not match your IP address',
  },
]

const PRIVATE = ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1', 'fc00::/7', 'fe80::/10']

export async function heloChecks(context: HarakaContext, at: PlacedText['at']): Promise<void> {
  const ini = await context.ini('helo.checks.ini')
  const exempt: Json[] = [
    ...(ini.isOn('skip', 'private_ip', true) ? [{ remote_ip: PRIVATE }] : []),
    ...(ini.isOn('skip', 'relaying', true) ? [{ relay_client: true }] : []),
  ]
  const unless: { readonly unless?: Fields } = exempt.length > 0 ? { unless: { any: exempt } } : {}
  const patterns = ini.isOn('check', 'match_re', true) ? await context.patternFile('helo.checks.regexps') : undefined
  const checks = [
    ...patternCheck(patterns, context),
    BARE_IP,
    ...ini.section('bigco').flatMap(companyChecks),
    ...NAME_CHECKS,
  ]
  const rules = checks
    .filter(({ name }) => name === 'literal_mismatch' || ini.isOn('check', name, true))
    .map(({ name, match, message }): RuleDraft => {
      const monitored = ini.isOn('reject', name, false) ? {} : { mode: 'monitor' as const }
      return { id: name, match, ...unless, on_unknown: 'skip', return: 'DENY', message, ...monitored }
    })
  reportOthers(ini, context, at)
  context.plugin({ plugin: 'helo_checks', summary: 'What helo.checks looks at.', hooks: { 'helo, ehlo': rules } }, at)
}

function patternCheck(patterns: Json | undefined, context: HarakaContext): readonly HeloCheck[] {
  if (patterns === undefined) return []
  const match = { helo: { matches_list: context.list('helo_patterns', patterns) } }
  return [{ name: 'match_re', match, message: 'That HELO not allowed here' }]
}

/** `yahoo.com=yahoo.com,yahoo.co.jp`: who says it is yahoo.com has a name in one of them. */
function companyChecks({ key, value }: Ini['entries'][number]): readonly HeloCheck[] {
  const below = value.text.split(',').flatMap((one) => [one.trim(), `.${one.trim()}`])
  const name = 'big_company'
  return [
    { name, match: { helo: key, remote_host: { exists: false } }, message: 'Big company w/o rDNS? Unlikely.' },
    { name, match: { helo: key, not: { remote_host: below } }, message: 'You are not who you say you are' },
  ]
}

function reportOthers(ini: Ini, context: HarakaContext, at: PlacedText['at']): void {
  const { findings } = context
  for (const name of ['dynamic', 'host_mismatch', 'proto_mismatch'])
    if (ini.isOn('check', name, true))
      missingCheck(name, ini, context, { at, instead: name === 'dynamic' ? 'the builtin `nodialup`' : undefined })
  if (ini.isOn('reject', 'literal_mismatch', false) && ini.text('check', 'literal_mismatch') !== '1')
    findings.changed({
      at: ini.get('reject', 'literal_mismatch')?.at ?? at,
      effect: 'stricter',
      message: '`literal_mismatch` wants the very address of the client here; its network is not enough',
    })
}

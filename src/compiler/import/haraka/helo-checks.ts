/** The plugin helo.checks: what it looks at, and what it refuses for. */
import type { Fields, Json, RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import type { HarakaContext } from './context.ts'

interface HeloCheck {
  readonly name: string
  /** Whether Haraka refuses for it unless it is told. */
  readonly rejects: boolean
  readonly match: Json
  readonly message: string
}

const HELO_CHECKS: readonly HeloCheck[] = [
  {
    name: 'bare_ip',
    rejects: false,
    match: { helo: { regex: '^[0-9]+(\\.[0-9]+){3}$' } },
    message: 'Invalid HELO: bare IP',
  },
  {
    name: 'valid_hostname',
    rejects: false,
    match: { not: { helo: { regex: ['^\\[', '\\.'] } } },
    message: 'HELO host must have a dot',
  },
  {
    name: 'literal_mismatch',
    rejects: false,
    match: { helo: { starts_with: '[' }, not: { helo_matches: { same_network: true } } },
    message: 'HELO IP literal does not match your IP',
  },
  {
    name: 'forward_dns',
    rejects: false,
    match: { not: { helo_matches: { same_network: true } } },
    message: 'HELO host has no forward DNS match',
  },
  {
    name: 'rdns_match',
    rejects: false,
    match: { not: { helo_matches: { reverse_name: 'related' } } },
    message: 'HELO host does not match rDNS',
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
  const rules = HELO_CHECKS.filter(({ name }) => ini.isOn('check', name, true)).map(
    ({ name, rejects, match, message }): RuleDraft => {
      const monitored = ini.isOn('reject', name, rejects) ? {} : { mode: 'monitor' as const }
      return { id: name, match, ...unless, on_unknown: 'skip', return: 'DENY', message, ...monitored }
    },
  )
  const patterns = ini.isOn('check', 'match_re', true) ? await context.patternFile('helo.checks.regexps') : undefined
  if (patterns !== undefined)
    rules.push({
      id: 'match_re',
      match: { helo: { matches_list: context.list('helo_patterns', patterns) } },
      ...unless,
      return: 'DENY',
      message: 'That HELO is not accepted here',
    })
  if (ini.isOn('check', 'big_company', true))
    rules.push(
      ...ini
        .section('bigco')
        .map(
          ({ key, value }): RuleDraft => bigCompany(key, value.text, ini.isOn('reject', 'big_company', true), unless),
        ),
    )
  for (const name of ['dynamic', 'host_mismatch', 'proto_mismatch'])
    if (ini.isOn('check', name, true) && ini.isOn('reject', name, name === 'host_mismatch'))
      context.findings.missing({
        at: ini.get('check', name)?.at ?? at,
        effect: 'laxer',
        message: `the check \`${name}\` is left out: nothing here does that`,
        instead: name === 'dynamic' ? 'the builtin `nodialup`' : undefined,
      })
  context.plugin({ plugin: 'helo_checks', summary: 'What helo.checks looks at.', hooks: { 'helo, ehlo': rules } }, at)
}

function bigCompany(
  name: string,
  hosts: string,
  isRejecting: boolean,
  unless: { readonly unless?: Fields },
): RuleDraft {
  const below = hosts
    .split(/[\s,]+/)
    .filter((one) => one !== '')
    .flatMap((one) => [one, `.${one}`])
  const match = { helo: name, not: { remote_host: below } }
  return {
    id: `big_company-${name.replaceAll('.', '-')}`,
    match,
    ...unless,
    on_unknown: 'skip',
    return: 'DENY',
    message: 'You are not who you say you are',
    ...(!isRejecting && { mode: 'monitor' }),
  }
}

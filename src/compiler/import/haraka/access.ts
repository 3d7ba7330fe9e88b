/** The plugin access, and those it took the place of: files of who is let through, and of who is not. */
import { isIpFault, parseNetwork } from '../../../core/net/ip.ts'
import { type Json, literal, type RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { type HarakaContext, isExact } from './context.ts'
import type { Ini } from './ini.ts'
import type { PluginRow } from './row.ts'

/** `192.0.2.1` and `192.0.2.0/24`; names are for other lists. */
function isNetwork({ text }: PlacedText): boolean {
  return !isIpFault(parseNetwork(text))
}

interface AccessPhase {
  readonly phase: 'conn' | 'mail' | 'rcpt'
  readonly hook: string
  readonly files: string
  readonly fact: string
  readonly subject: string
  readonly message: string
  readonly code: string
}

const PHASES: readonly AccessPhase[] = [
  {
    phase: 'conn',
    hook: 'connect',
    files: 'connect.rdns_access',
    fact: 'remote_host',
    subject: '${remote_host | Unknown} [${remote_ip}]',
    message: 'You are not allowed to connect',
    code: 'DENY_DISCONNECT',
  },
  {
    phase: 'mail',
    hook: 'mail',
    files: 'mail_from.access',
    fact: 'sender',
    subject: '${sender}',
    message: 'That sender cannot send mail here',
    code: 'DENY',
  },
  {
    phase: 'rcpt',
    hook: 'rcpt',
    files: 'rcpt_to.access',
    fact: 'rcpt',
    subject: '${rcpt}',
    message: 'That recipient is not allowed',
    code: 'DENY',
  },
]

/** The plugin access has all of them; before it there was one for each. */
export function access(phases: readonly AccessPhase['phase'][]): PluginRow {
  return {
    make: async (context, at) => {
      const ini = await context.ini('access.ini')
      const asked = PHASES.filter(({ phase }) => phases.includes(phase) && ini.isOn('check', phase, true))
      const name = phases.length > 1 ? 'access' : (asked[0]?.files.replaceAll('.', '_') ?? 'access')
      const summary = 'Lists of who is let through and who is not.'
      const hooks: Record<string, readonly RuleDraft[]> = {}
      for (const one of asked) {
        const rules = await accessRules(one, ini, context)
        // In one plugin, a white list of recipients would lift what waits for RCPT.
        if (context.isDelayed)
          context.plugin({ plugin: `${name}_${one.phase}`, summary, hooks: { [one.hook]: rules } }, at)
        else hooks[one.hook] = rules
      }
      const isHelo = phases.length > 1 && ini.isOn('check', 'helo', false)
      const helo = isHelo ? await context.patternFile('helo.checks.regexps') : undefined
      if (helo !== undefined)
        hooks['helo, ehlo'] = [
          {
            id: 'helo',
            match: { helo: { matches_list: context.list('helo_patterns', helo) } },
            return: 'DENY',
            message: '${helo} That HELO is not allowed to connect',
          },
        ]
      for (const line of await context.lines('access.domains'))
        context.findings.missing({
          at: line.at,
          effect: 'laxer',
          message: `\`${line.text}\` is left out: domains are blocked in one place at a time here`,
          instead: `in \`badmailfrom\`: \`${line.text}\` and \`.${line.text}\`\nand in \`helo: { badhelo: … }\``,
        })
      context.plugin({ plugin: name, summary, hooks }, at)
    },
  }
}

async function accessRules(
  { files, fact, subject, message, code, phase }: AccessPhase,
  ini: Ini,
  context: HarakaContext,
): Promise<readonly RuleDraft[]> {
  const own = (await context.ini(`${files}.ini`)).text('general', 'deny_msg') ?? ini.text('deny_msg', phase)
  const text = `${subject} ${own === undefined ? message : literal(own)}`
  const white = await colour(`${files}.whitelist`, fact, phase, context)
  const black = await colour(`${files}.blacklist`, fact, phase, context)
  const accepted = phase === 'rcpt' && ini.isOn('rcpt', 'accept', false) ? 'OK' : 'DECLINED'
  const rules: RuleDraft[] = []
  if (white.length > 0)
    rules.push({ id: 'whitelist', summary: `${files}.whitelist`, match: { any: white }, return: accepted })
  if (black.length > 0)
    rules.push({
      id: 'blacklist',
      summary: `${files}.blacklist`,
      match: { any: black },
      ...(phase === 'conn' && context.relaysFirst && { unless: { relay_client: true } }),
      return: code,
      message: text,
    })
  return rules
}

async function colour(
  name: string,
  fact: string,
  phase: AccessPhase['phase'],
  context: HarakaContext,
): Promise<readonly Json[]> {
  const conditions: Json[] = []
  const lines = await context.lines(name)
  if (phase === 'conn') conditions.push(...(await mixed(name, lines, context)))
  else {
    const list = await context.exactList(name, 'address')
    if (list !== undefined) conditions.push({ [fact]: { in_list: context.list(name, list) } })
    const first = lines.find(({ text }) => isExact('address', text))
    if (list !== undefined && first && name.endsWith('.blacklist') && fact !== 'remote_host')
      context.examples.push({ of: fact === 'sender' ? 'sender' : 'rcpt', value: first.text, list: name })
  }
  const patterns = await context.patternFile(`${name}_regex`)
  if (patterns !== undefined) conditions.push({ [fact]: { matches_list: context.list(`${name}_regex`, patterns) } })
  return conditions
}

/** Names and addresses of clients stand in one file; here each kind has its list. */
async function mixed(name: string, lines: readonly PlacedText[], context: HarakaContext): Promise<readonly Json[]> {
  const ips = lines.filter(isNetwork)
  if (ips.length === lines.length || ips.length === 0) {
    const fact = ips.length === 0 ? 'remote_host' : 'remote_ip'
    const list = await context.exactList(name, ips.length === 0 ? 'domain' : 'ip')
    return list === undefined ? [] : [{ [fact]: { in_list: context.list(name, list) } }]
  }
  const copied = (kind: string, kept: readonly PlacedText[]): string => {
    const copy = context.copy(
      `${name}-${kind}`,
      `# Made from ${context.file(name)}\n${kept.map(({ text }) => `${text}\n`).join('')}`,
      [context.file(name)],
    )
    context.findings.copied(context.at(name), name, copy)
    return copy
  }
  const names = lines.filter((line) => !ips.includes(line) && isExact('domain', line.text))
  return [
    {
      remote_ip: {
        in_list: context.list(`${name}-ips`, {
          file: copied(
            'ips',
            ips.filter(({ text }) => isExact('ip', text)),
          ),
          of: 'ip',
        }),
      },
    },
    { remote_host: { in_list: context.list(`${name}-names`, { file: copied('names', names), of: 'domain' }) } },
  ]
}

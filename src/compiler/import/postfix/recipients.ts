/** smtpd_reject_unlisted_recipient: recipients of our domains that no table knows are refused (ADDRESS_CLASS_README). */
import { type Json, printPlugin, type RuleDraft } from '../draft.ts'
import { isListOf } from '../list-lines.ts'
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'
import type { DomainClass, OurDomains } from './domains.ts'
import type { Parameters } from './main-cf.ts'
import { soft } from './restriction-lists.ts'
import { readTable, type TableEntry } from './table-ref.ts'

interface ClassOfRecipients {
  readonly domains: DomainClass
  readonly maps: string
  readonly says: string
}

const RECIPIENTS: readonly ClassOfRecipients[] = [
  { domains: 'mydestination', maps: 'local_recipient_maps', says: 'User unknown in local recipient table' },
  { domains: 'virtual_alias_domains', maps: 'virtual_alias_maps', says: 'User unknown in virtual alias table' },
  { domains: 'virtual_mailbox_domains', maps: 'virtual_mailbox_maps', says: 'User unknown in virtual mailbox table' },
  { domains: 'relay_domains', maps: 'relay_recipient_maps', says: 'User unknown in relay recipient table' },
]

export const UNLISTED = 'unlisted_recipient'

/** The plugin; undefined when there is nobody whom it could refuse. */
export async function unlistedPlugin(
  parameters: Parameters,
  domains: OurDomains,
  context: PostfixContext,
): Promise<string | undefined> {
  if (!parameters.isOn('smtpd_reject_unlisted_recipient')) return undefined
  const aliases = await known(parameters, 'virtual_alias_maps', context)
  const rules: RuleDraft[] = []
  for (const one of RECIPIENTS)
    rules.push(...(await ruleFor(one, { parameters, domains, aliases: aliases ?? [] }, context)))
  const lists = context.takeLists()
  if (rules.length === 0) return undefined
  const summary = 'Refuses recipients in our domains whom no table knows.'
  return printPlugin({
    plugin: UNLISTED,
    summary,
    lists,
    hooks: { rcpt: parameters.isOn('soft_bounce') ? rules.map(soft) : rules },
  })
}

interface Knowing {
  readonly parameters: Parameters
  readonly domains: OurDomains
  readonly aliases: readonly Json[]
}

async function ruleFor(
  { domains: name, maps, says }: ClassOfRecipients,
  { parameters, domains, aliases }: Knowing,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const names = domains.names.get(name) ?? []
  const outside = (domains.outside.get(name) ?? []).flatMap((spec) => spec('domain') ?? [])
  const isOpen = parameters.words(maps).length === 0 || (names.length === 0 && outside.length === 0)
  const found = isOpen ? undefined : await known(parameters, maps, context)
  if (!found) return []
  const ours: Json[] = [
    ...(names.length > 0 ? [{ 'rcpt.domain': names }] : []),
    ...outside.map((spec) => ({ 'rcpt.domain': { in_list: context.list(name, spec) } })),
  ]
  const [only] = ours
  const match = {
    all: [ours.length === 1 && only !== undefined ? only : { any: ours }],
    not: { any: maps === 'virtual_alias_maps' ? found : [...found, ...aliases] },
  }
  return [
    {
      id: name,
      summary: maps,
      match,
      return: 'DENY',
      reply_code: 550,
      status: '5.1.1',
      message: `<\${rcpt}>: Recipient address rejected: ${says}`,
    },
  ]
}

/**
 * Conditions, of which one holds for somebody who is there; undefined when a table cannot be read, so that nobody can
 * be told.
 */
async function known(
  parameters: Parameters,
  maps: string,
  context: PostfixContext,
): Promise<readonly Json[] | undefined> {
  const separators = parameters.text('recipient_delimiter')
  const conditions: Json[] = []
  for (const ref of parameters.words(maps)) {
    const list = await listOf(ref, maps, context)
    if (list === undefined) return undefined
    if (list !== 'nobody') conditions.push({ in_recipients: { list, ...(separators !== '' && { separators }) } })
  }
  if (maps === 'local_recipient_maps') conditions.push({ 'rcpt.user': 'postmaster' })
  return conditions
}

async function listOf(ref: PlacedText, maps: string, context: PostfixContext): Promise<string | undefined> {
  if (/^(?:proxy:)?unix:passwd\.byname$/.test(ref.text))
    return context.list('passwd', { file: '/etc/passwd', of: 'recipient' })
  const table = await readTable(ref, context)
  if (table?.kind === 'outside') {
    const spec = table.spec('recipient')
    return spec === undefined ? undefined : context.list(table.name, spec)
  }
  if (table?.kind === 'entries')
    return context.list(
      table.name,
      entryList(table.entries, { path: table.path, name: `${maps}-${table.name}`, at: ref }, context),
    )
  if (table)
    context.findings.missing({
      at: ref.at,
      effect: 'laxer',
      message: `\`${ref.text}\` is left out, and with it \`${maps}\`: recipients are listed here, not matched by patterns`,
      instead: 'a rule at `rcpt`: `match: { rcpt: { regex: … } }`',
    })
  return undefined
}

interface Source {
  readonly path: string | undefined
  readonly name: string
  readonly at: PlacedText
}

function entryList(entries: readonly TableEntry[], { path, name, at }: Source, context: PostfixContext): Json {
  const text = path === undefined ? undefined : context.environment.sources.get(path)
  if (path !== undefined && text !== undefined && isListOf('recipient', text, path, entries.length))
    return { file: path, of: 'recipient' }
  const keys = entries.map(({ key }) => key.text.replace(/:$/, '')).filter(isRecipient)
  if (path === undefined) return { entries: keys, of: 'recipient' }
  const copy = context.copy(name, `# Made from ${path}\n${keys.join('\n')}\n`, [path])
  context.findings.copied(at.at, at.text, copy)
  return { file: copy, of: 'recipient' }
}

function isRecipient(text: string): boolean {
  return isListOf('recipient', `${text}\n`, '', 1)
}

/**
 * Access tables (access(5)) as lists and rules.
 *
 * The keys of Postfix are looked up from the most particular to the least: `user@host`, `host`, its parents, `user@`; a client's
 * name, its parents, its address, its networks. The copy of a table has them in that order, and the first that fits decides.
 * A table with one answer and keys that mean the same here is used where it lies.
 */
import type { Fields, Json, RuleDraft } from '../draft.ts'
import { addExample, codeOf, isVerdict, listSpec, reasonOf, suffixOf, type Verdict } from './access-files.ts'
import { type Asked, type Entries, type Line, lineFor } from './access-lines.ts'
import { outsideRules } from './access-outside.ts'
import { patternRules } from './access-patterns.ts'
import { type AccessUse, actionRules, placeFor } from './access-subjects.ts'
import { type Action, actionIn, replyFor, statusFor, withoutGroups } from './actions.ts'
import type { PostfixContext } from './context.ts'
import { readTable, type TableEntry } from './table-ref.ts'

export async function accessRules(use: AccessUse, context: PostfixContext): Promise<readonly RuleDraft[]> {
  const table = await readTable(use.table, context)
  if (table?.kind === 'entries') return entryRules({ ...table, use }, context)
  if (table?.kind === 'patterns') return patternRules(table.lines, use, context)
  if (table?.kind === 'outside') return outsideRules(table.spec, table.name, use, context)
  if (table?.kind === 'constant') return actionRules(table.value, placeFor('always', use, use.table), use, context)
  return []
}

async function entryRules(table: Entries, context: PostfixContext): Promise<readonly RuleDraft[]> {
  const { use } = table
  const rules: RuleDraft[] = []
  const nullSender = use.subject.name === 'sender' ? table.entries.find(({ key }) => key.text === '<>') : undefined
  if (nullSender)
    rules.push(
      ...(await actionRules(nullSender.value, placeFor({ 'sender.null': true }, use, nullSender.key), use, context)),
    )
  const left = table.entries.filter((one) => one !== nullSender)
  const taken = new Set<TableEntry>()
  for (const asked of use.subject.keys) {
    const lines = left.flatMap((one) => lineFor(one, asked, table) ?? [])
    for (const { entry } of lines) taken.add(entry)
    if (lines.length > 0) rules.push(...(await listRules(lines, asked, table, context)))
  }
  for (const { key } of left.filter((one) => !taken.has(one)))
    context.findings.entry({
      at: key.at,
      effect: 'none',
      message: `left out: \`${key.text}\` is never found by \`${use.summary}\``,
    })
  return rules
}

async function listRules(
  lines: readonly Line[],
  asked: Asked,
  table: Entries,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const { use } = table
  const sorted = lines.toSorted((one, other) => other.rank - one.rank)
  const actions = new Map(sorted.map((line) => [line, actionIn(line.entry.value)]))
  const uniform = uniformIn([...actions.values()])
  const spec = listSpec(sorted, actions, { asked, table, uniform }, context)
  const name = context.list(`${use.id}${suffixOf(asked)}`, spec)
  const when: Fields = { ...asked.first, [asked.fact]: { in_list: name } }
  addExample(sorted, actions, asked, name, context)
  if (uniform) return verdictRules(uniform, when, use)
  const verdicts = [...actions.values()].filter(isVerdict)
  const rules = unique(verdicts.map(codeOf)).flatMap((code) => {
    const first = verdicts.find((one) => codeOf(one) === code)
    return first ? verdictRules(first, { ...when, 'list.code': code }, use, '${list.text | Access denied}') : []
  })
  return [...rules, ...(await otherRules(sorted, actions, when, use, context))]
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)]
}

/** The one thing that all of them say. */
function uniformIn(actions: readonly Action[]): Verdict | undefined {
  const [first] = actions
  const key = JSON.stringify(first)
  return first && isVerdict(first) && actions.every((one) => JSON.stringify(one) === key) ? first : undefined
}

function verdictRules(action: Verdict, match: Json, use: AccessUse, text?: string): readonly RuleDraft[] {
  const { id, summary, subject } = use
  if (action.kind === 'dunno') return []
  if (action.kind === 'permit') return [{ id, summary, match, return: 'DECLINED' }]
  const own = withoutGroups(action.text)
  return [
    {
      id,
      summary,
      match,
      return: action.code,
      ...replyFor(action.code, (text === undefined ? action.reply : undefined) ?? (action.code === 'DENY' ? 554 : 450)),
      status: statusFor(
        action.code,
        (text === undefined ? action.status : undefined) ?? subject.refusal.status ?? '5.7.1',
      ),
      message: `${subject.refusal.subject}: ${text ?? (own === '' ? 'Access denied' : own.replaceAll('$', '$$$$'))}`,
    },
  ]
}

/** What is no verdict stands in the list as it was written, and a rule for each asks for that. */
async function otherRules(
  lines: readonly Line[],
  actions: ReadonlyMap<Line, Action>,
  when: Fields,
  use: AccessUse,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const rules: RuleDraft[] = []
  const seen = new Set<string>()
  for (const line of lines) {
    const action = actions.get(line)
    const value = reasonOf(line.entry.value.text)
    if (!action || isVerdict(action) || seen.has(value)) continue
    seen.add(value)
    rules.push(
      ...(await actionRules(
        line.entry.value,
        placeFor({ ...when, 'list.reason': value }, use, line.entry.value),
        use,
        context,
      )),
    )
  }
  return rules
}

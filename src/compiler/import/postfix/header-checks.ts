/**
 * header_checks and body_checks (header_checks(5)) as rules after DATA.
 *
 * Postfix tries a pattern on each line `Name: value`. Rules ask for a field by name, so a pattern must begin with the names it is
 * for; one that is for any field is left out and reported. What is said of a line of the body is asked of all of it, by lines.
 */
import { type Json, literal, printPlugin, type RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { type Action, actionIn, replyFor, rulesFor, withoutGroups } from './actions.ts'
import type { PostfixContext } from './context.ts'
import type { Parameters } from './main-cf.ts'
import { soft } from './restriction-lists.ts'
import { type Pattern, type PatternLine, patternLines } from './patterns.ts'
import { readTable } from './table-ref.ts'

export async function contentPlugin(parameters: Parameters, context: PostfixContext): Promise<string | undefined> {
  const rules = [
    ...(await rulesOf('header_checks', parameters, headerCondition, context)),
    ...(await rulesOf('body_checks', parameters, bodyCondition, context)),
  ]
  for (const name of ['mime_header_checks', 'nested_header_checks']) reportNested(name, parameters, context)
  if (rules.length === 0) return undefined
  const summary = 'What header_checks and body_checks say about messages.'
  return printPlugin({
    plugin: 'content_checks',
    summary,
    hooks: { data_post: parameters.isOn('soft_bounce') ? rules.map(soft) : rules },
  })
}

/** Header sections of parts are not asked for by field here. */
function reportNested(name: string, parameters: Parameters, { findings }: PostfixContext): void {
  const value = parameters.get(name)
  const isSame = value.text === parameters.text('header_checks')
  if (value.text === '' || isSame) return
  findings.missing({
    at: value.at,
    effect: 'laxer',
    message: `\`${name}\` is left out: headers of parts are no facts here`,
    instead: 'a rule about the text of the body: `match: { body: { regex: … } }`',
  })
}

interface Condition {
  readonly match: Json
  /** The only field that it is about, all of it. */
  readonly field?: string
}
type ConditionFor = (line: PatternLine) => Condition | undefined

async function rulesOf(
  name: string,
  parameters: Parameters,
  conditionFor: ConditionFor,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const rules: RuleDraft[] = []
  for (const ref of parameters.words(name)) {
    const table = await readTable(ref, context)
    if (table?.kind === 'patterns')
      for (const line of patternLines(table.lines, context))
        rules.push(...lineRules(line, { name, conditionFor }, context))
    else if (table)
      context.findings.missing({
        at: ref.at,
        effect: 'laxer',
        message: `\`${ref.text}\` is left out: \`${name}\` is read from regexp and pcre tables`,
      })
  }
  return rules
}

interface Checks {
  readonly name: string
  readonly conditionFor: ConditionFor
}

function lineRules(line: PatternLine, { name, conditionFor }: Checks, context: PostfixContext): readonly RuleDraft[] {
  const action = contentAction(line.action)
  if (action === 'none') return []
  const condition = conditionFor(line)
  if (!condition) {
    context.findings.entry({
      at: line.at.at,
      effect: 'laxer',
      message: `left out: \`${line.at.text}\` is not for a field by its name`,
      instead: 'a rule: `match: { header.Subject: { regex: … } }`, with the field it is meant for',
    })
    return []
  }
  return condition.field !== undefined && isEdit(action)
    ? editRules(action, condition.field, condition.match, line)
    : plainRules(action, condition, { line, name }, context)
}

type ContentAction = Action | { readonly kind: 'ignore' } | { readonly kind: 'replace'; readonly text: string }

/** DUNNO ends the search in Postfix for this line alone, which rules for other patterns do not know. */
function contentAction(value: PlacedText): ContentAction | 'none' {
  const [, verb = '', rest = ''] = /^(\S*)\s*(.*)$/s.exec(value.text) ?? []
  if (/^(?:DUNNO|OK|PASS)?$/i.test(verb)) return 'none'
  if (/^IGNORE$/i.test(verb)) return { kind: 'ignore' }
  if (/^REPLACE$/i.test(verb)) return { kind: 'replace', text: rest }
  return actionIn(value)
}

type Edit = Extract<ContentAction, { readonly kind: 'ignore' | 'replace' }>

function isEdit(action: ContentAction): action is Edit {
  return action.kind === 'ignore' || action.kind === 'replace'
}

function editRules(action: Edit, field: string, match: Json, { at }: PatternLine): readonly RuleDraft[] {
  const rule = { id: `header_checks-${action.kind}`, summary: at.text.slice(0, SUMMARY), match }
  if (action.kind === 'ignore') return [{ ...rule, headers: { remove: [field] } }]
  const [, name = field, value = ''] = /^([!-9;-~]+):\s*(.*)$/s.exec(withoutGroups(action.text)) ?? []
  if (name.toLowerCase() === field.toLowerCase())
    return [{ ...rule, headers: { replace: { [field]: literal(value) } } }]
  return [{ ...rule, headers: { remove: [field], add: { [name]: literal(value) } } }]
}

const SUMMARY = 70

interface Origin {
  readonly line: PatternLine
  readonly name: string
}

function plainRules(
  action: ContentAction,
  { match }: Condition,
  { line, name }: Origin,
  context: PostfixContext,
): readonly RuleDraft[] {
  if (isEdit(action) || action.kind === 'restrictions') {
    const what = action.kind === 'restrictions' ? line.action.text : action.kind.toUpperCase()
    const effect = action.kind === 'restrictions' ? 'laxer' : 'none'
    context.findings.entry({
      at: line.at.at,
      effect,
      message: `left out: \`${what}\` for ${name === 'body_checks' ? 'a line of the body' : 'several fields'} is not done here`,
    })
    return []
  }
  const place = {
    id: name,
    summary: line.at.text.slice(0, SUMMARY),
    when: match,
    refusal: { subject: 'Message content rejected' },
    at: line.at,
  }
  return rulesFor(action, place, context).map((rule) => withText(rule, action))
}

/** The text of the action alone is what the client reads. */
function withText(rule: RuleDraft, action: Action): RuleDraft {
  if (action.kind !== 'refuse') return rule
  const text = withoutGroups(action.text)
  const { reply_code: _, ...rest } = rule
  return {
    ...rest,
    ...replyFor(action.code, action.reply),
    message: text === '' ? 'Message content rejected' : literal(text),
  }
}

/** `^Subject:`, `^(From|To):`, and what comes behind. */
const FIELDS = /^((?:\(\?[a-z-]+\))?)\^(?:([\w-]+)|\((?:\?:)?([\w|-]+)\)):(.*)$/s

function headerCondition({ patterns }: PatternLine): Condition | undefined {
  const own = patterns.map(fieldOf)
  const [first] = own
  if (!first || own.some((one) => !one || one.names.join() !== first.names.join())) return undefined
  const any = first.names.map((name): Json => {
    const all = own.flatMap((one) => (one ? [one.condition(name)] : []))
    const [only] = all
    return all.length === 1 && only !== undefined ? only : { all }
  })
  const [only] = any
  const match: Json = any.length === 1 && only !== undefined ? only : { any }
  return { match, ...(first.names.length === 1 && first.names[0] !== undefined && { field: first.names[0] }) }
}

interface FieldPattern {
  readonly names: readonly string[]
  readonly condition: (name: string) => Json
}

function fieldOf({ regex, isInverted }: Pattern): FieldPattern | undefined {
  const [, flags = '', one, several, rest = ''] = FIELDS.exec(regex.replaceAll('\\-', '-')) ?? []
  const names = one !== undefined ? [one] : (several?.split('|') ?? [])
  const value = valuePattern(rest)
  if (names.length === 0 || value === undefined) return undefined
  const plain = value === '' ? { exists: true } : { regex: `${flags}${value}` }
  return {
    names,
    condition: (name) => (isInverted ? { not: { [`header.${name}`]: plain } } : { [`header.${name}`]: plain }),
  }
}

/** Facts have the value without the blank behind the colon. Undefined for what cannot begin there. */
function valuePattern(rest: string): string | undefined {
  if (rest === '' || rest === '.*' || rest === '.*$') return ''
  if (rest.startsWith('.*') || rest.startsWith('.+')) return rest.slice(2)
  const blank = /^(?:\[\[:space:\]\]|\\s|\[ \\t\]|\[ \t\]| )[*+?]?/.exec(rest)?.[0]
  return blank === undefined ? undefined : `^${groupedRest(rest.slice(blank.length))}`
}

function groupedRest(rest: string): string {
  return rest.includes('|') ? `(?:${rest})` : rest
}

/** By lines, whose ends are CR LF. */
function bodyCondition({ patterns }: PatternLine): Condition {
  const all = patterns.map(({ regex, isInverted }): Json => {
    const line = { regex: `(?m)${regex.replace(/(?<!\\)\$$/, '\\r?$')}` }
    return isInverted ? { not: { body: line } } : { body: line }
  })
  const [only] = all
  return { match: all.length === 1 && only !== undefined ? only : { all } }
}

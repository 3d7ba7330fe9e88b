/** One key of a condition over a fact or a note: `sender.domain: .spam.example`, `header.Date: { exists: false }`. */
import { placeOf } from '../../language/diagnostic.ts'
import type { HookContext } from '../../core/context.ts'
import { type FactType, type FactValue, isSeveral } from '../../core/fact.ts'
import { FACTS, findFact, formatFact } from '../../core/facts.ts'
import { splitCode } from '../../core/list.ts'
import { HOOK_TABLE, HOOKS, isKnownAt, type Stage } from '../../core/hook.ts'
import type { Test } from '../../core/program.ts'
import type { Schema } from '../../core/schema.ts'
import { andThen, type MaybePromise, Unknown } from '../../core/truth.ts'
import type { MapEntry, MapNode, ScalarNode, YamlNode } from '../../language/node.ts'
import { checkSchema } from '../../language/schema/check.ts'
import { didYouMean } from '../../language/fix.ts'
import { type Compared, type Comparison, elementType, every, FAILS, some, TYPE_NAMES, when } from './comparison.ts'
import { compileInline } from '../lists/list-use.ts'
import { readNote, readNoteOf } from './note-value.ts'
import { OPERATORS, operatorsOf } from './operators.ts'
import { settingIn, useSetting } from '../policies/setting-use.ts'
import { complain, type Scope } from './scope.ts'

interface Source {
  readonly type: FactType
  readonly read: (context: HookContext) => FactValue | undefined | Unknown
}

interface Tests {
  /** What `exists` asks for; undefined when it does not ask. */
  readonly exists: boolean | undefined
  /** Nothing else is asked. */
  readonly isBare: boolean
  readonly comparison: Comparison
}

/** Undefined when the key or its value is wrong; that has been reported then. */
export function compileAtom(entry: MapEntry, scope: Scope): Test | undefined {
  const { key, value } = entry
  const source = sourceOf(entry, scope)
  const tests = source && compileTests(entry, source.type, scope)
  return tests && traced(key, value, source, tests)
}

function sourceOf({ key, value }: MapEntry, scope: Scope): Source | undefined {
  if (key.value.startsWith('note.')) return noteSource(key, scope)
  const setting = settingIn(key.value)
  if (setting !== undefined) return useSetting(setting, key.at, scope)
  if (scope.finds.has(key.value))
    return isNumeric(value) ? foundNumber(key.value) : { type: 'text', read: ({ found }) => found.get(key.value) }
  return factSource(key, scope)
}

/** Whether it is compared as only numbers are. */
function isNumeric(value: YamlNode): boolean {
  return value.kind === 'map' && value.entries.some(({ key }) => isForNumbers(OPERATORS.get(key.value)?.types ?? []))
}

function isForNumbers(types: readonly FactType[]): boolean {
  return types.includes('number') && !types.includes('text')
}

/** What words find is text. One that is compared as a number and is none tells nothing. */
function foundNumber(name: string): Source {
  return {
    type: 'number',
    read({ found }) {
      const text = found.get(name)
      if (text === undefined || text instanceof Unknown) return text
      const number = text.trim() === '' ? Number.NaN : Number(text)
      return Number.isFinite(number) ? number : new Unknown(`\`${text}\` is no number`)
    },
  }
}

function factSource(key: ScalarNode & { readonly value: string }, scope: Scope): Source | undefined {
  const fact = findFact(key.value)
  if (!fact) return unknownKey(key, scope)
  const { definition, parameter } = fact
  if (!isKnownAt(definition.stage, scope.hook)) return tooEarly(key, definition.stage, scope)
  scope.split.readFact(scope, key.at, { name: definition.name, parameter, text: key.value })
  return { type: definition.type, read: (context) => definition.read(context, parameter) }
}

function noteSource(key: ScalarNode & { readonly value: string }, scope: Scope): Source {
  const name = key.value.slice('note.'.length)
  readNoteOf(name, key.at, scope)
  return { type: scope.notes.typeOf(name) ?? 'text', read: (context) => readNote(context, name) }
}

function unknownKey(key: ScalarNode & { readonly value: string }, scope: Scope): undefined {
  const known = [
    ...FACTS.map(({ name }) => name),
    ...scope.vocabulary.matchers.keys(),
    ...scope.finds,
    'any',
    'all',
    'not',
  ]
  complain(scope, {
    code: 'CFG106',
    at: key.at,
    message: `unknown fact or word \`${key.value}\` in a condition`,
    ...didYouMean(key, key.value, known),
    help: '`postern list facts` and `postern list words` show what a condition may ask',
  })
}

/** Facts that a finding names. */
const MOST_NAMED = 6

export function tooEarly(key: ScalarNode, stage: Stage, scope: Scope): undefined {
  const from = HOOKS.find((hook) => HOOK_TABLE[hook].stage === stage && hook !== 'user_config') ?? 'rcpt'
  const known = FACTS.filter((fact) => isKnownAt(fact.stage, scope.hook)).map(({ name }) => name)
  complain(scope, {
    code: 'HOK402',
    at: key.at,
    message: `\`${key.source}\` is not known yet in hook \`${scope.hook}\``,
    label: `available from hook \`${from}\` on`,
    notes: [
      `known in \`${scope.hook}\`: ${known.slice(0, MOST_NAMED).join(', ')}, and what \`postern list facts\` shows`,
    ],
    help: `move the rule to the \`${from}\` chain`,
  })
}

function compileTests({ key, value }: MapEntry, type: FactType, scope: Scope): Tests | undefined {
  if (value.kind === 'map') return compileOperators(value, type, scope)
  const comparison = compilePlain(key, value, elementType(type), scope)
  return comparison && { exists: undefined, isBare: false, comparison }
}

function compilePlain(key: ScalarNode, value: YamlNode, type: FactType, scope: Scope): Comparison | undefined {
  if (isEmptyList(value, scope)) return undefined
  if (type === 'number' || type === 'boolean') return compileScalars(key, value, type, scope)
  if (type === 'time') {
    complain(scope, {
      code: 'CFG108',
      at: value.at,
      message: 'a time is compared with an operator',
      help: 'for example `{ older_than: 5d }`',
    })
    return undefined
  }
  return compileInline(value, scope, type)
}

function isEmptyList(value: YamlNode, scope: Scope): boolean {
  if (value.kind !== 'seq' || value.items.length > 0) return false
  complain(scope, {
    code: 'CFG107',
    at: value.at,
    message: 'an empty list matches nothing',
    help: 'name at least one value, or delete the condition',
  })
  return true
}

function compileScalars(
  key: ScalarNode,
  value: YamlNode,
  type: 'number' | 'boolean',
  scope: Scope,
): Comparison | undefined {
  if (!isSound(key, value, { anyOf: [{ type }, { type: 'array', items: { type } }] }, scope)) return undefined
  const nodes = value.kind === 'seq' ? value.items : [value]
  const wanted = new Set<unknown>(nodes.map((node) => node.kind === 'scalar' && node.value))
  return (seen) => when(typeof seen === type && wanted.has(seen))
}

function isSound(key: ScalarNode, value: YamlNode, schema: Schema, { report, hook, rule }: Scope): boolean {
  return checkSchema(value, schema, report, { what: `\`${key.source}\``, hook, ...(rule !== undefined && { rule }) })
}

function compileOperators(node: MapNode, type: FactType, scope: Scope): Tests | undefined {
  if (node.entries.length === 0) {
    complain(scope, {
      code: 'CFG107',
      at: node.at,
      message: 'an empty comparison',
      help: `operators here: ${operatorsOf(elementType(type)).join(', ')}`,
    })
    return undefined
  }
  let exists: boolean | undefined
  const comparisons: (Comparison | undefined)[] = []
  for (const entry of node.entries) {
    if (entry.key.value === 'exists') exists = compileExists(entry, scope)
    else comparisons.push(compileOperator(entry, elementType(type), scope))
  }
  const valid = comparisons.filter((comparison) => comparison !== undefined)
  if (valid.length < comparisons.length) return undefined
  return { exists, isBare: valid.length === 0, comparison: every(valid) }
}

function compileExists({ key, value }: MapEntry, scope: Scope): boolean | undefined {
  const isGood = isSound(key, value, { type: 'boolean' }, scope)
  return isGood && value.kind === 'scalar' ? value.value === true : undefined
}

function compileOperator({ key, value }: MapEntry, type: FactType, scope: Scope): Comparison | undefined {
  const operator = OPERATORS.get(key.value)
  const allowed = operatorsOf(type)
  if (operator?.types.includes(type)) {
    if (isEmptyList(value, scope) || !isSound(key, value, operator.operand, scope)) return undefined
    addListFinds(key.value, scope)
    return operator.compile(value, scope, type)
  }
  complain(scope, {
    code: 'CFG108',
    at: key.at,
    message: operator
      ? `operator \`${key.value}\` does not fit ${TYPE_NAMES[type]}`
      : `unknown operator \`${key.value}\``,
    ...didYouMean(key, key.value, allowed),
    help: `operators for ${TYPE_NAMES[type]}: ${allowed.join(', ')}`,
  })
  return undefined
}

/** What in_list and matches_list find, with what it is. */
export const LIST_FINDS: ReadonlyMap<string, string> = new Map([
  ['list.entry', 'The entry that matched, as written'],
  ['list.reason', 'What follows the entry on its line; absent when nothing does'],
  ['list.at', 'File and line of the entry'],
  ['list.code', 'The return code that the reason begins with, such as DENY; absent when it begins with none'],
  ['list.text', 'What follows that code; absent when nothing does'],
])

function addListFinds(operator: string, scope: Scope): void {
  if (operator === 'in_list' || operator === 'matches_list') for (const name of LIST_FINDS.keys()) scope.finds.add(name)
}

/** Evaluates, remembers which list entry matched, and writes the trace when somebody will read it. */
function traced(key: ScalarNode, value: YamlNode, source: Source, tests: Tests): Test {
  const at = placeOf(key.at)
  const label = `${key.source}: ${summarize(value)}`
  return (context) => {
    const seen = source.read(context)
    const compared = seen instanceof Unknown ? unknown(seen) : compare(seen, tests, context)
    return andThen(compared, ({ truth, because, entry }) => {
      if (entry) remember(context.found, entry)
      context.trace?.push({
        at,
        test: label,
        truth,
        ...(seen !== undefined && !(seen instanceof Unknown) && { saw: formatFact(seen) }),
        ...(because !== undefined && { because }),
      })
      return truth
    })
  }
}

function unknown({ because }: Unknown): Compared {
  return { truth: 'unknown', because }
}

function compare(seen: FactValue | undefined, tests: Tests, context: HookContext): MaybePromise<Compared> {
  const { exists, isBare, comparison } = tests
  if (seen === undefined) return when(exists === false && isBare)
  if (exists === false) return FAILS
  return isSeveral(seen) ? some(seen, comparison, context) : comparison(seen, context)
}

function remember(found: HookContext['found'], entry: NonNullable<Compared['entry']>): void {
  found.set('list.entry', entry.text)
  found.set('list.at', entry.at)
  const [code, text] = splitCode(entry.reason ?? '')
  for (const [name, value] of [
    ['list.reason', entry.reason],
    ['list.code', code],
    ['list.text', text],
  ] as const) {
    if (value) found.set(name, value)
    else found.delete(name)
  }
}

/** The comparison as written, short enough for one line. */
export function summarize(node: YamlNode): string {
  const text = asText(node)
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function asText(node: YamlNode): string {
  if (node.kind === 'scalar') return node.source
  if (node.kind === 'seq') return `[${node.items.map(asText).join(', ')}]`
  return `{ ${node.entries.map(({ key, value }) => `${key.value}: ${asText(value)}`).join(', ')} }`
}

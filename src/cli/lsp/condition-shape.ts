/** Conditions as one schema: the facts that are known in these hooks, their operators, words, notes, what words found. */
import { LIST_FINDS } from '../../compiler/rules/atom.ts'
import { elementType } from '../../compiler/rules/comparison.ts'
import { MATCHED_KINDS, VALUE_KINDS } from '../../compiler/lists/list-use.ts'
import { EXISTS_SUMMARY, OPERATORS, operatorsOf } from '../../compiler/rules/operators.ts'
import type { FactType } from '../../core/fact.ts'
import { FACTS } from '../../core/facts.ts'
import { type Hook, isKnownAt, type Stage } from '../../core/hook.ts'
import type { ListKind } from '../../core/list.ts'
import type { Schema } from '../../core/schema.ts'
import type { MatcherWord } from '../../core/word.ts'

/** What surrounds a rule. */
export interface Around {
  /** The hooks of its chain; all of them must know a fact. None outside rules. */
  readonly hooks: readonly Hook[]
  readonly words: ReadonlyMap<string, MatcherWord>
  /** Words that the rule has asked already, and operators that look into lists. */
  readonly asked: ReadonlySet<string>
  readonly lists: ReadonlyMap<string, ListKind>
  readonly notes: ReadonlyMap<string, FactType>
  readonly settings: ReadonlyMap<string, FactType>
}

type Properties = Readonly<Record<string, Schema>>

/** A name that ends in a dot is the beginning of a family: `header.`. */
export function conditionShape(around: Around): Schema {
  const matches: Schema = { type: 'array', minItems: 1, items: { $ref: '#/definitions/match' } }
  return {
    anyOf: [
      { const: 'always', description: 'Every session' },
      matches,
      {
        type: 'object',
        properties: {
          any: { ...matches, description: 'One of these holds' },
          all: { ...matches, description: 'All of these hold' },
          not: { $ref: '#/definitions/match', description: 'This does not hold' },
          ...factShapes(around),
          ...foundShapes(around),
          ...noteShapes(around),
          ...settingShapes(around),
          ...wordShapes(around),
        },
        patternProperties: familyShapes(around),
      },
    ],
  }
}

export function isKnown(stage: Stage, { hooks }: Around): boolean {
  return hooks.every((hook) => isKnownAt(stage, hook))
}

function factShapes(around: Around): Properties {
  const known = FACTS.filter(({ stage }) => isKnown(stage, around))
  return Object.fromEntries(
    known.map(({ name, type, summary }) => [name.replace(/NAME$/, ''), compared(type, summary, around)]),
  )
}

function familyShapes(around: Around): Properties {
  const families = FACTS.filter(({ name, stage }) => name.endsWith('.NAME') && isKnown(stage, around))
  return Object.fromEntries(
    families.map(({ name, type, summary }) => [
      `^${name.slice(0, -'NAME'.length).replaceAll('.', '\\.')}.`,
      compared(type, summary, around),
    ]),
  )
}

/** What words found can be asked behind them. */
function foundShapes(around: Around): Properties {
  return Object.fromEntries(
    [...findsOf(around)].map(([name, summary]) => [name.replace(/NAME$/, ''), compared('text', summary, around)]),
  )
}

export function findsOf({ asked, words }: Around): ReadonlyMap<string, string> {
  const ofWords = [...asked].flatMap((word) =>
    Object.entries(words.get(word)?.finds ?? {}).map(([find, summary]) => [`${word}.${find}`, summary] as const),
  )
  const isListed = asked.has('in_list') || asked.has('matches_list')
  return new Map([...ofWords, ...(isListed ? LIST_FINDS : [])])
}

function noteShapes(around: Around): Properties {
  return prefixedShapes('note', around.notes, 'A note that some rule sets', around)
}

function settingShapes(around: Around): Properties {
  if (!isKnown('recipient', around)) return {}
  return prefixedShapes('policy', around.settings, "What the recipient's policy says", around)
}

function prefixedShapes(
  prefix: string,
  types: ReadonlyMap<string, FactType>,
  summary: string,
  around: Around,
): Properties {
  return Object.fromEntries([...types].map(([name, type]) => [`${prefix}.${name}`, compared(type, summary, around)]))
}

function wordShapes(around: Around): Properties {
  const known = [...around.words.values()].filter(({ stage }) => isKnown(stage, around))
  return Object.fromEntries(
    known.map(({ name, summary, options }) => [
      name,
      { description: summary, anyOf: [{ const: true }, withLists(options, around)] },
    ]),
  )
}

/** Options that are lists may name one of the plugin's. */
function withLists(options: Schema, around: Around): Schema {
  const properties = Object.entries(options.properties ?? {}).map(([name, option]) => {
    const kind = option['x-list']
    if (!kind) return [name, option] as const
    return [name, { ...described(option), anyOf: [option, ...listNames([kind], around)] }] as const
  })
  return { ...options, properties: Object.fromEntries(properties) }
}

function described({ description }: Schema): Schema {
  return description === undefined ? {} : { description }
}

const PLAIN: Readonly<Partial<Record<FactType, readonly Schema[]>>> = {
  boolean: [{ type: 'boolean' }],
  number: [{ type: 'number' }],
  time: [],
}

function compared(several: FactType, description: string, around: Around): Schema {
  const type = elementType(several)
  const operators = operatorsOf(type).flatMap((name) => {
    const operator = OPERATORS.get(name)
    return operator ? [[name, { description: operator.summary, anyOf: operandsOf(name, type, around) }] as const] : []
  })
  const exists: Schema = { type: 'boolean', description: EXISTS_SUMMARY }
  const comparison: Schema = { type: 'object', properties: { exists, ...Object.fromEntries(operators) } }
  const plain = PLAIN[type] ?? [{ type: 'string' }]
  return { description, anyOf: [...plain, { type: 'array', items: { anyOf: plain } }, comparison] }
}

function operandsOf(name: string, type: FactType, around: Around): readonly Schema[] {
  if (name === 'in_list') return listNames(VALUE_KINDS[type] ?? [], around)
  if (name === 'matches_list') return listNames(MATCHED_KINDS[type] ?? [], around)
  const operand = OPERATORS.get(name)?.operand ?? {}
  return [operand]
}

export function listNames(kinds: readonly ListKind[], { lists }: Around): readonly Schema[] {
  const fitting = [...lists].filter(([, kind]) => kinds.includes(kind))
  const names = fitting.map(([name, kind]): Schema => ({ const: name, description: `A list of ${kind}` }))
  return [...names, { type: 'string' }]
}

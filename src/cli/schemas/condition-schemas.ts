/** Conditions as JSON Schema: what editors know of facts, operators and words. One definition for each type of fact. */
import { LIST_FINDS } from '../../compiler/rules/atom.ts'
import { elementType } from '../../compiler/rules/comparison.ts'
import { EXISTS_SUMMARY, OPERATORS, operatorsOf } from '../../compiler/rules/operators.ts'
import { FACT_TYPES, type FactDefinition, type FactType } from '../../core/fact.ts'
import { FACTS } from '../../core/facts.ts'
import type { Schema } from '../../core/schema.ts'
import type { MatcherWord, Vocabulary } from '../../core/word.ts'
import { type JsonSchema, toJsonSchema } from '../../language/schema/json-schema.ts'

const OPTIONS = { params: true }

/** `match`, and what it refers to. */
export function conditionSchemas(vocabulary: Vocabulary): Readonly<Record<string, JsonSchema>> {
  const types = [...new Set(FACT_TYPES.map(elementType))]
  const comparisons = types.map((type) => [definitionOf(type), comparisonSchema(type)] as const)
  return { match: matchSchema([...vocabulary.matchers.values()]), ...Object.fromEntries(comparisons) }
}

function definitionOf(type: FactType): string {
  return `compared_${elementType(type)}`
}

function matchSchema(words: readonly MatcherWord[]): JsonSchema {
  const matches = { type: 'array', minItems: 1, items: { $ref: '#/definitions/match' } }
  const [families, facts] = [FACTS.filter(isFamily), FACTS.filter((fact) => !isFamily(fact))]
  const finds = [...LIST_FINDS, ...words.flatMap(findsOf)].map(([name, summary]) => ({ name, summary }))
  const condition = {
    type: 'object',
    minProperties: 1,
    properties: {
      any: { ...matches, description: 'One of these holds' },
      all: { ...matches, description: 'All of these hold' },
      not: { description: 'This does not hold', allOf: [{ $ref: '#/definitions/match' }] },
      ...Object.fromEntries(facts.map((fact) => [fact.name, factSchema(fact)])),
      ...Object.fromEntries(finds.filter((find) => !isFamily(find)).map(findSchema)),
      ...Object.fromEntries(words.map((word) => [word.name, wordSchema(word)])),
    },
    patternProperties: {
      '^note\\..+$': typedSchema('A note that some rule sets'),
      '^policy\\..+$': typedSchema("What the recipient's policy says"),
      ...Object.fromEntries(families.map((fact) => [patternOf(fact), factSchema(fact)])),
      ...Object.fromEntries(
        finds.filter(isFamily).map((find) => [patternBeside(find, finds), typedSchema(find.summary)]),
      ),
    },
    additionalProperties: {
      anyOf: [{ const: true }, { type: 'object' }],
      description: 'A word of a TypeScript plugin',
    },
  }
  return { anyOf: [{ const: 'always', description: 'Every session' }, matches, condition] }
}

/** Who writes it says of which type it is; what is found is a number where it is compared as one. */
function typedSchema(description: string): JsonSchema {
  const types = ['text', 'number', 'boolean'] as const
  return { description, anyOf: types.map((type) => ({ $ref: `#/definitions/${definitionOf(type)}` })) }
}

function isFamily({ name }: Pick<FactDefinition, 'name'>): boolean {
  return name.endsWith('.NAME')
}

function patternOf({ name }: Pick<FactDefinition, 'name'>): string {
  return `^${name.slice(0, -'NAME'.length).replaceAll('.', '\\.')}`
}

/** Strict validators want each key to be described once. */
function patternBeside(find: Pick<FactDefinition, 'name'>, finds: readonly Pick<FactDefinition, 'name'>[]): string {
  const prefix = find.name.slice(0, -'NAME'.length)
  const others = finds.filter((one) => one.name.startsWith(prefix) && !isFamily(one))
  const names = others.map(({ name }) => name.slice(prefix.length))
  return `${patternOf(find)}${names.length === 0 ? '' : `(?!(?:${names.join('|')})$)`}`
}

/** What a word finds can be asked behind it. */
function findsOf({ name, finds = {} }: MatcherWord): readonly (readonly [string, string])[] {
  return Object.entries(finds).map(([find, summary]) => [`${name}.${find}`, summary])
}

function findSchema({ name, summary }: Pick<FactDefinition, 'name' | 'summary'>): readonly [string, JsonSchema] {
  return [name, typedSchema(summary)]
}

function wordSchema({ summary, options }: MatcherWord): JsonSchema {
  return { description: summary, anyOf: [{ const: true }, toJsonSchema(options, OPTIONS)] }
}

/** A description beside `$ref` would be ignored. */
function factSchema({ summary, type }: Pick<FactDefinition, 'summary' | 'type'>): JsonSchema {
  return { description: summary, allOf: [{ $ref: `#/definitions/${definitionOf(type)}` }] }
}

function comparisonSchema(type: FactType): JsonSchema {
  const operators = operatorsOf(type).flatMap((name) => {
    const operator = OPERATORS.get(name)
    if (!operator) return []
    return [[name, { description: operator.summary, ...toJsonSchema(operator.operand, OPTIONS) }] as const]
  })
  const exists = { type: 'boolean', description: EXISTS_SUMMARY }
  const comparison = {
    type: 'object',
    minProperties: 1,
    properties: { exists, ...Object.fromEntries(operators) },
    additionalProperties: false,
  }
  return { anyOf: [...plainSchemas(type), comparison] }
}

/** Plain values: texts, domains and addresses are read as typed. */
const PLAIN_SCALARS: Readonly<Partial<Record<FactType, readonly Schema[]>>> = {
  number: [{ type: 'number' }],
  boolean: [{ type: 'boolean' }],
  time: [],
}
const AS_TYPED: readonly Schema[] = [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }]

function plainSchemas(type: FactType): readonly JsonSchema[] {
  const scalars = PLAIN_SCALARS[type] ?? AS_TYPED
  if (scalars.length === 0) return []
  const list: Schema = { type: 'array', minItems: 1, items: { anyOf: scalars } }
  return [toJsonSchema({ anyOf: [...scalars, list] }, OPTIONS)]
}

/** The JSON Schemas of every kind of file, made from the same literals that `postern check` uses. */
import { LIST_FINDS } from '../compiler/atom.ts'
import { OPERATORS, operatorsOf } from '../compiler/operators.ts'
import { elementType } from '../compiler/comparison.ts'
import type { FactDefinition, FactType } from '../core/fact.ts'
import { FACTS } from '../core/facts.ts'
import type { MatcherWord, Vocabulary } from '../core/word.ts'
import { type JsonSchema, toJsonSchema } from '../language/json-schema.ts'
import { PLUGIN_SCHEMA } from '../language/plugin-file.ts'
import { SESSION_SCHEMA, SUITE_SCHEMA, TEST_SCHEMA } from '../language/session-schema.ts'
import { RULESET_SCHEMA, SITE_SCHEMA, USE_SCHEMA } from '../language/site-file.ts'

const OPTIONS = { params: true }

/** File name without extension → schema. */
export function allSchemas(vocabulary: Vocabulary): ReadonlyMap<string, JsonSchema> {
  const match = matchSchema(vocabulary)
  const test = toJsonSchema(TEST_SCHEMA, { params: false })
  const session = toJsonSchema(SESSION_SCHEMA, { params: false })
  return new Map([
    ['plugin', document('A plugin: chains of rules per hook', toJsonSchema(PLUGIN_SCHEMA, OPTIONS), { match, test })],
    ['ruleset', document('A ruleset: plugins under one name', toJsonSchema(RULESET_SCHEMA, OPTIONS), { match, test })],
    ['site', document('A site: postern.yaml', siteSchema(), { match })],
    ['suite', document('A suite of policy tests', toJsonSchema(SUITE_SCHEMA, { params: false }), {})],
    ['session', document('A recorded session', session, {})],
  ])
}

function document(title: string, schema: JsonSchema, definitions: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const hasDefinitions = Object.keys(definitions).length > 0
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title,
    ...schema,
    ...(hasDefinitions && { definitions }),
  }
}

function siteSchema(): JsonSchema {
  const use = toJsonSchema(USE_SCHEMA, OPTIONS)
  const short = { type: 'object', minProperties: 1, not: { required: ['use'] } }
  const entry = { anyOf: [{ type: 'string' }, use, short] }
  const site = toJsonSchema(SITE_SCHEMA, OPTIONS)
  return {
    ...site,
    properties: {
      ...(site['properties'] as object),
      plugins: { type: 'array', description: 'Plugins in the order in which they are asked', items: entry },
    },
  }
}

function matchSchema(vocabulary: Vocabulary): JsonSchema {
  const matches = { type: 'array', minItems: 1, items: { $ref: '#/definitions/match' } }
  const families = FACTS.filter(isFamily)
  return {
    anyOf: [
      { const: 'always', description: 'Every session' },
      matches,
      {
        type: 'object',
        minProperties: 1,
        properties: {
          any: { ...matches, description: 'One of these holds' },
          all: { ...matches, description: 'All of these hold' },
          not: { $ref: '#/definitions/match' },
          ...Object.fromEntries(FACTS.filter((fact) => !isFamily(fact)).map((fact) => [fact.name, factSchema(fact)])),
          ...Object.fromEntries(
            [...LIST_FINDS, ...[...vocabulary.matchers.values()].flatMap(findsOf)].map(([name, summary]) => [
              name,
              factSchema({ summary, type: 'text' }),
            ]),
          ),
          ...Object.fromEntries(
            [...vocabulary.matchers.values()].map((word) => [
              word.name,
              { description: word.summary, anyOf: [{ const: true }, toJsonSchema(word.options, OPTIONS)] },
            ]),
          ),
        },
        patternProperties: {
          '^note\\.': {},
          ...Object.fromEntries(
            families.map((fact) => [`^${fact.name.slice(0, -'NAME'.length).replace('.', '\\.')}`, factSchema(fact)]),
          ),
        },
        additionalProperties: false,
      },
    ],
  }
}

/** What a word finds can be asked behind it. */
function findsOf({ name, finds = {} }: MatcherWord): readonly (readonly [string, string])[] {
  return Object.entries(finds).map(([find, summary]) => [`${name}.${find}`, summary])
}

function isFamily({ name }: FactDefinition): boolean {
  return name.endsWith('.NAME')
}

const PLAIN: Readonly<Partial<Record<FactType, JsonSchema>>> = {
  number: { type: ['number', 'array'] },
  boolean: { type: 'boolean' },
}

function factSchema({ summary, type }: Pick<FactDefinition, 'summary' | 'type'>): JsonSchema {
  const element = elementType(type)
  const operators = operatorsOf(element).flatMap((name) => {
    const operator = OPERATORS.get(name)
    return operator
      ? [[name, { description: operator.summary, ...toJsonSchema(operator.operand, OPTIONS) }] as const]
      : []
  })
  const comparison = {
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: {
      exists: { type: 'boolean', description: 'Whether it is there at all' },
      ...Object.fromEntries(operators),
    },
  }
  const plain = element === 'time' ? [] : [PLAIN[element] ?? { type: ['string', 'number', 'array'] }]
  return { description: summary, anyOf: [...plain, comparison] }
}

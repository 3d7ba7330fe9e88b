/** The JSON Schemas of every kind of file, made from the same literals that `postern check` uses. */
import { HOOK_TABLE, HOOKS } from '../../core/hook.ts'
import type { Vocabulary } from '../../core/word.ts'
import { type JsonSchema, toJsonSchema } from '../../language/schema/json-schema.ts'
import { PLUGIN_SCHEMA } from '../../language/files/plugin-schema.ts'
import { POLICY_SCHEMA } from '../../language/files/policy-file.ts'
import { RULE_SCHEMA } from '../../language/files/rule-schema.ts'
import { SESSION_SCHEMA, SUITE_SCHEMA, TEST_SCHEMA } from '../../language/files/session-schema.ts'
import { RULESET_SCHEMA, SITE_SCHEMA, USE_SCHEMA } from '../../language/files/site-file.ts'
import { REPORT_SCHEMA } from '../../testing/report-shape.ts'
import { conditionSchemas } from './condition-schemas.ts'
import { HOME } from '../documentation/documentation.ts'

const OPTIONS = { params: true }

/** File name without extension → schema. */
export function allSchemas(vocabulary: Vocabulary): ReadonlyMap<string, JsonSchema> {
  const conditions = conditionSchemas(vocabulary)
  const rule = ruleSchema(vocabulary)
  const test = toJsonSchema(TEST_SCHEMA, { params: false })
  const session = toJsonSchema(SESSION_SCHEMA, { params: false })
  return new Map([
    document('plugin', 'A plugin: chains of rules per hook', pluginSchema(), { ...conditions, rule, test }),
    document('ruleset', 'A ruleset: plugins under one name', rulesetSchema(), { ...conditions, test }),
    document('site', 'A site: postern.yaml', siteSchema(), conditions),
    document('suite', 'A suite of policy tests', toJsonSchema(SUITE_SCHEMA, { params: false }), {}),
    document('policy', 'The policy of a recipient, a domain, or everybody else', policySchema(), {}),
    document('session', 'A recorded session', session, {}),
    document('report', 'A report of `postern check` or `postern test`', REPORT_SCHEMA, {}),
  ])
}

/** Catalogs want the address of the documentation on a line of its own. */
function document(
  name: string,
  title: string,
  schema: JsonSchema,
  definitions: Readonly<Record<string, JsonSchema>>,
): readonly [name: string, schema: JsonSchema] {
  const hasDefinitions = Object.keys(definitions).length > 0
  const whole = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: `https://json.schemastore.org/postern-${name}.json`,
    title,
    ...schema,
    description: `${title}, for Postern, a mail policy server.\n${HOME}`,
    ...(hasDefinitions && { definitions }),
  }
  return [name, whole]
}

function pluginSchema(): JsonSchema {
  const chain = { type: 'array', items: { $ref: '#/definitions/rule' } }
  const several = `^(${HOOKS.join('|')})( *, *(${HOOKS.join('|')}))+$`
  const hooks = {
    type: 'object',
    description: PLUGIN_SCHEMA.properties.hooks.description,
    properties: Object.fromEntries(HOOKS.map((hook) => [hook, { description: HOOK_TABLE[hook].summary, ...chain }])),
    patternProperties: { [several]: chain, '^x-': {} },
    additionalProperties: false,
  }
  return withProperties(toJsonSchema(PLUGIN_SCHEMA, OPTIONS), { hooks })
}

function ruleSchema({ deliveries }: Vocabulary): JsonSchema {
  const targets = [...deliveries.values()].map(({ name, summary, options }) => [
    name,
    { description: summary, ...toJsonSchema(options, OPTIONS) },
  ])
  const deliver = {
    type: 'object',
    description: RULE_SCHEMA.properties.deliver.description,
    minProperties: 1,
    maxProperties: 1,
    properties: Object.fromEntries(targets),
  }
  return { ...withProperties(toJsonSchema(RULE_SCHEMA, OPTIONS), { deliver }), required: ['id', 'match'] }
}

function siteSchema(): JsonSchema {
  return withProperties(toJsonSchema(SITE_SCHEMA, OPTIONS), { plugins: entriesSchema() })
}

function rulesetSchema(): JsonSchema {
  return withProperties(toJsonSchema(RULESET_SCHEMA, OPTIONS), { plugins: entriesSchema() })
}

function entriesSchema(): JsonSchema {
  const short = {
    type: 'object',
    minProperties: 1,
    maxProperties: 1,
    not: { required: ['use'] },
    additionalProperties: { type: 'object' },
  }
  return {
    type: 'array',
    description: 'Plugins in the order in which they are asked',
    items: { anyOf: [{ type: 'string' }, toJsonSchema(USE_SCHEMA, OPTIONS), short] },
  }
}

function policySchema(): JsonSchema {
  return toJsonSchema(POLICY_SCHEMA, { params: false })
}

function withProperties(schema: JsonSchema, properties: JsonSchema): JsonSchema {
  return { ...schema, properties: { ...(schema['properties'] as object), ...properties } }
}

/** Site files (`postern.yaml`) and rulesets: an ordered list of plugins with their arguments. */
import { LIMITS } from '../../core/limits.ts'
import type { Schema } from '../../core/schema.ts'
import { mapValues } from '../../core/table.ts'
import type { Report, Span } from '../diagnostic.ts'
import { LIFE_PROPERTIES } from './life-schema.ts'
import { RECIPIENTS_SCHEMA } from './policy-file.ts'
import { EXTENSIONS_SCHEMA, LISTEN_SCHEMA, TLS_SCHEMA } from './listen-schema.ts'
import { LOG_SCHEMA } from './log-schema.ts'
import { ACCEPTANCE_SCHEMA } from './mutation-schema.ts'
import { entriesOf, type MapEntry, type MapNode, type ScalarNode, textOf, valueOf, type YamlNode } from '../node.ts'
import { checkSchema } from '../schema/check.ts'
import { idleTrialKeys, isMonitored, TRIAL_PROPERTIES, trialIn, type TrialNodes } from '../trial.ts'

const ENTRY_SCHEMA: Schema = {
  anyOf: [
    { type: 'string', description: 'Name of a builtin, or path of a plugin or ruleset' },
    {
      type: 'object',
      minProperties: 1,
      additionalProperties: {},
      description: 'NAME: { arguments }, or the long form with `use`',
    },
  ],
}

const PLUGINS_SCHEMA: Schema = {
  type: 'array',
  items: ENTRY_SCHEMA,
  description: 'Plugins in the order in which they are asked',
}

/** The long form of an entry. */
export const USE_SCHEMA = {
  type: 'object',
  required: ['use'],
  properties: {
    use: { type: 'string', description: 'Name or path; `:N` loads a plugin again' },
    with: { type: 'object', additionalProperties: {}, description: 'Arguments' },
    match: { $ref: '#/definitions/match', description: 'The plugin is asked only for sessions like this' },
    unless: { $ref: '#/definitions/match', description: 'The plugin is not asked for sessions like this' },
    mode: { type: 'string', enum: ['enforce', 'monitor'], description: 'For all its rules' },
    ...TRIAL_PROPERTIES,
    mutation: ACCEPTANCE_SCHEMA,
    skippable: { type: 'boolean', description: 'The policy of a recipient may switch it off (`skip`)' },
  },
} as const satisfies Schema

export const SITE_SCHEMA = {
  type: 'object',
  required: ['hostname', 'plugins'],
  properties: {
    hostname: { type: 'string', description: 'Our own name, as in the greeting' },
    listen: LISTEN_SCHEMA,
    tls: TLS_SCHEMA,
    extensions: EXTENSIONS_SCHEMA,
    spool: {
      type: 'string',
      minLength: 1,
      description: "Directory for content that is too big for memory; the system's for temporary files without it",
    },
    store: {
      type: 'string',
      minLength: 1,
      default: 'memory:',
      description: 'Where counts are kept: `memory:`, `sqlite:FILE`, or `redis://HOST:PORT` for several machines',
    },
    local_domains: { 'x-list': 'domain', description: 'Domains we accept mail for: a file, or a list of domains' },
    recipients: RECIPIENTS_SCHEMA,
    lists: {
      type: 'string',
      default: 'lists',
      description: 'Directory of the list files that builtins read by default',
    },
    plugins: PLUGINS_SCHEMA,
    dns: {
      type: 'object',
      properties: {
        servers: {
          type: 'array',
          items: { type: 'string' },
          description: 'Resolvers, as address or address:port; the system ones without it',
        },
        timeout: { type: 'string', format: 'duration', default: '5s', description: 'Time for one query' },
      },
      description: 'Name resolution',
    },
    log: LOG_SCHEMA,
    limits: {
      type: 'object',
      properties: mapValues(LIMITS, (limit) => ({
        type: 'integer',
        minimum: limit.minimum,
        default: limit.default,
        description: `${limit.summary} (${limit.unit})`,
      })),
      description: 'Limits; none can be switched off',
    },
    ...LIFE_PROPERTIES,
  },
} as const satisfies Schema

export const RULESET_SCHEMA = {
  type: 'object',
  required: ['ruleset', 'plugins'],
  properties: {
    ruleset: { type: 'string', description: 'Name of the ruleset' },
    summary: { type: 'string', description: 'What it is for' },
    params: { type: 'object', additionalProperties: {}, description: 'What a site may set, as in a plugin' },
    plugins: PLUGINS_SCHEMA,
    tests: { type: 'array', items: { $ref: '#/definitions/test' }, description: 'Cases run by `postern test`' },
  },
} as const satisfies Schema

/** One line of the plugin list. */
export interface PluginEntry {
  /** As written: `dnsbl:1`, `./rules/house.yaml`. */
  readonly use: string
  readonly at: Span
  /** Where `use` was typed, and how; absent where nobody typed it. */
  readonly typed?: ScalarNode
  readonly args: readonly MapEntry[]
  readonly match: YamlNode | undefined
  readonly unless: YamlNode | undefined
  readonly mode: 'enforce' | 'monitor' | undefined
  readonly trial?: TrialNodes | undefined
  /** Where it says itself that it is on trial. */
  readonly monitored?: Span | undefined
  /** Where it says that it can be skipped. */
  readonly skippable?: Span | undefined
}

/** What is wrong with an entry is reported; where it can, it is read all the same, so that its plugin is checked too. */
export function readEntries(node: YamlNode | undefined, report: Report): readonly PluginEntry[] {
  return node?.kind === 'seq' ? node.items.flatMap((item) => readEntry(item, report)) : []
}

function readEntry(node: YamlNode, report: Report): readonly PluginEntry[] {
  if (node.faulty || node.kind === 'seq') return []
  if (node.kind === 'scalar') return [entry(node, undefined)]
  const use = valueOf(node, 'use')
  if (use) return readLongForm(node, use, report)
  const [first, ...others] = node.entries
  if (!first) return []
  for (const { key } of others) reportSecondKey(key, first.key.value, report)
  const { key, value } = first
  const isGood = checkSchema(value, ARGUMENTS, report, { what: `what \`${key.value}\` is given` })
  return isGood ? [entry(key, value)] : []
}

const ARGUMENTS: Schema = { type: 'object', additionalProperties: {} }

function readLongForm(node: MapNode, use: YamlNode, report: Report): readonly PluginEntry[] {
  checkSchema(node, USE_SCHEMA, report, { what: 'an entry' })
  const mode = valueOf(node, 'mode')
  if (mode?.kind === 'scalar' && textOf(mode)?.includes('${')) reportUnfilled(mode, report)
  if (!isMonitored(node)) for (const one of idleTrialKeys(node)) report.add(one)
  return use.kind === 'scalar' ? [{ ...entry(use, valueOf(node, 'with')), ...scopeOf(node) }] : []
}

function reportSecondKey(key: ScalarNode, use: string, report: Report): void {
  report.add({
    code: 'CFG101',
    at: key.at,
    message: `a second key \`${key.source}\` in the entry of \`${use}\``,
    label: 'one plugin an entry',
    help: `another plugin is an entry of its own\na scope or mode needs the long form: \`use: ${use}\`, \`with: { … }\`, \`${key.source}: …\``,
  })
}

function reportUnfilled(mode: ScalarNode, report: Report): void {
  report.add({
    code: 'CFG104',
    at: mode.at,
    message: `\`mode\` cannot be \`${mode.source}\``,
    label: 'no parameter of this ruleset',
    help: 'values allowed: enforce, monitor',
  })
}

function entry(typed: ScalarNode, args: YamlNode | undefined): PluginEntry {
  return {
    use: String(typed.value),
    at: typed.at,
    typed,
    args: entriesOf(args),
    match: undefined,
    unless: undefined,
    mode: undefined,
  }
}

function scopeOf(node: MapNode): Pick<PluginEntry, 'match' | 'unless' | 'mode' | 'trial' | 'monitored' | 'skippable'> {
  const skippable = valueOf(node, 'skippable')
  const modeNode = valueOf(node, 'mode')
  const mode = textOf(modeNode)
  return {
    match: valueOf(node, 'match'),
    unless: valueOf(node, 'unless'),
    mode: mode === 'enforce' || mode === 'monitor' ? mode : undefined,
    trial: trialIn(node),
    monitored: mode === 'monitor' ? modeNode?.at : undefined,
    skippable: skippable?.kind === 'scalar' && skippable.value === true ? skippable.at : undefined,
  }
}

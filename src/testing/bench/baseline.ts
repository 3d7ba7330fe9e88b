/**
 * Figures of another day, or another machine, to compare with. Times are divided by those of the yardstick on each side first:
 * that takes most of the machine out of them, and less than comparing both at the same time does.
 */
import type { Schema } from '../../core/schema.ts'
import { checkWithAjv } from '../../language/ajv.ts'
import { toJsonSchema } from '../../language/schema/json-schema.ts'
import type { BenchFigures, Figure, Ratio } from './report.ts'
import { keyOf } from './report.ts'
import { YARDSTICK } from './yardstick.ts'

const NUMBER: Schema = { type: 'number', minimum: 0 }
const FIGURE: Schema = {
  type: 'object',
  required: ['yardsticks'],
  properties: { yardsticks: NUMBER },
  additionalProperties: true,
}

function rowOf(names: readonly string[]): Schema {
  const texts = Object.fromEntries(names.map((name) => [name, { type: 'string' } as const]))
  return {
    type: 'object',
    required: [...names, 'mean'],
    properties: { ...texts, mean: FIGURE },
    additionalProperties: true,
  }
}

/** What is read of a report. */
const BASELINE_SCHEMA = toJsonSchema(
  {
    type: 'object',
    required: [
      'version',
      'kind',
      'revision',
      'node',
      'yardstick',
      'sessions',
      'decisions',
      'decision',
      'hooks',
      'rules',
    ],
    properties: {
      version: { const: 1 },
      kind: { const: 'bench' },
      revision: { type: 'string' },
      node: { type: 'string' },
      yardstick: {
        type: 'object',
        required: ['is'],
        properties: { is: { type: 'string' } },
        additionalProperties: true,
      },
      sessions: {
        type: 'object',
        required: ['digest'],
        properties: { digest: { type: 'string' } },
        additionalProperties: true,
      },
      decisions: NUMBER,
      decision: FIGURE,
      hooks: { type: 'array', items: rowOf(['hook']) },
      rules: { type: 'array', items: rowOf(['hook', 'plugin', 'rule']) },
    },
    additionalProperties: true,
  },
  { params: false },
)

export function isBaseline(value: unknown): value is BenchFigures {
  return checkWithAjv(BASELINE_SCHEMA, value).length === 0
}

/** Why figures of this baseline do not compare as they should; none where they do. `undefined`: they do not at all. */
export function doubtsAbout(baseline: BenchFigures, now: BenchFigures): readonly string[] | undefined {
  if (baseline.yardstick.is !== YARDSTICK) return undefined
  return [
    ...(baseline.sessions.digest === now.sessions.digest ? [] : ['its sessions were other ones']),
    ...(baseline.node === now.node ? [] : [`it is of Node ${baseline.node}`]),
  ]
}

/** With ratios to the baseline, wherever both have a figure. */
export function comparedWith(baseline: BenchFigures, now: BenchFigures): BenchFigures {
  const hooks = new Map(baseline.hooks.map((one) => [one.hook, one.mean]))
  const rules = new Map(baseline.rules.map((one) => [keyOf(one), one.mean]))
  return {
    ...now,
    ...based(wholeOf(now), wholeOf(baseline)),
    hooks: now.hooks.map((one) => ({ ...one, ...based(one.mean, hooks.get(one.hook)) })),
    rules: now.rules.map((one) => ({ ...one, ...based(one.mean, rules.get(keyOf(one))) })),
  }
}

/** All sessions, in yardsticks. */
function wholeOf({ decision, decisions }: BenchFigures): Pick<Figure, 'yardsticks'> {
  return { yardsticks: decision.yardsticks * decisions }
}

function based(
  now: Pick<Figure, 'yardsticks'>,
  then: Pick<Figure, 'yardsticks'> | undefined,
): { readonly base?: Ratio } {
  return then && then.yardsticks > 0 && now.yardsticks > 0 ? { base: { ratio: now.yardsticks / then.yardsticks } } : {}
}

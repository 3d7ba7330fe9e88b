/** Trials: `until` and `sample` beside `mode: monitor`, of a rule or of an entry in the site file. */
import type { Schema } from '../core/schema.ts'
import { keysOf } from '../core/table.ts'
import type { Finding } from './diagnostic.ts'
import { entryOf, type MapNode, type ScalarNode, textOf, valueOf } from './node.ts'

export const TRIAL_PROPERTIES = {
  until: {
    type: 'string',
    pattern: '^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])$',
    description: 'With `mode: monitor`: the last day of the trial, such as 2026-12-31; check warns when it has passed',
    examples: ['2026-12-31'],
  },
  sample: {
    type: 'string',
    pattern: '^(?!0+(?:\\.0+)?%)(?:100|\\d{1,2}(?:\\.\\d+)?)%$',
    description: 'With `mode: monitor`: asked for this share of the clients only, such as 5%, always the same ones',
    examples: ['5%'],
  },
} as const satisfies Record<string, Schema>

const KEYS = keysOf(TRIAL_PROPERTIES)

/** As written. */
export type TrialNodes = Readonly<Partial<Record<keyof typeof TRIAL_PROPERTIES, ScalarNode>>>

export function trialIn(node: MapNode): TrialNodes {
  const found = KEYS.map((key) => [key, valueOf(node, key)] as const)
  return Object.fromEntries(found.filter(([, value]) => value?.kind === 'scalar'))
}

export function isMonitored(node: MapNode): boolean {
  return textOf(valueOf(node, 'mode')) === 'monitor'
}

/** Where nothing is on trial. */
export function idleTrialKeys(node: MapNode): readonly Finding[] {
  return KEYS.flatMap((key) => {
    const entry = entryOf(node, key)
    const message = `\`${key}\` has no effect without \`mode: monitor\``
    return entry
      ? [{ code: 'CFG115' as const, at: entry.key.at, message, help: `delete it, or add \`mode: monitor\`` }]
      : []
  })
}

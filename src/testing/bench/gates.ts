/** What a bench must keep to: the time of a hook, or its ratio to other rules. A gate that nothing could judge is not met. */
import type { BenchFigures } from './report.ts'

export interface Budget {
  readonly hook: string
  readonly most: number
  /** `x`: times the yardstick, which means the same on other machines. */
  readonly unit: 'ns' | 'x'
}

export interface GateResult {
  readonly gate: 'budget' | 'ratio'
  readonly hook: string
  readonly most: number
  readonly unit: Budget['unit'] | 'base'
  /** Absent where no session came to the hook, or nothing is there to compare with. */
  readonly value?: number
  readonly passed: boolean
}

const UNITS: ReadonlyMap<string, readonly [factor: number, unit: Budget['unit']]> = new Map([
  ['ns', [1, 'ns']],
  ['us', [1e3, 'ns']],
  ['µs', [1e3, 'ns']],
  ['ms', [1e6, 'ns']],
  ['s', [1e9, 'ns']],
  ['x', [1, 'x']],
])

/** `rcpt=200us`, `data_post=1.5ms`, `rcpt=40x`. Undefined for anything else. */
export function parseBudget(text: string): Budget | undefined {
  const [, hook, number, name = ''] = /^([a-z_]+)=(\d+(?:\.\d+)?) ?([a-zµ]+)$/.exec(text) ?? []
  const [factor, unit] = UNITS.get(name) ?? []
  if (hook === undefined || factor === undefined || unit === undefined) return undefined
  return { hook, most: Number(number) * factor, unit }
}

/** The median of a hook's decisions counts. */
export function judgeBudget({ hook, most, unit }: Budget, { hooks }: BenchFigures): GateResult {
  const found = hooks.find((one) => one.hook === hook)?.median
  const value = unit === 'x' ? found?.yardsticks : found?.ns
  return {
    gate: 'budget',
    hook,
    most,
    unit,
    ...(value !== undefined && { value }),
    passed: value !== undefined && value <= most,
  }
}

/** One for each hook that there is something to compare with; one that is not met where there is none. */
export function judgeRatio(most: number, { hooks }: BenchFigures): readonly GateResult[] {
  const judged = hooks.flatMap(({ hook, base }): readonly GateResult[] =>
    base ? [{ gate: 'ratio', hook, most, unit: 'base', value: base.ratio, passed: base.ratio <= most }] : [],
  )
  return judged.length > 0 ? judged : [{ gate: 'ratio', hook: 'any', most, unit: 'base', passed: false }]
}

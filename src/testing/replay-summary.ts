/** What a replay comes to: counts, groups by rule with an example each, and gates that a change must not pass. */
import { type Ending, ENDINGS, type Judged, type LoggedDecision } from './replay.ts'

export const OUTCOMES = ['same', 'text', 'changed', 'undetermined'] as const
export type ReplayOutcome = (typeof OUTCOMES)[number]

/** Decisions that change in the same way on account of the same rule. */
export interface ReplayGroup {
  readonly outcome: Exclude<ReplayOutcome, 'same'>
  /** `accept → reject`; for undetermined ones what was not recorded. */
  readonly change: string
  /** Who decides now, or decided before where nobody does now. */
  readonly by: string
  readonly count: number
  readonly first: Pick<LoggedDecision, 'id' | 'time' | 'hook'> & { readonly remote_ip?: string; readonly rcpt?: string }
}

export interface ReplaySummary {
  readonly decisions: number
  /** Records of hooks at which nothing can be decided again. */
  readonly left_out: number
  readonly outcomes: Readonly<Record<ReplayOutcome, number>>
  readonly groups: readonly ReplayGroup[]
}

/** Of groups, which have one example each: a rule that reads the time of day must not fill the memory. */
const MOST_GROUPS = 1000

export class ReplayTally {
  readonly #outcomes: Record<ReplayOutcome, number> = { same: 0, text: 0, changed: 0, undetermined: 0 }
  readonly #groups = new Map<string, ReplayGroup>()
  readonly #changes = new Map<string, number>()
  #leftOut = 0

  leaveOut(): void {
    this.#leftOut += 1
  }

  add(record: LoggedDecision, before: Judged, after: Judged): ReplayOutcome {
    const { outcome, change, by } = compare(before, after)
    this.#outcomes[outcome] += 1
    this.#changes.set(change, (this.#changes.get(change) ?? 0) + 1)
    if (outcome !== 'same') this.#group(record, { outcome, change, by })
    return outcome
  }

  get decisions(): number {
    return OUTCOMES.reduce((sum, outcome) => sum + this.#outcomes[outcome], 0)
  }

  /** The most frequent first. */
  summary(): ReplaySummary {
    const groups = [...this.#groups.values()].toSorted((one, other) => other.count - one.count)
    return { decisions: this.decisions, left_out: this.#leftOut, outcomes: { ...this.#outcomes }, groups }
  }

  /** How many decisions a gate counts. */
  counted(kind: string): number {
    if (kind === 'any') return this.#outcomes.changed
    if (kind === 'undetermined' || kind === 'text') return this.#outcomes[kind]
    const [from = '', to = ''] = kind.split('-to-')
    return this.#changes.get(`${from} → ${to}`) ?? 0
  }

  #group(record: LoggedDecision, { outcome, change, by }: Compared & { outcome: ReplayGroup['outcome'] }): void {
    const key = `${outcome} ${change} ${by}`
    const known = this.#groups.get(key)
    if (known) this.#groups.set(key, { ...known, count: known.count + 1 })
    else if (this.#groups.size < MOST_GROUPS)
      this.#groups.set(key, { outcome, change, by, count: 1, first: exampleOf(record) })
  }
}

interface Compared {
  readonly outcome: ReplayOutcome
  readonly change: string
  readonly by: string
}

const NOBODY = 'nobody'

function compare(before: Judged, after: Judged): Compared {
  const missing = [before, after].flatMap((one) => ('undetermined' in one ? one.undetermined : []))
  if ('undetermined' in before || 'undetermined' in after)
    return { outcome: 'undetermined', change: [...new Set(missing)].map(kindOf).join(', '), by: NOBODY }
  const by = after.by ?? before.by ?? NOBODY
  if (before.ending !== after.ending) return { outcome: 'changed', change: `${before.ending} → ${after.ending}`, by }
  if (before.by !== after.by) return { outcome: 'text', change: `${before.by ?? NOBODY} → ${after.by ?? NOBODY}`, by }
  return { outcome: before.message === after.message ? 'same' : 'text', change: 'another text', by }
}

/** Questions to the DNS differ in every session; their zone or type says enough. */
function kindOf(missing: string): string {
  const type = /^DNS \S+ (\w+)$/.exec(missing)?.[1]
  return type === undefined ? missing : `an answer of the DNS (${type})`
}

function exampleOf({ id, time, hook, facts }: LoggedDecision): ReplayGroup['first'] {
  const rcpt = [facts.rcpt].flat().at(-1)
  return {
    id,
    time,
    hook,
    ...(facts.remote_ip !== undefined && { remote_ip: facts.remote_ip }),
    ...(rcpt !== undefined && { rcpt }),
  }
}

/** At most so many decisions, or so large a share of them. */
export interface Gate {
  readonly kind: string
  readonly limit: number
  readonly unit: 'decisions' | 'percent'
}

const ENDING_PAIRS = ENDINGS.flatMap((from: Ending) =>
  ENDINGS.filter((to) => to !== from).map((to) => `${from}-to-${to}`),
)
export const GATE_KINDS: readonly string[] = ['any', 'text', 'undetermined', ...ENDING_PAIRS]

/** `accept-to-reject=0.1%`, `any=5`; undefined for what is no gate. */
export function parseGate(text: string): Gate | undefined {
  const [, kind = '', limit = '', percent] = /^([a-z-]+)=(\d+(?:\.\d+)?)(%?)$/.exec(text) ?? []
  if (!GATE_KINDS.includes(kind)) return undefined
  return { kind, limit: Number(limit), unit: percent ? 'percent' : 'decisions' }
}

export interface GateResult extends Gate {
  readonly count: number
  readonly passed: boolean
}

export function judgeGate(gate: Gate, tally: ReplayTally): GateResult {
  const count = tally.counted(gate.kind)
  const value = gate.unit === 'percent' ? (count / Math.max(1, tally.decisions)) * 100 : count
  return { ...gate, count, passed: value <= gate.limit }
}

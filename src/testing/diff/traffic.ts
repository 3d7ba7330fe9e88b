/** How many recorded decisions each difference touches, and which differences only the record shows. */
import type { Judged, LoggedDecision, Verdict } from '../replay.ts'
import { type DiffGroup, NOBODY } from './compare.ts'

export interface Touched {
  readonly count: number
  readonly first: Pick<LoggedDecision, 'id' | 'time' | 'hook'>
}

/** A difference of recorded decisions for which no session was found. */
export interface RecordedDifference extends Touched {
  readonly change: string
  readonly by: string
}

export interface Traffic {
  readonly decisions: number
  /** The record does not hold what one of the sites asks for. */
  readonly undetermined: number
  /** In the order of the groups; undefined where no decision is touched. */
  readonly touched: readonly (Touched | undefined)[]
  /** The most frequent first. */
  readonly others: readonly RecordedDifference[]
}

/** Of those without a session. */
const MOST_OTHERS = 1000

export class TrafficTally {
  readonly #groups: readonly DiffGroup[]
  readonly #touched = new Map<DiffGroup, Touched>()
  readonly #others = new Map<string, RecordedDifference>()
  #decisions = 0
  #undetermined = 0

  constructor(groups: readonly DiffGroup[]) {
    this.#groups = groups
  }

  get decisions(): number {
    return this.#decisions
  }

  add(record: LoggedDecision, before: Judged, after: Judged): void {
    this.#decisions += 1
    if ('undetermined' in before || 'undetermined' in after) this.#undetermined += 1
    else if (before.ending !== after.ending) this.#touch(record, before, after)
  }

  report(): Traffic {
    return {
      decisions: this.#decisions,
      undetermined: this.#undetermined,
      touched: this.#groups.map((group) => this.#touched.get(group)),
      others: [...this.#others.values()].toSorted((one, other) => other.count - one.count),
    }
  }

  #touch(record: LoggedDecision, before: Verdict, after: Verdict): void {
    const change = `${before.ending} → ${after.ending}`
    const group = this.#groupFor(change, before, after)
    if (group) this.#touched.set(group, oneMore(this.#touched.get(group), record))
    else {
      const by = after.by ?? before.by ?? NOBODY
      const known = this.#others.get(`${change} ${by}`)
      if (known || this.#others.size < MOST_OTHERS)
        this.#others.set(`${change} ${by}`, { change, by, ...oneMore(known, record) })
    }
  }

  /** That of the same change in which the same two spoke; else one with the same culprit. */
  #groupFor(change: string, before: Verdict, after: Verdict): DiffGroup | undefined {
    const alike = this.#groups.filter((group) => group.change === change)
    const speakers = [before.by, after.by]
    return (
      alike.find((group) => group.before.by === before.by && group.after.by === after.by) ??
      alike.find((group) => speakers.includes(group.by))
    )
  }
}

function oneMore(known: Touched | undefined, { id, time, hook }: LoggedDecision): Touched {
  return { count: (known?.count ?? 0) + 1, first: known?.first ?? { id, time, hook } }
}

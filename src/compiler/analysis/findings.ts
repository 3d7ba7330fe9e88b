/**
 * Findings against rules. A rule that is used several times, by several entries or hooks, is at fault only when it is so
 * every time: what one entry's arguments make idle another one's may not.
 */
import { type Finding, placeOf, type Report } from '../../language/diagnostic.ts'
import type { AskedRule } from './asked-rule.ts'

/** How many times a place was found at fault, with the last finding. */
interface Fault {
  readonly finding: Finding
  count: number
}

export class Findings {
  readonly #report: Report
  readonly #uses = new Map<string, number>()
  readonly #faults = new Map<string, Fault>()

  constructor(report: Report, rules: Iterable<AskedRule>) {
    this.#report = report
    for (const { at } of rules) this.#uses.set(placeOf(at), (this.#uses.get(placeOf(at)) ?? 0) + 1)
  }

  /** Something about one use of a rule. */
  against({ at: rule, hook, rule: { id } }: AskedRule, finding: Finding): void {
    const key = `${placeOf(rule)} ${finding.code} ${placeOf(finding.at)}`
    const before = this.#faults.get(key)
    const named = { hook, rule: id, ...finding }
    if (before) before.count += 1
    else this.#faults.set(key, { finding: named, count: 1 })
  }

  /** Something about the site. */
  add(finding: Finding): void {
    this.#report.add(finding)
  }

  /** Hands over what holds every time. */
  conclude(): void {
    for (const [key, { finding, count }] of this.#faults) {
      const [place = ''] = key.split(' ', 1)
      if (count >= (this.#uses.get(place) ?? 1)) this.#report.add(finding)
    }
  }
}

/** What a proof leans on when it is not certain. */
export const LIKELY_NOTE =
  'this holds while the lists hold what they hold now, and a question asked twice has one answer'

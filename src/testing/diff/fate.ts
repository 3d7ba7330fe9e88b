/**
 * What becomes of a session: taken, or refused, where and by whom; and where two sites differ in that.
 *
 * Looked at twice, when a recipient is answered and when the session is over: what is taken at RCPT by one of them and never
 * gets there with the other is a difference, whatever the content brings.
 */
import type { Decision } from '../../core/decision.ts'
import { HOOKS, type Hook } from '../../core/hook.ts'
import { type Ending, endingOf, isReplayable } from '../replay.ts'
import type { SessionRecord } from '../session-record.ts'

export interface Fate {
  readonly ending: Ending
  /** Where it was refused, or had come to. */
  readonly hook: Hook
  /** `plugin/rule`; absent where nobody spoke. */
  readonly by?: string
  /** `file:line:column` */
  readonly at?: string
  /** Its first line. */
  readonly reply: string
  /** Rules that held, as `hook plugin/rule`, in the order in which they were asked. */
  readonly held: readonly string[]
}

export interface Difference {
  readonly before: Fate
  readonly after: Fate
}

/** The two places where it is looked. */
const UP_TO: readonly Hook[] = ['rcpt', 'queue']

export function differenceBetween(
  before: readonly Decision[],
  after: readonly Decision[],
  record: SessionRecord,
): Difference | undefined {
  for (const hook of UP_TO) {
    const [one, other] = [fateOf(before, hook, record), fateOf(after, hook, record)]
    if (one && other && one.ending !== other.ending) return { before: one, after: other }
  }
  return undefined
}

/** Undefined where nobody was asked. */
export function fateOf(decisions: readonly Decision[], upTo: Hook, record: SessionRecord): Fate | undefined {
  const asked = decisions.filter(({ hook }) => isReplayable(hook) && HOOKS.indexOf(hook) <= HOOKS.indexOf(upTo))
  const end = asked.find((one) => endingOf(one.hook, one.return, record) !== 'accept') ?? asked.at(-1)
  return end && spokenBy(end, decisions, record)
}

/** What is answered at one hook, wherever it stands. Undefined where nobody was asked. */
export function fateAt(decisions: readonly Decision[], hook: Hook, record: SessionRecord): Fate | undefined {
  const end = decisions.find((one) => one.hook === hook)
  return end && { ...spokenBy(end, decisions, record), ending: ENDINGS_BY_REPLY.get(end.reply.charAt(0)) ?? 'accept' }
}

/** Beside the way of a message nothing is accepted or refused but the command: the client hears which. */
const ENDINGS_BY_REPLY: ReadonlyMap<string, Ending> = new Map<string, Ending>([
  ['4', 'defer'],
  ['5', 'reject'],
  ['', 'silent'],
])

function spokenBy(end: Decision, decisions: readonly Decision[], record: SessionRecord): Fate {
  const { hook, plugin, rule, at, reply } = end
  return {
    ending: endingOf(hook, end.return, record),
    hook,
    ...(plugin !== undefined && rule !== undefined && { by: `${plugin}/${rule}` }),
    ...(at !== undefined && { at }),
    reply: reply.split('\n', 1)[0] ?? '',
    held: heldIn(decisions),
  }
}

function heldIn(decisions: readonly Decision[]): readonly string[] {
  return decisions.flatMap(({ hook, trace }) =>
    trace.filter(({ truth }) => truth !== 'miss').map(({ plugin, rule }) => `${hook} ${plugin}/${rule}`),
  )
}

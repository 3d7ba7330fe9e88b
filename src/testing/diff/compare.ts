/** Asks both sites about one session, and says how and why it ends differently. */
import { HOOK_TABLE, type Hook, STAGES } from '../../core/hook.ts'
import type { Program } from '../../core/program.ts'
import type { Decision } from '../../core/decision.ts'
import { offlinePorts } from '../offline-ports.ts'
import type { Judges } from '../replay.ts'
import { mergeRecords, type SessionRecord } from '../session-record.ts'
import { walk } from '../walk.ts'
import { type Difference, differenceBetween, type Fate } from './fate.ts'

/** One of the two sites. Its dispatcher traces. */
export interface Judge {
  readonly program: Program
  readonly judges: Judges
}

/** Sessions that end differently in the same way, on account of the same rule. */
export interface DiffGroup {
  /** `accept → reject` */
  readonly change: string
  readonly hook: Hook
  /** The rule that makes the difference: `plugin/rule`; `nobody` where no rule speaks. */
  readonly by: string
  /** Rules that changed and held in the session, as `hook plugin/rule`. */
  readonly through: readonly string[]
  readonly before: Spoken
  readonly after: Spoken
  readonly session: SessionRecord
}

export type Spoken = Omit<Fate, 'held'>

export const NOBODY = 'nobody'

/** Undefined where both end alike, and where either of them asked what the session does not answer. */
export async function compareSession(
  session: SessionRecord,
  sides: readonly [Judge, Judge],
  changed: ReadonlySet<string>,
): Promise<DiffGroup | undefined> {
  const [before, after] = [await decided(session, sides[0]), await decided(session, sides[1])]
  const difference = before && after && differenceBetween(before, after, session)
  return difference && groupOf(difference, session, changed)
}

/** Undefined when something was asked that nobody answers here. */
export async function decided(record: SessionRecord, { judges }: Judge): Promise<readonly Decision[] | undefined> {
  const { dispatch, world, ...rest } = judges
  let isMissing = false
  const miss = (): void => void (isMissing = true)
  const ports = offlinePorts(record, {
    ...world,
    onMissingDns: () => {
      miss()
      return { kind: 'failed', because: 'nobody is asked here' }
    },
    onMissingAnswer: miss,
    onMissingSource: miss,
    onMissingQuestion: miss,
  })
  const { decisions } = await walk(record, { ...rest, dispatch, ports, isolated: false, message: undefined })
  return isMissing ? undefined : decisions
}

export function groupOf(difference: Difference, session: SessionRecord, changed: ReadonlySet<string>): DiffGroup {
  const { before, after } = difference
  const through = [...new Set([...after.held, ...before.held])].filter((key) => changed.has(key))
  return {
    change: `${before.ending} → ${after.ending}`,
    hook: (after.ending === 'accept' ? before : after).hook,
    by: culpritOf(difference, through, changed),
    through,
    before: spoken(before),
    after: spoken(after),
    session,
  }
}

/** Who refuses, or says OK, if that rule changed; else the first changed rule that held on the way; else who refuses. */
function culpritOf({ before, after }: Difference, through: readonly string[], changed: ReadonlySet<string>): string {
  const speakers = (after.ending === 'accept' ? [before, after] : [after, before]).flatMap(({ by }) => by ?? [])
  const names = new Set([...changed].map(nameIn))
  const [first] = through
  return (
    speakers.find((by) => names.has(by)) ?? (first === undefined ? undefined : nameIn(first)) ?? speakers[0] ?? NOBODY
  )
}

/** `plugin/rule` */
export function nameIn(key: string): string {
  return key.slice(key.indexOf(' ') + 1)
}

function spoken({ held: _, ...rest }: Fate): Spoken {
  return rest
}

const USUAL_FIELDS = [
  ['From', 'someone@elsewhere.example'],
  ['Date', 'Mon, 05 Jan 2026 12:00:00 +0000'],
  ['Message-ID', '<1@elsewhere.example>'],
  ['Subject', 'Hello'],
] as const

/** With all that such sessions need: answers for whoever is asked, and content where rules look at it. */
export function completed(
  said: SessionRecord,
  sides: readonly Judge[],
  answers: NonNullable<SessionRecord['answers']>,
): readonly SessionRecord[] {
  const programs = sides.map(({ program }) => program)
  const sources = programs.flatMap((program) => program.sources ?? []).map(({ shown }) => [shown, {}] as const)
  const session = tidy({
    ...mergeRecords({ answers }, said),
    now: said.now ?? '2026-01-05T12:00:00Z',
    sources: Object.fromEntries(sources),
  })
  const bodies = programs.some(looksAtContent) ? contentsOf(said) : [{}]
  const verbs = programs.some(({ chains }) => chains.has('helo')) && said.helo_verb === undefined && said.helo
  const greetings: readonly SessionRecord[] = verbs ? [{}, { helo_verb: 'HELO' }] : [{}]
  return bodies.flatMap((content) => greetings.map((greeting) => ({ ...session, ...content, ...greeting })))
}

/** A message as it should be, and one that has nothing but what it must have. */
function contentsOf({ headers = [], body = 'Hello\r\n' }: SessionRecord): readonly SessionRecord[] {
  const said = new Set(headers.map(([name]) => name.toLowerCase()))
  const usual = USUAL_FIELDS.filter(([name]) => !said.has(name.toLowerCase()))
  return [[...usual, ...headers], headers].map((fields) => ({ headers: fields, body }))
}

function looksAtContent({ chains }: Program): boolean {
  return [...chains.keys()].some((hook) => {
    const { stage } = HOOK_TABLE[hook]
    return stage !== 'any' && STAGES.indexOf(stage) >= STAGES.indexOf('envelope')
  })
}

/** Without tables that say nothing. */
function tidy(session: SessionRecord): SessionRecord {
  return Object.fromEntries(
    Object.entries(session).filter(([, value]) => JSON.stringify(value) !== '{}' && !isBare(value)),
  )
}

/** Notes of no sort. */
function isBare(value: unknown): boolean {
  return JSON.stringify(value) === JSON.stringify({ connection: {}, transaction: {} })
}

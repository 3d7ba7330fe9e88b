/**
 * What two sites decide differently, without traffic: differences with a session each that shows them.
 *
 * A session is shown only when the dispatchers of both sites were asked about it and answered differently. That none is
 * shown proves nothing, unless the rules are the same text (`isProvedSame`).
 */
import type { Outline } from '../../compiler/analysis/outline.ts'
import { HOOK_TABLE, type Hook } from '../../core/hook.ts'
import { asideGroups, compareAside, isAnsweredAside } from './aside.ts'
import type { Changes } from './changes.ts'
import { compareSession, completed, type DiffGroup, type Judge } from './compare.ts'
import { lowerBoth } from './lowered.ts'
import { mergeRecords, type SessionRecord } from '../session-record.ts'
import { atMost, search } from './search.ts'
import { shortened } from './shortened.ts'
import { plainSessions } from './telling.ts'
import { usualAnswers } from './usual-answers.ts'

export interface DiffSide extends Judge {
  readonly outline: Outline
}

export interface DiffFound {
  readonly groups: readonly DiffGroup[]
  /** Sessions about which both sites were asked. */
  readonly tried: number
  /** One session of each kind that the rules can tell apart was among them. */
  readonly isWhole: boolean
  /** What rules ask for and no session here says. */
  readonly unsaid: readonly string[]
  /** Hooks at which rules changed and whose answers were not compared. */
  readonly elsewhere: readonly Hook[]
}

/** To each of which everything is tried. */
const MOST_PLAIN = 4

function* chained<T>(one: Iterable<T>, other: Iterable<T>): Generator<T> {
  yield* one
  yield* other
}

/** More than anybody reads. */
const MOST_GROUPS = 200

/** `about`: what else sessions are tried with, such as recipients whose policies changed. */
export async function diffSites(
  sides: readonly [DiffSide, DiffSide],
  changes: Changes,
  about: readonly SessionRecord[] = [],
): Promise<DiffFound> {
  const [before, after] = sides
  const rules = lowerBoth(before.outline, after.outline)
  const { sessions, isWhole, unsaid } = search(rules, changes.rules)
  const answers = await usualAnswers(sides, plainSessions(rules))
  const changed = new Set(changes.rules.map(({ key }) => key))
  const groups = new Map<string, DiffGroup>()
  const tried = new Set<string>()
  const plain = [...atMost(MOST_PLAIN, plainSessions(rules))]
  const more = about.flatMap((one) => plain.map((session) => mergeRecords(session, one)))
  for (const said of chained(sessions, more)) {
    for (const session of completed(said, sides, answers)) {
      if (tried.has(JSON.stringify(session))) continue
      tried.add(JSON.stringify(session))
      const group = await compareSession(session, sides, changed)
      if (group && groups.size < MOST_GROUPS && !groups.has(nameOf(group))) groups.set(nameOf(group), group)
    }
  }
  for await (const group of asideGroups(changes.rules, rules, sides))
    if (groups.size < MOST_GROUPS && !groups.has(nameOf(group))) groups.set(nameOf(group), group)
  const shown: DiffGroup[] = []
  for (const group of [...groups.values()].toSorted((one, other) => weightOf(one) - weightOf(other)))
    shown.push(await shortest(group, sides, changed))
  const hooks = new Set(changes.rules.map(({ hook }) => hook).filter(isBeside))
  return { groups: shown, tried: tried.size, isWhole, unsaid, elsewhere: [...hooks] }
}

async function shortest(
  group: DiffGroup,
  sides: readonly [DiffSide, DiffSide],
  changed: ReadonlySet<string>,
): Promise<DiffGroup> {
  let best = group
  await shortened(group.session, async (session) => {
    const other = isAnsweredAside(group.hook)
      ? await compareAside(session, group.hook, { sides, changed })
      : await compareSession(session, sides, changed)
    const isSame = other !== undefined && nameOf(other) === nameOf(group)
    if (isSame) best = other
    return isSame
  })
  return best
}

/** What is accepted anew first, then what is refused anew. */
function weightOf({ change }: DiffGroup): number {
  if (change.endsWith('accept')) return 0
  return change.startsWith('accept') ? 1 : 2
}

function nameOf({ change, hook, by }: DiffGroup): string {
  return `${change} ${hook} ${by}`
}

/** Commands beside the way of a message that no session says, and what is told afterwards. */
function isBeside(hook: Hook): boolean {
  return !isAnsweredAside(hook) && (hook === 'queue_post' || HOOK_TABLE[hook].stage === 'any')
}

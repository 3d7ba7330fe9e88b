/**
 * Differences beside the way of a message: what is answered to AUTH, VRFY, NOOP, HELP, QUIT and to commands that nobody knows.
 *
 * Sessions that the changed rules are about are given the command, or a login, and both sites are asked.
 */
import type { Decision } from '../../core/decision.ts'
import type { Hook } from '../../core/hook.ts'
import type { SessionRecord } from '../session-record.ts'
import type { RuleChange } from './changes.ts'
import { completed, decided, type DiffGroup, groupOf, type Judge } from './compare.ts'
import { type Fate, fateAt } from './fate.ts'
import type { LoweredRules } from './lowered.ts'
import { atMost } from './search.ts'
import { telling } from './telling.ts'

/** Of each changed rule, without variants of what words answer. */
const MOST_SESSIONS = 40

const SAID: ReadonlyMap<Hook, SessionRecord> = new Map<Hook, SessionRecord>([
  ['auth', { auth: { user: 'someone@example.org', mechanism: 'PLAIN', password: 'a password' } }],
  ['vrfy', { commands: ['VRFY someone@example.org'] }],
  ['noop', { commands: ['NOOP'] }],
  ['help', { commands: ['HELP'] }],
  ['unrecognized_command', { commands: ['XYZZY'] }],
  ['quit', { commands: ['QUIT'] }],
])

/** Whether sessions can say something at this hook. */
export function isAnsweredAside(hook: Hook): boolean {
  return SAID.has(hook)
}

/** All that differ; groups of one name are for the caller to join. */
export async function* asideGroups(
  changes: readonly RuleChange[],
  rules: LoweredRules,
  sides: readonly [Judge, Judge],
): AsyncGenerator<DiffGroup> {
  const changed = new Set(changes.map(({ key }) => key))
  for (const change of changes.filter(({ hook }) => isAnsweredAside(hook)))
    for (const session of asideSessions(change, rules, sides)) {
      const group = await compareAside(session, change.hook, { sides, changed })
      if (group) yield group
    }
}

function* asideSessions(change: RuleChange, rules: LoweredRules, sides: readonly Judge[]): Generator<SessionRecord> {
  const words = [...new Set(sides.flatMap(({ program }) => [...(program.words ?? [])]))]
  const said = SAID.get(change.hook) ?? {}
  for (const about of [{}, ...atMost(MOST_SESSIONS, telling(rules, [change]))])
    for (const answer of words.length > 0 ? (['hit', 'miss'] as const) : (['miss'] as const)) {
      const answers = Object.fromEntries(words.map((word) => [word, answer]))
      const { sender: _, rcpt: __, headers: ___, ...before } = about
      yield* completed({ ...before, ...said }, sides, answers)
        .slice(0, 1)
        .map(withoutContent)
    }
}

function withoutContent({ headers: _, body: __, ...session }: SessionRecord): SessionRecord {
  return session
}

interface Comparing {
  readonly sides: readonly [Judge, Judge]
  readonly changed: ReadonlySet<string>
}

export async function compareAside(
  session: SessionRecord,
  hook: Hook,
  { sides, changed }: Comparing,
): Promise<DiffGroup | undefined> {
  const [one, other] = [await decided(session, sides[0]), await decided(session, sides[1])]
  const [before, after] = [fateThere(one, hook, session), fateThere(other, hook, session)]
  if (!before || !after || (before.ending === after.ending && before.reply === after.reply)) return undefined
  const group = groupOf({ before, after }, session, changed)
  return before.ending === after.ending ? { ...group, change: 'other words' } : group
}

function fateThere(decisions: readonly Decision[] | undefined, hook: Hook, session: SessionRecord): Fate | undefined {
  return decisions && fateAt(decisions, hook, session)
}

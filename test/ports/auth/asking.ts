/** Asks an auth word about one attempt, the way the `auth` hook does. The clock stands unless the test moves it. */
import type { AuthAttempt, StoredSecret } from '../../../src/core/auth.ts'
import type { HookContext } from '../../../src/core/context.ts'
import type { Match, MatcherWord } from '../../../src/core/word.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { contextAt } from '../../support/hook-context.ts'
import { fakePorts } from '../../support/smtp-rig.ts'
import { optionsFor } from '../../vocabulary/ask.ts'

export type Options = Readonly<Record<string, unknown>>

export interface Backend {
  readonly clock: FakeClock
  readonly ask: (attempt: AuthAttempt | undefined, over?: Partial<HookContext>) => Promise<Match>
  /** PLAIN. */
  readonly logIn: (user: string, password: string) => Promise<Match>
}

export function compiled(word: MatcherWord, options: Options): (context: HookContext) => Match | Promise<Match> {
  return word.compile(optionsFor(word, options), {
    lookUp: () => {
      throw new Error('auth words have no lists')
    },
    list: () => {
      throw new Error('auth words have no lists')
    },
    directory: '/etc/postern',
    rule: 'house/auth/a',
    texts: () => {
      throw new Error('auth words have no texts')
    },
    template: () => {
      throw new Error('auth words have no templates')
    },
    facts: () => {
      throw new Error('auth words name no facts')
    },
    question: () => {
      throw new Error('auth words have no questions')
    },
  })
}

export function backend(word: MatcherWord, options: Options): Backend {
  const clock = fakeClock()
  const matches = compiled(word, options)
  const ask: Backend['ask'] = async (attempt, over = {}) =>
    matches(contextAt('auth', { attempt, ports: fakePorts({ clock }), ...over }))
  return { clock, ask, logIn: (user, password) => ask(attemptOf({ user, password })) }
}

export function attemptOf(parts: Partial<AuthAttempt> = {}): AuthAttempt {
  return {
    phase: 'verify',
    mechanism: 'PLAIN',
    user: 'ann@example.org',
    password: undefined,
    token: undefined,
    provide: () => undefined,
    provedBy: undefined,
    ...parts,
  }
}

/** What the word hands over in phase `lookup`. */
export async function provided(
  { ask }: Backend,
  user: string,
  mechanism = 'CRAM-MD5',
): Promise<readonly { readonly by: object; readonly secret: StoredSecret }[]> {
  const given: { by: object; secret: StoredSecret }[] = []
  await ask(attemptOf({ phase: 'lookup', mechanism, user, provide: (by, secret) => given.push({ by, secret }) }))
  return given
}

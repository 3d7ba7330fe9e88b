/** A moment of a session, for tests of the dispatcher: everything is there, nothing is connected. */
import type { HookContext } from '../../src/core/context.ts'
import type { Hook } from '../../src/core/hook.ts'
import { makeField } from '../../src/core/mail/header.ts'
import { memoryBody, Message } from '../../src/core/mail/message.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Action, Chain, Program, Rule } from '../../src/core/program.ts'
import { isPromise, type MaybePromise } from '../../src/core/truth.ts'
import { newConnection, newRecipient, newTransaction } from '../../src/core/session.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { address } from '../support/address.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { fakePorts, type LogLine } from '../support/smtp-rig.ts'

export const DEADLINE = 1000

export interface Situation {
  readonly clock: FakeClock
  readonly log: LogLine[]
  /** The same session at this hook. */
  readonly at: (hook: Hook) => HookContext
}

export function situation(): Situation {
  const [clock, log]: [FakeClock, LogLine[]] = [fakeClock(), []]
  const connection = newConnection({
    id: 'c1',
    remote: { ip: '192.0.2.7', port: 40000 },
    local: { ip: '192.0.2.1', port: 25 },
    listener: 'mx',
    startedAt: clock.now(),
    env: new Map(),
  })
  const recipient = newRecipient(address('x@example.org'))
  const transaction = newTransaction('t1')
  transaction.sender = address('a@example.net')
  transaction.recipients.push(recipient)
  transaction.message = Message.of(makeField('Subject', 'hi').raw, memoryBody(Buffer.from('hello\r\n')))
  const ports = fakePorts({ clock, log })
  return {
    clock,
    log,
    at: (hook) => ({
      hook,
      connection,
      transaction,
      recipient: hook === 'rcpt' ? recipient : undefined,
      command: undefined,
      decided: undefined,
      ports,
      signal: undefined,
      found: new Map(),
      trace: undefined,
    }),
  }
}

/** A rule that applies, unless the test says otherwise. */
export function rule(id: string, parts: Partial<Rule> = {}): Rule {
  return {
    id,
    at: `test.yaml:1:1`,
    test: () => 'hit',
    exempt: undefined,
    onUnknown: 'skip',
    mode: 'enforce',
    act: () => ({ effects: [] }),
    ...parts,
  }
}

export function answer(verdict: Verdict, effects: Action['effects'] = []): Rule['act'] {
  return () => ({ effects, verdict })
}

/** Chains in plugin order: `{ rcpt: { first: [rule], second: [rule] } }`. */
export function program(hooks: Partial<Record<Hook, Readonly<Record<string, readonly Rule[]>>>>): Program {
  const chains = new Map<Hook, readonly Chain[]>()
  const plugins = new Set<string>()
  for (const [hook, byPlugin] of Object.entries(hooks)) {
    for (const plugin of Object.keys(byPlugin)) plugins.add(plugin)
    const named = Object.entries(byPlugin).map(([plugin, rules]): Chain => ({ plugin, scope: undefined, rules }))
    chains.set(hook as Hook, named)
  }
  return { revision: 'r1', plugins: [...plugins], chains }
}

/** The outcome of a dispatch that had no reason to wait. */
export function now(outcome: MaybePromise<Outcome>): Outcome {
  if (isPromise(outcome)) throw new Error('the dispatcher answered with a promise')
  return outcome
}

/**
 * A mail server that asks us, without a socket: a policy that is a table, a wire that is a text, a clock that stands.
 *
 *     const rig = attachRig('policy', { policy: { rcpt: verdict('DENY') } })
 *     await rig.say(request({ protocol_state: 'RCPT' }))
 *     rig.heard()
 */
import type { HookContext } from '../../src/core/context.ts'
import type { Hook } from '../../src/core/hook.ts'
import { defaultLimits, type Limits } from '../../src/core/limits.ts'
import type { DnsAnswer, Spool } from '../../src/core/ports.ts'
import type { Position } from '../../src/core/position.ts'
import type { Split } from '../../src/core/program.ts'
import { newConnection } from '../../src/core/session.ts'
import type { Dispatch } from '../../src/engine/dispatch.ts'
import { attach } from '../../src/attach/index.ts'
import type { Conversation } from '../../src/server/conversation.ts'
import { Dialogue } from '../../src/smtp/dialogue.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { counter, decidedBy, fakeEntropy, fakePorts, HOSTNAME, type LogLine, type Policy } from '../support/smtp-rig.ts'
import { textWire } from '../support/text-wire.ts'

export interface AttachOptions {
  readonly policy?: Policy
  readonly limits?: Partial<Limits>
  readonly ptr?: DnsAnswer
  readonly spool?: Spool
  readonly split?: Split
  /** Every hook answers with a promise. */
  readonly asynchronous?: boolean
  /** A real dispatcher, instead of the table. */
  readonly dispatch?: Dispatch
}

export interface AttachRig {
  readonly session: Conversation
  readonly clock: FakeClock
  readonly policy: Policy
  readonly hooks: Hook[]
  readonly contexts: HookContext[]
  readonly log: LogLine[]
  readonly wire: { closed: boolean; flowing: boolean; full: boolean }
  /** Sends octets, one character each, and waits until nothing moves. */
  say(octets: string): Promise<void>
  settle(): Promise<void>
  /** What was answered since the last call, one character for each octet. */
  heard(): string
}

export function attachRig(position: Position, options: AttachOptions = {}): AttachRig {
  const { policy = {}, asynchronous = false } = options
  const [hooks, contexts, log]: [Hook[], HookContext[], LogLine[]] = [[], [], []]
  const clock = fakeClock()
  const end = textWire()
  const { settle } = end
  const limits = { ...defaultLimits(), ...options.limits }
  const ports = fakePorts({ clock, log, ...(options.ptr && { ptr: options.ptr }) })
  const newId = counter('i')
  const dispatch: Dispatch = (context) => {
    const { hook } = context
    hooks.push(hook)
    contexts.push(context)
    end.moved()
    if (options.dispatch) return options.dispatch(context)
    const decided = decidedBy(policy, context)
    return asynchronous ? Promise.resolve(decided) : decided
  }
  const session = attach({
    position,
    limits,
    ports,
    remote: { ip: '127.0.0.1', port: 50000 },
    local: { ip: '127.0.0.1', port: 10031 },
    listener: 'front',
    begin: ({ tls, ...client }) => {
      const start = { ...client, id: newId(), listener: 'front', attached: true, startedAt: 0, env: new Map() }
      return new Dialogue({
        connection: { ...newConnection(start), tls },
        hostname: HOSTNAME,
        limits,
        revision: 'r1',
        dispatch,
        ports,
        entropy: fakeEntropy(),
        spool: options.spool,
        split: options.split,
        newId,
        inputWaits: () => false,
      })
    },
    wire: end.wire,
  })
  session.start()
  return {
    session,
    clock,
    policy,
    hooks,
    contexts,
    log,
    wire: end.state,
    settle,
    async say(octets) {
      session.receive(Buffer.from(octets, 'latin1'))
      await settle()
    },
    heard: end.heard,
  }
}

/** The same octets in pieces. */
export async function sayInPieces(rig: AttachRig, octets: string, cuts: readonly number[]): Promise<void> {
  const places = [...new Set(cuts.map((cut) => cut % (octets.length + 1)))].toSorted((a, b) => a - b)
  let from = 0
  for (const place of [...places, octets.length]) {
    rig.session.receive(Buffer.from(octets.slice(from, place), 'latin1'))
    from = place
  }
  await rig.settle()
}

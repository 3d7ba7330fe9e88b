/**
 * An SMTP session without a socket, for tests: a policy that is a table, a wire that is a text, a clock that stands.
 *
 *     const rig = smtpRig({ policy: { rcpt: verdict('OK') } })
 *     await rig.say('EHLO client.example\r\n')
 *     rig.heard()
 */
import { createHash } from 'node:crypto'
import type { HookContext } from '../../src/core/context.ts'
import { defaultExtensions, type Extensions } from '../../src/core/extensions.ts'
import type { Hook } from '../../src/core/hook.ts'
import { defaultLimits, type Limits } from '../../src/core/limits.ts'
import type { Offer } from '../../src/core/offer.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { Policies } from '../../src/core/policy.ts'
import type { DnsAnswer, Entropy, LogEnding, LogFields, Ports, Spool } from '../../src/core/ports.ts'
import type { Split } from '../../src/core/program.ts'
import { type Connection, newConnection } from '../../src/core/session.ts'
import type { TlsState } from '../../src/core/net/tls.ts'
import { andThen, type MaybePromise } from '../../src/core/truth.ts'
import { type Verdict, verdict } from '../../src/core/verdict.ts'
import type { Dispatch } from '../../src/engine/dispatch.ts'
import { Session } from '../../src/smtp/session.ts'
import { PLAIN_TERMS, type Terms } from '../../src/smtp/terms.ts'
import { type FakeClock, fakeClock } from './fake-clock.ts'
import { textWire } from './text-wire.ts'

/** What a hook decides; `wait` leaves it open until the test decides. */
export type Policy = Partial<Record<Hook, Verdict | ((context: HookContext) => Verdict | Promise<Verdict>)>>

export interface RigOptions {
  readonly policy?: Policy
  readonly limits?: Partial<Limits>
  readonly extensions?: Partial<Extensions>
  readonly offer?: Partial<Omit<Offer, 'extensions'>>
  /** From the beginning. */
  readonly tls?: TlsState
  readonly terms?: Partial<Terms>
  readonly delays?: Partial<Record<Hook, number>>
  readonly ip?: string
  readonly ptr?: DnsAnswer
  /** Every hook answers with a promise. */
  readonly asynchronous?: boolean
  readonly spool?: Spool
  /** Whether the hook `logging` is asked. */
  readonly tellsLog?: boolean
  /** A real dispatcher, instead of the table. */
  readonly dispatch?: Dispatch
  readonly policies?: Policies
  /** What recipients may not differ in. */
  readonly split?: Split
  /** Instead of ports that find nothing and deliver nothing. */
  readonly ports?: Partial<Omit<Ports, 'clock' | 'log'>>
  /** Some rule asks whether the client speaks before the greeting. */
  readonly hearsEarly?: boolean
}

export interface Rig {
  readonly session: Session
  readonly clock: FakeClock
  /** Changed between commands by tests. */
  readonly policy: Policy
  readonly delays: Partial<Record<Hook, number>>
  readonly hooks: Hook[]
  readonly contexts: HookContext[]
  readonly log: LogLine[]
  /** What the log was told to be over. */
  readonly endings: LogEnding[]
  /** Sends octets, one character each, and waits until nothing moves. */
  say(text: string | Buffer): Promise<void>
  settle(): Promise<void>
  /** What was sent to the client since the last call. */
  heard(): string
  readonly wire: { closed: boolean; flowing: boolean; full: boolean; securing: boolean }
}

export interface LogLine {
  readonly level: string
  readonly fields: LogFields
  readonly text: string
}

export const HOSTNAME = 'mx.example.org'

interface FakeWorld {
  readonly clock?: FakeClock
  readonly ptr?: DnsAnswer
  readonly log?: LogLine[]
  readonly endings?: LogEnding[]
}

export function fakePorts(options: FakeWorld = {}): Ports {
  const { clock = fakeClock(), ptr = { kind: 'none' }, log = [], endings = [] } = options
  return {
    clock,
    resolver: { resolve: async () => ptr },
    log: {
      write: (level, fields, text) => log.push({ level, fields, text }),
      settle: (_connection, ending) => endings.push(ending),
    },
    carry: async () => ({ kind: 'deferred', text: 'this test delivers nothing' }),
  }
}

export function outcomeOf(hook: Hook, decided: Verdict, delay = 0): Outcome {
  const by = decided.code === 'DECLINED' ? undefined : { plugin: 'table', rule: hook, at: `table.yaml:1:1` }
  return { hook, verdict: decided, by, monitored: [], delay, trace: undefined }
}

export function decidedBy(policy: Policy, context: HookContext, delay = 0): MaybePromise<Outcome> {
  const entry = policy[context.hook] ?? verdict('DECLINED')
  return andThen(typeof entry === 'function' ? entry(context) : entry, (final) => outcomeOf(context.hook, final, delay))
}

/** As the server counts them: `c1` for the connection, then `t1`, `t2`, … */
export function counter(prefix: string): () => string {
  let count = 0
  return () => `${prefix}${(count += 1)}`
}

/** Different each time, the same in each run. */
export function fakeEntropy(): Entropy {
  const count = counter('')
  const bytes = (length: number): Buffer => createHash('sha512').update(count()).digest().subarray(0, length)
  return { bytes, key: Buffer.alloc(32, 7) }
}

export function smtpConnection(ip = '192.0.2.7', startedAt = 0): Connection {
  return newConnection({
    id: 'c1',
    remote: { ip, port: 40000 },
    local: { ip: '192.0.2.1', port: 25 },
    listener: 'mx',
    startedAt,
    env: new Map(),
  })
}

export function smtpRig(options: RigOptions = {}): Rig {
  const { policy = {}, delays = {}, ip = '192.0.2.7', asynchronous = false } = options
  const [hooks, contexts, log, endings]: [Hook[], HookContext[], LogLine[], LogEnding[]] = [[], [], [], []]
  const clock = fakeClock()
  const end = textWire()
  const { settle } = end
  const wire = Object.assign(end.state, { securing: false })

  const dispatch: Dispatch = (context) => {
    const { hook } = context
    hooks.push(hook)
    contexts.push(context)
    end.moved()
    if (options.dispatch) return options.dispatch(context)
    const decided = decidedBy(policy, context, delays[hook])
    return asynchronous ? Promise.resolve(decided) : decided
  }

  const extensions = { ...defaultExtensions(), ...options.extensions }
  const session = new Session({
    connection: Object.assign(smtpConnection(ip, clock.now()), { tls: options.tls }),
    hostname: HOSTNAME,
    limits: { ...defaultLimits(), ...options.limits },
    revision: 'r1',
    dispatch,
    policies: options.policies,
    split: options.split,
    ports: { ...fakePorts({ clock, log, endings, ...(options.ptr && { ptr: options.ptr }) }), ...options.ports },
    offer: { protocol: 'smtp', auth: undefined, ...options.offer, extensions },
    entropy: fakeEntropy(),
    spool: options.spool,
    tellsLog: options.tellsLog ?? false,
    hearsEarly: options.hearsEarly ?? false,
    newId: counter('t'),
    terms: { ...PLAIN_TERMS, ...options.terms },
    wire: {
      ...end.wire,
      startTls() {
        wire.securing = true
      },
    },
  })
  return {
    session,
    clock,
    policy,
    delays,
    hooks,
    contexts,
    log,
    endings,
    wire,
    settle,
    async say(text) {
      session.receive(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
      await settle()
    },
    heard: end.heard,
  }
}

/** Recipients and messages are taken. */
export const ACCEPTING: Policy = { rcpt: verdict('OK'), queue: verdict('OK') }

export const ENVELOPE = 'MAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\n'

/** After HELO. */
export async function greetedRig(options: RigOptions = {}): Promise<Rig> {
  const rig = smtpRig(options)
  rig.session.start()
  await rig.settle()
  await rig.say('HELO client.example\r\n')
  forget(rig)
  return rig
}

/** After DATA, with a policy that accepts what the options do not refuse. */
export async function contentRig(options: RigOptions = {}): Promise<Rig> {
  const rig = await greetedRig({ ...options, policy: { ...ACCEPTING, ...options.policy } })
  await rig.say(`${ENVELOPE}DATA\r\n`)
  forget(rig)
  return rig
}

function forget(rig: Rig): void {
  rig.heard()
  rig.hooks.splice(0)
}

/** A hook whose answer the test gives when it likes. */
export function pendingHook(): { readonly hook: () => Promise<Verdict>; readonly answer: (decided: Verdict) => void } {
  const { promise, resolve } = Promise.withResolvers<Verdict>()
  return { hook: () => promise, answer: resolve }
}

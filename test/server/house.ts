/** A server on loopback for tests, with a policy that is a table and a clock that stands. */
import type { TestContext } from 'node:test'
import { attach } from '../../src/attach/index.ts'
import type { HookContext } from '../../src/core/context.ts'
import { defaultLimits, type Limits } from '../../src/core/limits.ts'
import { PLAIN_SERVICE, type Service } from '../../src/core/service.ts'
import type { Listener, Site } from '../../src/core/site.ts'
import type { Dispatch } from '../../src/engine/dispatch.ts'
import { openDoor } from '../../src/server/life/door.ts'
import { type Server, serveBehind } from '../../src/server/server.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { type SmtpClient, smtpClient } from '../support/smtp-client.ts'
import { immediate } from '../support/immediate.ts'
import { counter, decidedBy, fakeEntropy, fakePorts, type LogLine, type Policy } from '../support/smtp-rig.ts'

export interface House {
  readonly server: Server
  readonly clock: FakeClock
  readonly log: LogLine[]
  readonly contexts: HookContext[]
  /** What new connections get. */
  site: Site
  client(): SmtpClient
  /** A client that is to be gone with the house. */
  keep(client: SmtpClient): SmtpClient
}

export interface HouseOptions {
  readonly policy?: Policy
  /** A real dispatcher, instead of the table. */
  readonly dispatch?: Dispatch
  readonly limits?: Partial<Limits>
  readonly listeners?: readonly Listener[]
  /** By the listener's name. */
  readonly services?: Readonly<Record<string, Partial<Service>>>
}

export const MX: Listener = { name: 'mx', address: '127.0.0.1', port: 0 }
export const GREETING = '220 mx.example.org ESMTP Postern ready\r\n'

export function siteOf({ limits, listeners = [MX], services = {} }: HouseOptions, hostname = 'mx.example.org'): Site {
  const program = { revision: 'r1', plugins: [], chains: new Map() }
  const whole = Object.entries(services).map(([name, one]) => [name, { ...PLAIN_SERVICE, ...one }] as const)
  return { hostname, listeners, services: new Map(whole), limits: { ...defaultLimits(), ...limits }, program }
}

export async function house(test: TestContext, options: HouseOptions = {}): Promise<House> {
  const [clock, log, contexts]: [FakeClock, LogLine[], HookContext[]] = [fakeClock(), [], []]
  const { policy = {} } = options
  const dispatch: Dispatch = (context) => {
    contexts.push(context)
    return options.dispatch ? options.dispatch(context) : decidedBy(policy, context)
  }
  const state = { site: siteOf(options) }
  const clients: SmtpClient[] = []
  const ports = fakePorts({ clock, log })
  const door = await openDoor({ listeners: state.site.listeners, ports })
  const server = serveBehind(door, {
    site: () => state.site,
    dispatchFor: () => dispatch,
    ports,
    entropy: fakeEntropy(),
    attach,
    newId: counter('i'),
    env: new Map([['RELAYCLIENT', '']]),
  })
  test.after(async () => {
    for (const { socket } of clients) socket.destroy()
    await server.close({ grace: 0 })
  })
  const keep = (client: SmtpClient): SmtpClient => {
    clients.push(client)
    return client
  }
  const client = (): SmtpClient => keep(smtpClient(server.addresses[0]?.port ?? 0))
  return Object.assign(state, { server, clock, log, contexts, client, keep })
}

export async function greeted(rig: House): Promise<SmtpClient> {
  const client = rig.client()
  await client.hear(GREETING)
  return client
}

export const HELLO = '250 mx.example.org Hi Unknown [127.0.0.1]\r\n'
const READY_FOR_CONTENT = '354 Go ahead; end with a dot on a line of its own\r\n'

export async function inContent(rig: House): Promise<SmtpClient> {
  const client = await greeted(rig)
  client.say('HELO c.example\r\nMAIL FROM:<>\r\nRCPT TO:<r@example.org>\r\nDATA\r\n')
  await client.hear(READY_FOR_CONTENT)
  return client
}

/** Until the sessions of clients that have gone are over too. */
export async function emptied(rig: House): Promise<void> {
  while (rig.server.connections() > 0) await immediate()
}

/**
 * The tripwire: no test talks to anything but this machine.
 *
 * Loaded before every test file (`--import`, see the npm script). A look-up through a resolver that is not a test's own
 * on loopback, a connection or a datagram to another host: each throws a NetworkAccessError, and the process ends with
 * exit code 1 even if the code under test swallows it, as a resolver port well may. Loopback and Unix sockets are free.
 * A child process is guarded when it is started with `TRIPWIRE`.
 */
import dgram from 'node:dgram'
import dns from 'node:dns'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'

/** Flags that put a child Node under the same guard. */
export const TRIPWIRE: readonly string[] = ['--import', import.meta.url]

export class NetworkAccessError extends Error {
  override readonly name = 'NetworkAccessError'
  constructor(what: string) {
    super(
      `A test may only talk to this machine, and this one wanted ${what}. Give it a port from test/support instead.`,
    )
  }
}

const loopback = new net.BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')
// Connecting to the unspecified address reaches this machine.
loopback.addAddress('0.0.0.0')
loopback.addAddress('::', 'ipv6')

/** Takes a host as `connect` does: a name or an address. */
export function isLoopback(host: string): boolean {
  const family = net.isIP(host)
  if (family === 0) return host === 'localhost' || host.endsWith('.localhost')
  return loopback.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

// The system's resolver may itself sit on loopback and ask the world from there, so it is refused by what it is.
const systemServers: readonly string[] = dns.getServers()

/** Takes a server as `getServers` prints it: `127.0.0.1:5353`, `[::1]:5353`, `::1`. */
export function isTestServer(server: string): boolean {
  const host = /^\[(.+)\](?::\d+)?$/.exec(server)?.[1] ?? /^([\d.]+)(?::\d+)?$/.exec(server)?.[1] ?? server
  return isLoopback(host) && !systemServers.includes(server)
}

let tripped = false
process.on('exit', () => {
  if (tripped) process.exitCode = 1
})

function refuse(what: string): never {
  const error = new NetworkAccessError(what)
  tripped = true
  process.stderr.write(`${error.stack ?? error.message}\n`)
  throw error
}

type Check = (self: unknown, args: readonly unknown[]) => void

function guard(target: object, name: string, check: Check): void {
  const original: unknown = Reflect.get(target, name)
  if (typeof original !== 'function') throw new TypeError(`${name} is no function of this Node`)
  Reflect.set(target, name, function guarded(this: unknown, ...args: unknown[]): unknown {
    check(this, args)
    return Reflect.apply(original, this, args)
  })
}

function checkHost(host: unknown, verb: string): void {
  if (typeof host === 'string' && !isLoopback(host)) refuse(`to ${verb} ${host}`)
}

/** `connect` takes a port and a host, a path, options, or (from inside Node) all of it as one array. */
function checkConnect(_self: unknown, args: readonly unknown[]): void {
  const [first, second]: readonly unknown[] = Array.isArray(args[0]) ? args[0] : args
  if (typeof first === 'object' && first !== null) {
    if (!Reflect.get(first, 'path')) checkHost(Reflect.get(first, 'host'), 'connect to')
    return
  }
  checkHost(second, 'connect to')
}

/** The address stands behind the numbers; without one the system's default is loopback. */
function checkDatagram(_self: unknown, args: readonly unknown[]): void {
  checkHost(
    args.findLast((arg) => typeof arg === 'string'),
    'send a datagram to',
  )
}

function checkServers(owner: Pick<typeof dns, 'getServers'>, name: unknown): void {
  const foreign = owner.getServers().find((server) => !isTestServer(server))
  if (foreign !== undefined) refuse(`to ask the resolver ${foreign} for ${String(name)}`)
}

const isQuery = (name: string): boolean => name.startsWith('resolve') || name === 'reverse'

for (const { prototype } of [dns.Resolver, dns.promises.Resolver]) {
  for (const name of Object.getOwnPropertyNames(prototype).filter(isQuery)) {
    guard(prototype, name, (self, [query]) => checkServers(self as dns.Resolver, query))
  }
}
for (const functions of [dns, dns.promises]) {
  for (const name of Object.keys(functions).filter(isQuery)) {
    guard(functions, name, (_self, [query]) => checkServers(functions, query))
  }
  guard(functions, 'lookup', (_self, [name]) => net.isIP(String(name)) === 0 && checkHost(name, 'look up'))
  guard(functions, 'lookupService', (_self, [address]) => checkHost(address, 'look up the name of'))
}
guard(net.Socket.prototype, 'connect', checkConnect)
guard(dgram.Socket.prototype, 'connect', checkDatagram)
guard(dgram.Socket.prototype, 'send', (self, [, ...target]) => checkDatagram(self, target))

// Named imports of these modules see the guarded functions too.
syncBuiltinESMExports()

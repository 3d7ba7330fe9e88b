/**
 * A small world: a few facts with a few values each, rules about nothing else, and every session there can be.
 *
 * Each value stands for all that rules here cannot tell from it, so that what never happens in the small world never happens.
 */
import fc from 'fast-check'
import type { SessionRecord } from '../../../src/testing/session-record.ts'

/** A fact of the small world: its sessions, and the conditions about it. */
export interface Dimension {
  readonly name: string
  readonly sessions: readonly SessionRecord[]
  /** One condition each, as YAML in one line. */
  readonly atoms: readonly string[]
}

export const ADDRESS: Dimension = {
  name: 'remote_ip',
  sessions: ['10.0.0.0', '10.0.0.1', '10.0.0.2', '10.0.0.3', '192.0.2.1', '2001:db8::1'].map((remote_ip) => ({
    remote_ip,
  })),
  atoms: [
    'remote_ip: 10.0.0.0/30',
    'remote_ip: 10.0.0.0/31',
    'remote_ip: 10.0.0.2/31',
    'remote_ip: 10.0.0.1',
    'remote_ip: [10.0.0.1, 10.0.0.2]',
    'remote_ip: { in: [10.0.0.0, 10.0.0.3] }',
    'remote_ip: "2001:db8::/32"',
    'remote_ip: { in_list: partners }',
    'remote_ip: { exists: true }',
  ],
}

const PORT: Dimension = {
  name: 'remote_port',
  sessions: [0, 1, 2, 3, 4, 5].map((remote_port) => ({ remote_port })),
  atoms: [
    'remote_port: { gt: 1 }',
    'remote_port: { lt: 3 }',
    'remote_port: { gte: 2, lte: 3 }',
    'remote_port: { between: [1, 3] }',
    'remote_port: 2',
    'remote_port: [1, 3, 4]',
    'remote_port: { gt: 2, lt: 3 }',
  ],
}

const HELO: Dimension = {
  name: 'helo',
  sessions: [
    {},
    ...['x.example', 'a.x.example', 'b.a.x.example', 'c.x.example', 'y.example', 'z.example'].map((helo) => ({ helo })),
  ],
  atoms: [
    'helo: x.example',
    'helo: .x.example',
    'helo: [a.x.example, .a.x.example]',
    'helo: { in: [X.Example, y.example] }',
    'helo: { exists: true }',
    'helo: { exists: false }',
    'helo: { in_list: names }',
  ],
}

const USERS = ['ann', 'bob', 'cat', 'dora']
const DOMAINS = ['x.example', 'a.x.example', 'y.example', 'z.example']
const MAILBOXES = USERS.flatMap((user) => DOMAINS.map((domain) => `${user}@${domain}`))

function addressAtoms(name: string): readonly string[] {
  return [
    `${name}.domain: x.example`,
    `${name}.domain: .x.example`,
    `${name}.domain: { exists: false }`,
    `${name}.user: ann`,
    `${name}.user: [ann, Bob, postmaster]`,
    `${name}: ann@x.example`,
    `${name}: ["@x.example", bob@y.example]`,
    `${name}: [.x.example, cat@x.example]`,
    `${name}: { exists: true }`,
  ]
}

const SENDER: Dimension = {
  name: 'sender',
  sessions: ['', 'postmaster', ...MAILBOXES].map((sender) => ({ sender })),
  atoms: [...addressAtoms('sender'), 'sender.null: true', 'sender.null: [true, false]'],
}

export const RCPT: Dimension = {
  name: 'rcpt',
  sessions: ['postmaster', ...MAILBOXES].map((rcpt) => ({ rcpt })),
  atoms: addressAtoms('rcpt'),
}

export const RIGHTS: Dimension = {
  name: 'rights',
  sessions: [{}, { relay_client: true }, { immune: true }],
  atoms: ['relay_client: true', 'relay_client: false', 'immune: true', 'immune: false'],
}

export const BEFORE_MAIL: readonly Dimension[] = [ADDRESS, PORT, RIGHTS]
export const AT_MAIL: readonly Dimension[] = [...BEFORE_MAIL, HELO, SENDER]
export const AT_RCPT: readonly Dimension[] = [...AT_MAIL, RCPT]

/** Every session that these facts can make; what they do not say is the same in all. */
export function sessionsOf(dimensions: readonly Dimension[]): readonly SessionRecord[] {
  const base: SessionRecord = { sender: 'cat@y.example', rcpt: 'cat@y.example' }
  return dimensions.reduce<readonly SessionRecord[]>(
    (sofar, { sessions }) => sofar.flatMap((one) => sessions.map((other) => ({ ...one, ...other }))),
    [base],
  )
}

/** A condition about these facts, nested as deep as `depth`. */
export function condition(dimensions: readonly Dimension[], depth: number): fc.Arbitrary<string> {
  const atom = fc.constantFrom(...dimensions.flatMap(({ atoms }) => atoms)).map((text) => `{ ${text} }`)
  if (depth === 0) return atom
  const inner = condition(dimensions, depth - 1)
  const several = fc.array(inner, { minLength: 1, maxLength: 3 }).map((parts) => `[${parts.join(', ')}]`)
  return fc.oneof(
    { arbitrary: atom, weight: 3 },
    { arbitrary: several.map((parts) => `{ any: ${parts} }`), weight: 1 },
    { arbitrary: several.map((parts) => `{ all: ${parts} }`), weight: 2 },
    { arbitrary: inner.map((part) => `{ not: ${part} }`), weight: 1 },
  )
}

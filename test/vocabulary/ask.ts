/** Asks one word about one situation, the way a compiled rule does. */
import assert from 'node:assert/strict'
import type { HookContext } from '../../src/core/context.ts'
import type { Hook } from '../../src/core/hook.ts'
import type { ListIndex } from '../../src/core/list.ts'
import { Message } from '../../src/core/mail/message.ts'
import type { RecipientPolicy } from '../../src/core/policy.ts'
import { newConnection, newRecipient, newTransaction } from '../../src/core/session.ts'
import type { ListHealth, Ports } from '../../src/core/ports.ts'
import type { Unknown } from '../../src/core/truth.ts'
import type { Match, MatcherWord } from '../../src/core/word.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { checkSchema, toOptions } from '../../src/language/schema/check.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import type { DnsFixtures } from '../../src/testing/fixture-resolver.ts'
import { inIndex } from '../../src/compiler/rules/comparison.ts'
import { listOf } from '../compiler/lists-judge.ts'
import { address } from '../support/address.ts'
import { type FakeClock, fakeClock } from '../support/fake-clock.ts'
import { type ZoneResolver, zoneResolver } from '../support/zone-resolver.ts'

export interface Situation {
  readonly ip?: string
  readonly host?: string | Unknown
  readonly helo?: string
  /** `''` is the null sender. */
  readonly sender?: string
  readonly rcpt?: string
  /** Of the recipient. */
  readonly policy?: RecipientPolicy
  /** Header section of the message, lines ending in CRLF. */
  readonly header?: string
  readonly dns?: DnsFixtures
  readonly signal?: AbortSignal
  readonly listHealth?: ListHealth
  /** What stands beside clock and resolver. */
  readonly world?: Partial<Ports>
}

export interface Asked {
  readonly answer: Promise<Match>
  readonly clock: FakeClock
  readonly resolver: ZoneResolver
}

/** Lists are given in place, a line each. Questions that the situation does not foresee do not exist in DNS. */
export function ask(word: MatcherWord, options: Readonly<Record<string, unknown>>, situation: Situation): Asked {
  const clock = fakeClock()
  const resolver = zoneResolver(situation.dns)
  const compiled = word.compile(optionsFor(word, options), {
    lookUp: (option) => inIndex(listFor(word, option, options[option])),
    list: (option) => listFor(word, option, options[option]),
    texts: (option) => () => [options[option] ?? []].flat().map(String),
    template: () => assert.fail('this word has no template'),
    facts: () => assert.fail('this word names no facts'),
    question: () => assert.fail('this word has no question'),
    directory: '/etc/postern',
    rule: 'house/rcpt/a',
  })
  const answer = Promise.resolve(compiled(contextFor(situation, clock, resolver)))
  return { answer, clock, resolver }
}

export function answerOf(
  word: MatcherWord,
  options: Readonly<Record<string, unknown>>,
  situation: Situation,
): Promise<Match> {
  return ask(word, options, situation).answer
}

/** Lets everything that needs no clock go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

/** Options go the way they go in a rule file: YAML, the word's schema, defaults. */
export function optionsFor(
  { options: schema, name }: MatcherWord,
  options: Readonly<Record<string, unknown>>,
): unknown {
  const report = new Report()
  const node = parseYaml(JSON.stringify(options), 'test.yaml', report)
  if (node) checkSchema(node, schema, report, { what: name })
  assert.deepEqual(report.sorted(), [])
  assert.ok(node)
  return toOptions(node, schema)
}

function listFor({ options }: MatcherWord, option: string, lines: unknown): ListIndex {
  const kind = options.properties?.[option]?.['x-list']
  assert.ok(kind, `${option} is no list`)
  return listOf(kind, Array.isArray(lines) ? lines.map(String) : [])
}

const HOOK: Hook = 'rcpt'

function contextFor(situation: Situation, clock: FakeClock, resolver: ZoneResolver): HookContext {
  const { ip = '192.0.2.7', host, helo, sender, rcpt, policy, header, signal, listHealth } = situation
  const connection = newConnection({
    id: 'c1',
    remote: { ip, port: 50_000 },
    local: { ip: '192.0.2.250', port: 25 },
    listener: 'mx',
    startedAt: clock.now(),
    env: new Map(),
  })
  connection.remoteHost = host
  connection.hello = helo === undefined ? undefined : { verb: 'EHLO', name: helo }
  const transaction = sender === undefined ? undefined : newTransaction('t1')
  if (transaction && sender !== undefined) transaction.sender = address(sender)
  if (transaction && header !== undefined) transaction.message = Message.parse(Buffer.from(header))
  return {
    hook: HOOK,
    connection,
    transaction,
    recipient: rcpt === undefined ? undefined : Object.assign(newRecipient(address(rcpt)), policy && { policy }),
    command: undefined,
    decided: undefined,
    ports: {
      clock,
      resolver,
      log: { write: () => undefined },
      carry: () => assert.fail('nothing is delivered here'),
      ...(listHealth && { listHealth }),
      ...situation.world,
    },
    signal,
    found: new Map(),
    trace: undefined,
  }
}

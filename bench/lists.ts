/**
 * Lists: CPU time and memory to build one, CPU time of a look-up, beside a plain Set and a scan of all entries.
 *
 *     npm exec -- node bench/lists.ts [ENTRIES]
 *
 * ENTRIES is 1000000 unless given. Half of the values asked for are listed. The Set holds the same texts and is asked for
 * exact membership (domains: for each parent too); it knows no order, no reasons and no places. The scan compares entry by
 * entry. Patterns are one to ten thousand of the entries, half of them literals, and are compared with RegExp.
 */
import assert from 'node:assert/strict'
import { cpus } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Address, parseMailbox } from '../src/core/mail/address.ts'
import type { FactValue } from '../src/core/fact.ts'
import type { ListKind } from '../src/core/list.ts'
import { buildList } from '../src/compiler/lists/index.ts'
import { parentDomains } from '../src/core/mail/domain.ts'

const ENTRIES = Number(process.argv[2] ?? 1_000_000)
const LOOK_UPS = 20_000
const SCANS = 20
/** Below this the garbage of the benchmark itself weighs more. */
const ENOUGH_TO_WEIGH = 10_000

interface Subject {
  readonly kind: ListKind
  readonly entries: number
  readonly text: (index: number) => string
  /** What is listed by the entry of this number. */
  readonly value: (index: number) => string
  /** What is listed by none. */
  readonly stranger: (index: number) => string
  /** The value as a session has it. */
  readonly fact: (value: string) => FactValue
  readonly plain: (texts: readonly string[]) => (value: string) => boolean
  readonly compare: (text: string, value: string) => boolean
}

/** Spreads consecutive numbers over 32 bits without repeating one. */
function mix(index: number): number {
  return Math.imul(index + 1, 0x9e3779b1) >>> 0
}

function host(index: number): string {
  return `${mix(index).toString(36)}.site${index % 997}.example`
}

function quad(index: number): string {
  const bits = mix(index)
  return [bits >>> 24, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255].join('.')
}

function setOf(texts: readonly string[]): (value: string) => boolean {
  const set = new Set(texts)
  return (value) => set.has(value)
}

function domainSetOf(texts: readonly string[]): (value: string) => boolean {
  const set = new Set(texts)
  return (value) => set.has(value) || Array.from(parentDomains(value)).some((parent) => set.has(`.${parent}`))
}

function patternsOf(texts: readonly string[]): (value: string) => boolean {
  const patterns = texts.map((text) => new RegExp(text, 'i'))
  return (value) => patterns.some((pattern) => pattern.test(value))
}

function mailboxOf(text: string): Address {
  const address = parseMailbox(text)
  assert.ok(address)
  return address
}

const PATTERNS = Math.max(10, Math.ceil(ENTRIES / 10_000))

const SUBJECTS: readonly Subject[] = [
  {
    kind: 'domain',
    entries: ENTRIES,
    text: (index) => (index % 2 === 0 ? host(index) : `.${host(index)}`),
    value: (index) => (index % 2 === 0 ? host(index) : `mail.${host(index)}`),
    stranger: (index) => `x.${mix(index).toString(36)}.test`,
    fact: String,
    plain: domainSetOf,
    compare: (text, value) => (text.startsWith('.') ? value.endsWith(text) : value === text),
  },
  {
    kind: 'address',
    entries: ENTRIES,
    text: (index) => `user${index}@${host(index)}`,
    value: (index) => `user${index}@${host(index)}`,
    stranger: (index) => `user${index}@${mix(index).toString(36)}.test`,
    fact: mailboxOf,
    plain: setOf,
    compare: (text, value) => text === value,
  },
  {
    kind: 'ip',
    entries: ENTRIES,
    text: quad,
    value: quad,
    stranger: (index) => quad(index + ENTRIES),
    fact: String,
    plain: setOf,
    compare: (text, value) => text === value,
  },
  {
    kind: 'pattern',
    entries: PATTERNS,
    text: (index) => (index % 2 === 0 ? `@site${index}\\.example$` : `^user${index}[0-9]+@(mail|mx)\\.`),
    value: (index) => (index % 2 === 0 ? `ann@site${index}.example` : `user${index}7@mx.example`),
    stranger: (index) => `ann.${mix(index)}@mail.example`,
    fact: mailboxOf,
    plain: patternsOf,
    compare: (text, value) => new RegExp(text, 'i').test(value),
  },
]

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

function octetsInUse(): number {
  for (let pass = 0; pass < 3; pass += 1) collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

interface Measured<T> {
  readonly value: T
  /** Milliseconds of CPU. */
  readonly cpu: number
  readonly octets: number
}

function measure<T>(make: () => T): Measured<T> {
  const octets = octetsInUse()
  const start = process.cpuUsage()
  const value = make()
  const { user, system } = process.cpuUsage(start)
  return { value, cpu: (user + system) / 1000, octets: octetsInUse() - octets }
}

/** Microseconds of CPU a look-up, the second time round. The second half of the values is not listed, and that is checked. */
function lookUpCost<V>(values: readonly V[], find: (value: V) => boolean): number {
  values.filter(find)
  const start = process.cpuUsage()
  const found = values.filter(find).length
  const { user, system } = process.cpuUsage(start)
  assert.equal(found, values.length / 2)
  return (user + system) / values.length
}

function valuesFor({ entries, value, stranger }: Subject, count: number): readonly string[] {
  const indexes = Array.from({ length: count / 2 }, (_, index) => mix(index) % entries)
  return [...indexes.map(value), ...indexes.map(stranger)]
}

function* entriesOf({ entries, text }: Subject): Generator<{ text: string; rest: string; at: string }> {
  for (let index = 0; index < entries; index += 1)
    yield { text: text(index), rest: index % 10 === 0 ? 'a reason' : '', at: `lists/bench:${index + 1}` }
}

function listOf(subject: Subject): (value: FactValue) => boolean {
  const list = buildList(subject.kind, 'lists/bench', entriesOf(subject), ({ message }) => assert.fail(message))
  return (value) => list.find(value) !== undefined
}

function textsOf({ entries, text }: Subject): readonly string[] {
  return Array.from({ length: entries }, (_, index) => text(index))
}

function report(subject: Subject): void {
  const list = measure(() => listOf(subject))
  const plain = measure(() => subject.plain(textsOf(subject)))
  const values = valuesFor(subject, LOOK_UPS)
  const texts = textsOf(subject)
  const cost = {
    list: lookUpCost(values.map(subject.fact), list.value),
    plain: lookUpCost(values, plain.value),
    scan: lookUpCost(valuesFor(subject, SCANS), (value) => texts.some((text) => subject.compare(text, value))),
  }
  const { kind, entries } = subject
  console.log(`${kind}, ${entries} entries`)
  console.log(`  build    ${row(list.cpu, plain.cpu, 'ms')}`)
  if (entries >= ENOUGH_TO_WEIGH)
    console.log(`  memory   ${row(list.octets / entries, plain.octets / entries, 'octets an entry')}`)
  console.log(
    `  look-up  ${row(cost.list, cost.plain, 'µs')}, scan ${cost.scan.toFixed(1)} (× ${ratio(cost.scan, cost.list)})`,
  )
}

function row(list: number, plain: number, unit: string): string {
  return `${list.toFixed(1)} ${unit}, plain ${plain.toFixed(1)} (× ${ratio(list, plain)})`
}

function ratio(one: number, other: number): string {
  return (one / other).toPrecision(2)
}

console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown processor'}; CPU time`)
for (const subject of SUBJECTS) report(subject)

/** The first tests of an imported site: what is certain whatever the rest of the rules says. */
import { isIpFault, networkContains, parseIp, parseNetwork } from '../../core/ip.ts'
import { type Fields, printSuite, type TestDraft } from './draft.ts'

export const FIRST_TESTS = 'first.test.yaml'

/** Somebody who would be refused for certain. */
export interface Example {
  readonly of: 'remote_ip' | 'remote_host' | 'helo' | 'sender' | 'rcpt'
  readonly value: string
  /** The list that they are on, for the name of the test. */
  readonly list: string
}

export interface FirstTests {
  /** Name of the other program. */
  readonly program: string
  /** Words that ask the world, with what they say about somebody without a blemish. */
  readonly answers: Fields
  /** URLs of lists outside. */
  readonly sources?: readonly string[]
  /** Of clients that may relay. */
  readonly networks?: readonly string[]
  /** A domain that mail is accepted for; without one only relaying is tested. */
  readonly ours: string | undefined
  readonly examples: readonly Example[]
}

/** Addresses for documentation (RFC 5737). */
const STRANGERS = ['203.0.113.250', '198.51.100.250', '192.0.2.250']

const RELAY: TestDraft = {
  name: 'a stranger may not relay',
  given: { rcpt: 'someone@elsewhere.invalid' },
  expect: { accepted: [] },
}

/** Undefined when no address is a stranger's. */
export function firstTests(about: FirstTests): string | undefined {
  const { program, answers, sources = [], networks = [], ours, examples } = about
  const stranger = STRANGERS.find((ip) => !networks.some((network) => contains(network, ip)))
  if (stranger === undefined) return undefined
  const given: Fields = {
    remote_ip: stranger,
    remote_host: 'mail.stranger.invalid',
    helo: 'mail.stranger.invalid',
    sender: 'someone@stranger.invalid',
    answers,
    ...(sources.length > 0 && { sources: Object.fromEntries(sources.map((url) => [url, {}])) }),
  }
  const listed = ours === undefined ? [] : examples.map((one) => refused(one, ours))
  return printSuite(`what came from ${program}`, given, [RELAY, ...listed])
}

function contains(network: string, ip: string): boolean {
  const [parsed, address] = [parseNetwork(network), parseIp(ip)]
  return !isIpFault(parsed) && !isIpFault(address) && networkContains(parsed, address)
}

function refused({ of, value, list }: Example, ours: string): TestDraft {
  const rcpt = of === 'rcpt' ? value : `someone@${ours}`
  return { name: `${value} is refused (${list})`, given: { [of]: value, rcpt }, expect: { accepted: [] } }
}

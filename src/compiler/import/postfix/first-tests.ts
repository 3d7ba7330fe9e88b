/** The first tests of an imported site: what is certain whatever the rest of the rules says. */
import { type Fields, printSuite, type TestDraft } from '../draft.ts'
import { isIpFault, networkContains, parseIp, parseNetwork } from '../../../core/ip.ts'
import type { ListedExample, PostfixContext } from './context.ts'

export const FIRST_TESTS = 'first.test.yaml'

/** Addresses for documentation (RFC 5737). */
const STRANGERS = ['203.0.113.250', '198.51.100.250', '192.0.2.250']

/** Words that ask DNS, with what they say about somebody without a blemish. */
const UNSUSPICIOUS: Fields = {
  dnsbl: 'miss',
  rhsbl: 'miss',
  fcrdns: 'miss',
  resolvable: 'hit',
  dns: 'miss',
  rate: 'miss',
}

export interface Tested {
  readonly networks: readonly string[]
  readonly ours: string | undefined
}

/** Undefined when no address is a stranger's. */
export function firstTests({ networks, ours }: Tested, context: PostfixContext): string | undefined {
  const stranger = STRANGERS.find((ip) => !networks.some((network) => contains(network, ip)))
  if (stranger === undefined) return undefined
  const given: Fields = {
    remote_ip: stranger,
    remote_host: 'mail.stranger.invalid',
    helo: 'mail.stranger.invalid',
    sender: 'someone@stranger.invalid',
    answers: UNSUSPICIOUS,
    ...(context.sources.length > 0 && { sources: Object.fromEntries(context.sources.map((url) => [url, {}])) }),
  }
  const relay: TestDraft = {
    name: 'a stranger may not relay',
    given: { rcpt: 'someone@elsewhere.invalid' },
    expect: { accepted: [] },
  }
  const listed = ours === undefined ? [] : context.examples.map((one) => listedTest(one, ours))
  return printSuite('what came from Postfix', given, [relay, ...listed])
}

function contains(network: string, ip: string): boolean {
  const [parsed, address] = [parseNetwork(network), parseIp(ip)]
  return !isIpFault(parsed) && !isIpFault(address) && networkContains(parsed, address)
}

function listedTest({ of, value, list }: ListedExample, ours: string): TestDraft {
  const rcpt = of === 'rcpt' ? value : `someone@${ours}`
  return { name: `${value} is refused (${list})`, given: { [of]: value, rcpt }, expect: { accepted: [] } }
}

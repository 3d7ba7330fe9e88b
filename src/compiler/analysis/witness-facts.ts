/** Facts that an example session says each on its own, and those that it need not or cannot say. */
import type { Product } from './product.ts'
import { RangeSet } from './range-set.ts'
import { INTERNET } from './stranger.ts'
import type { ValueSet } from './value-set.ts'
import { fits, textFor, texts } from './witness-texts.ts'

type Said = Readonly<Record<string, unknown>>
type Say = (set: ValueSet) => Said | undefined

/** Undefined when one cannot be guessed, or no session can say it. */
export function otherFacts(product: Product): Said | undefined {
  const said = [...product].map(([fact, set]) => otherFact(fact, set))
  const all = said.filter((one) => one !== undefined)
  if (all.length < said.length) return undefined
  return Object.assign({}, ...all, together('mail_params', all), together('rcpt_params', all))
}

function together(key: string, all: readonly Said[]): Said {
  const params = all.flatMap((one) => (one[key] === undefined ? [] : [one[key]]))
  return params.length > 0 ? { [key]: Object.assign({}, ...params) } : {}
}

/** With some value of it, where nothing but a region is asked for. */
function saying(say: (value: string | number) => Said): Say {
  return ({ region, literals }) => {
    const value = literals.size === 0 ? region.example() : undefined
    return value === undefined ? undefined : say(value)
  }
}

/** How a session says a fact. */
const SAYINGS: ReadonlyMap<string, Say> = new Map<string, Say>([
  ['listener', saying((listener) => ({ listener }))],
  ['remote_port', saying((port) => ({ remote_port: port }))],
  ['local_port', saying((port) => ({ local_port: port }))],
  ['client_sessions', saying((count) => ({ client_sessions: Math.max(1, Number(count)) }))],
  ['helo.verb', saying((verb) => (verb === 'helo' ? { helo_verb: 'HELO' } : {}))],
  ['tls', saying((isOn) => (isOn === 'true' ? { tls: { protocol: 'TLSv1.3' } } : {}))],
  ['local_ip', ourAddress],
  ['elapsed', waiting],
])

/** One that strangers can connect to. */
function ourAddress({ region, literals }: ValueSet): Said | undefined {
  const ip = region.kind === 'range' && literals.size === 0 ? region.and(INTERNET).exampleAddress() : undefined
  return ip === undefined ? undefined : { local_ip: ip }
}

/** A client may take its time. */
function waiting({ region, literals }: ValueSet): Said | undefined {
  if (region.kind !== 'range' || literals.size > 0) return undefined
  const seconds = region.and(RangeSet.above(0, true)).example()
  if (seconds === undefined) return undefined
  return seconds === 0 ? {} : { elapsed: seconds }
}

const SAID_ELSEWHERE =
  /^(?:remote_ip|remote_host|helo|sender(?:\..*)?|rcpt(?:\.user|\.domain|\.mailbox|\.detail)?|time\..*|(?:attempt|auth|xforward)\..*|command\b.*@(?:noop|vrfy|help|unrecognized_command)|command(?:\.argument|\.path)?@(?:mail|rcpt)(?:_pre)?)$/
/** What rules do on the way, or others answer, is not the client's to say. */
const NOT_SAID = /^(?:relay_client|immune|score|anonymous|note\..*|(?:word|free|skip) .*)$/

function otherFact(fact: string, set: ValueSet): Said | undefined {
  if (SAID_ELSEWHERE.test(fact) || NOT_SAID.test(fact)) return {}
  const said = SAYINGS.get(fact)?.(set)
  if (said) return said
  if (set.absent) return {}
  const [, command, name] = /^(mail|rcpt)\.params\.(.+)$/.exec(fact === 'mail.size' ? 'mail.params.SIZE' : fact) ?? []
  if (name !== undefined) return command === 'mail' ? mailParameter(name, set) : rcptParameter(name.toUpperCase(), set)
  return fact === 'rcpt.count' && isNothing(set) ? {} : undefined
}

const SIZES = ['1000', '1', '0', '1000000', '100000000']

function mailParameter(name: string, set: ValueSet): Said | undefined {
  const found = set.region.kind === 'range' ? SIZES.find((size) => fits(Number(size), set.literals)) : textFor(set, [])
  return typeof found === 'string' ? { mail_params: { [name]: found } } : undefined
}

/** What servers take at RCPT (RFC 3461): other values are answered 501, other names 555. */
const AT_RCPT: ReadonlyMap<string, readonly string[]> = new Map([
  ['NOTIFY', ['NEVER', 'SUCCESS', 'FAILURE', 'DELAY', 'SUCCESS,FAILURE', 'SUCCESS,FAILURE,DELAY']],
  ['ORCPT', ['rfc822;someone@elsewhere.example']],
])

function rcptParameter(name: string, set: ValueSet): Said | undefined {
  const known = AT_RCPT.get(name) ?? []
  const found = texts(set, known).find((text) => known.includes(text))
  return found === undefined ? undefined : { rcpt_params: { [name]: found } }
}

/** Nobody is accepted yet. */
function isNothing({ region, literals }: ValueSet): boolean {
  return region.kind === 'range' && literals.size === 0 && !region.and(RangeSet.points([0])).isEmpty
}

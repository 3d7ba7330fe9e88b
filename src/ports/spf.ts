/**
 * spf: may this client send mail in the name of the sender's domain (RFC 7208)?
 *
 * A transaction is judged once, whichever rules ask and at whichever hook. A domain whose DNS does not answer is unknown
 * unless `temperror` is among the results wanted.
 */
import type { Address } from '../core/mail/address.ts'
import { printable } from '../core/mail/printable.ts'
import type { Connection, Transaction } from '../core/session.ts'
import { defineMatcher, type Match } from '../core/word.ts'
import { lookUp } from '../vocabulary/shared/dns-look-up.ts'
import { TIMEOUT } from '../vocabulary/shared/options.ts'
import { checkSpf, SPF_RESULTS, type SpfAnswer, type SpfQuestion } from './mail-authentication.ts'
import { requireLibrary } from './optional-library.ts'

export const spf = defineMatcher({
  name: 'spf',
  summary: 'The domain of the sender lets this client send, forbids it, or has no opinion',
  reference: 'RFC 7208; qpsmtpd plugin sender_permitted_from',
  stage: 'sender',
  options: {
    type: 'object',
    properties: {
      result: {
        type: 'array',
        items: { type: 'string', enum: SPF_RESULTS },
        minItems: 1,
        default: ['fail'],
        description: 'The results that match',
      },
      receiver: { type: 'string', default: 'unknown', description: 'Name of this server, for domains that ask for it' },
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: {
    result: 'none, neutral, pass, fail, softfail, temperror or permerror',
    reason: 'What the domain says to those it fails, else why it came out so',
    header: 'What the field Received-SPF says (RFC 7208 section 9.1)',
  },
  compile({ result: wanted, receiver, timeout }) {
    requireLibrary('mailauth')
    return async (context) => {
      const { transaction } = context
      const question = transaction?.sender && questionFor(context.connection, transaction.sender, receiver)
      if (!transaction || !question) return { truth: 'unknown', because: 'there is no sender yet' }
      const answer = await judged(transaction, () =>
        lookUp(context, timeout, (resolver) => checkSpf(question, resolver)),
      )
      return matchOf(answer, question, wanted.includes(answer.result))
    }
  },
})

const ANSWERS = new WeakMap<Transaction, Promise<SpfAnswer>>()

function judged(transaction: Transaction, ask: () => Promise<SpfAnswer>): Promise<SpfAnswer> {
  const answer = ANSWERS.get(transaction) ?? ask()
  ANSWERS.set(transaction, answer)
  return answer
}

/** The null sender has no domain: who it comes from is asked instead (RFC 7208 section 2.4). */
function questionFor({ hello, remote }: Connection, sender: Address, receiver: string): SpfQuestion {
  const identity = sender.kind === 'mailbox' ? `${sender.local}@${sender.domain}` : undefined
  return { ip: remote.ip, sender: identity, helo: hello?.name ?? '', receiver }
}

function matchOf({ result, comment, explanation }: SpfAnswer, question: SpfQuestion, isWanted: boolean): Match {
  const reason = clean(explanation ?? comment)
  const found = { result, header: headerFor(result, question), ...(reason !== '' && { reason }) }
  const truth = isWanted ? 'hit' : result === 'temperror' ? 'unknown' : 'miss'
  return { truth, because: [result, clean(comment)].filter(Boolean).join(': '), found }
}

/** As much as one reply line and one log field should hold of a text that strangers wrote. */
const REASON_LENGTH = 200

function clean(text: string): string {
  const shown = printable(text).trim()
  return shown.length > REASON_LENGTH ? `${shown.slice(0, REASON_LENGTH - 3)}...` : shown
}

/** A text in a rule holds no more of one name. */
const HEADER_LENGTH = 256

/** Pairs that would make it too long are left out; all of them may be. */
function headerFor(result: string, { ip, sender, helo, receiver }: SpfQuestion): string {
  const identity = sender === undefined ? 'helo' : 'mailfrom'
  const pairs = { identity, 'client-ip': ip, receiver, 'envelope-from': sender ?? '', helo }
  const written = Object.entries(pairs).map(([key, value]) => ` ${key}="${quoted(value)}";`)
  return written.reduce((text, pair) => (text.length + pair.length > HEADER_LENGTH ? text : text + pair), result)
}

function quoted(value: string): string {
  return printable(value).replace(/["\\]/g, '\\$&')
}

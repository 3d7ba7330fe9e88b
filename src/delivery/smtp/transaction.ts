/**
 * One message on an open connection (RFC 5321 section 3.3, RFC 2033 for LMTP), without pipelining.
 *
 * When the client hears one reply for all recipients, the content is sent only if every one of them was taken; when it
 * hears one each, to those that were. What is promised is what the next server answered to the end of the content; without
 * that answer the message is ours no more than before (RFC 1047: a duplicate is possible, a loss is not).
 */
import type { DeliveryJob, DeliveryOutcome, DeliveryResult } from '../../core/delivery.ts'
import { stuffed } from '../dot-stuffing.ts'
import { BARE_LINE_END, BareLineEnd } from '../line-ends.ts'
import { combine, sameForAll } from '../outcomes.ts'
import { ask, CLOSING, deferred, refusal, said } from './answers.ts'
import { xforwardCommands } from './client-attributes.ts'
import type { SmtpConnection } from './connection.ts'
import { mailCommand, obstacleFor, rcptCommand } from './envelope.ts'
import { HostFault } from './host-fault.ts'
import { isPositive, type Reply } from './reply.ts'
import type { SmtpWire } from './wire.ts'

export interface Dialect {
  readonly protocol: 'smtp' | 'lmtp'
  readonly xforward: boolean
}

/**
 * Rejects with a HostFault as long as the server has nothing of the content, and with the message's own error when that
 * cannot be read: the server has no whole message then.
 */
export async function handOver(
  connection: SmtpConnection,
  job: DeliveryJob,
  dialect: Dialect,
): Promise<DeliveryResult> {
  const { wire, offers } = connection
  const obstacle = await obstacleFor(job, connection)
  if (obstacle !== undefined) return sameForAll(obstacle, job.recipients)
  if (dialect.xforward) await forwardAttributes(connection, job)
  const mail = await ask(wire, mailCommand(job, offers))
  if (!isPositive(mail)) return sameForAll(refusal('refused the sender', mail), job.recipients)
  const refusals = await nameRecipients(connection, job)
  const taken = refusals.filter((outcome) => outcome === undefined).length
  if (taken === 0) return combine(refusals.map(known), job.recipients)
  if (taken < refusals.length && !job.repliesEach) return sameForAll(oneWasRefused(refusals), job.recipients)
  const answers = await sendContent(wire, job, { taken, each: dialect.protocol === 'lmtp' })
  return combine(
    refusals.map((outcome) => outcome ?? known(answers.shift())),
    job.recipients,
  )
}

function known(outcome: DeliveryOutcome | undefined): DeliveryOutcome {
  if (outcome === undefined) throw new Error('a recipient was left without an answer')
  return outcome
}

async function forwardAttributes({ wire, offers }: SmtpConnection, job: DeliveryJob): Promise<void> {
  for (const command of xforwardCommands(job, offers)) {
    const reply = await ask(wire, command)
    if (!isPositive(reply)) throw new HostFault(said('refused XFORWARD', reply), '4.4.1')
  }
}

/** Undefined for a recipient that was taken. */
async function nameRecipients(
  { wire, offers }: SmtpConnection,
  { recipients }: DeliveryJob,
): Promise<readonly (DeliveryOutcome | undefined)[]> {
  const outcomes: (DeliveryOutcome | undefined)[] = []
  for (const recipient of recipients) {
    const reply = await ask(wire, rcptCommand(recipient, offers))
    outcomes.push(isPositive(reply) ? undefined : refusal('refused the recipient', reply))
  }
  return outcomes
}

/** Not a refusal, since the others were taken: it would be one for them too. */
function oneWasRefused(refusals: readonly (DeliveryOutcome | undefined)[]): DeliveryOutcome {
  const first = refusals.find((outcome) => outcome?.kind === 'deferred') ?? refusals.find((one) => one !== undefined)
  return deferred(`Not all recipients were taken. ${known(first).text}`, '4.5.0')
}

interface Expected {
  /** Recipients that were taken. */
  readonly taken: number
  /** Whether the server answers for each of them, or once for all. */
  readonly each: boolean
}

/** One outcome for each recipient that was taken. From here on no other server is asked: this one may have the message. */
async function sendContent(wire: SmtpWire, job: DeliveryJob, expected: Expected): Promise<DeliveryOutcome[]> {
  const forEach = (outcome: DeliveryOutcome): DeliveryOutcome[] => Array.from({ length: expected.taken }, () => outcome)
  const go = await ask(wire, 'DATA')
  if (go.code !== 354) return forEach(refusal('refused the content', go))
  try {
    for await (const piece of stuffed(job.message.read())) await wire.write(piece)
    wire.endContent(expected.each ? expected.taken : 1)
  } catch (fault) {
    wire.abort()
    return forEach(whatBroke(fault))
  }
  if (!expected.each) return forEach(await finalAnswer(wire, queuedAs))
  const outcomes: DeliveryOutcome[] = []
  while (outcomes.length < expected.taken) outcomes.push(await finalAnswer(wire, saved))
  return outcomes
}

function whatBroke(fault: unknown): DeliveryOutcome {
  if (fault instanceof BareLineEnd) return BARE_LINE_END
  if (fault instanceof HostFault) return deferred(fault.message, fault.status)
  throw fault
}

async function finalAnswer(wire: SmtpWire, taken: (reply: Reply) => string): Promise<DeliveryOutcome> {
  try {
    const reply = await wire.finalReply()
    if (reply.code === CLOSING) wire.abort()
    if (!isPositive(reply)) return refusal('refused the message', reply)
    return { kind: 'delivered', text: taken(reply) }
  } catch (fault) {
    return whatBroke(fault)
  }
}

/** As qpsmtpd says it: the last word is the name in the next server's queue. */
function queuedAs({ text }: Reply): string {
  const name = text.split(' ').at(-1) ?? ''
  return name === '' ? 'queued' : `queued as ${name}`
}

function saved({ text }: Reply): string {
  return text === '' ? 'saved' : text
}

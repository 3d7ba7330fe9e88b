/**
 * Hands one message to the next server by SMTP (RFC 5321 section 3), in clear text, without pipelining.
 *
 * The content is sent only when every recipient was taken, because the client gets one answer for all of them (RFC 5321
 * section 3.3). What is promised is what the next server answered to the end of the content; without that answer the
 * message is ours no more than before (RFC 1047: a duplicate is possible, a loss is not).
 *
 * Offered 8BITMIME and SIZE are used. A server that does not offer 8BITMIME gets the octets all the same.
 */
import { type Address, formatAddress } from '../core/address.ts'
import type { DeliveryJob, DeliveryResult } from '../core/delivery.ts'
import { BareLineEnd, stuffed } from './dot-stuffing.ts'
import type { Reply } from './smtp-reply.ts'
import { SmtpWire, WireFault, type WireOptions } from './smtp-wire.ts'

/** Never rejects for what the next server does; rejects when the message cannot be read. */
export async function forward(job: DeliveryJob, options: WireOptions): Promise<DeliveryResult> {
  let wire: SmtpWire | undefined
  try {
    wire = await SmtpWire.open(options)
    const result = await converse(wire, job)
    wire.quit()
    return result
  } catch (error) {
    wire?.abort()
    if (error instanceof BareLineEnd) return { kind: 'refused', text: 'Message holds a bare CR or LF', status: '5.6.0' }
    if (error instanceof WireFault)
      return deferred(`The next server failed: ${error.message}`, wire ? '4.4.2' : '4.4.1')
    throw error
  }
}

function deferred(text: string, status: string): DeliveryResult {
  return { kind: 'deferred', text, status }
}

/** Each step either ends the conversation with a result, or lets it go on. */
async function converse(wire: SmtpWire, job: DeliveryJob): Promise<DeliveryResult> {
  const greeting = await wire.reply()
  if (!isPositive(greeting)) return deferred(said('refused the connection', greeting), '4.4.1')
  const offers = await greet(wire, job.hostname)
  if (offers === undefined) return deferred('The next server refused our greeting', '4.4.1')
  return (await sendEnvelope(wire, job, offers)) ?? (await sendContent(wire, job))
}

function isPositive({ code }: Reply): boolean {
  return code >= 200 && code < 300
}

type Offers = ReadonlyMap<string, string>

/** EHLO, or HELO for a server that does not know EHLO. Undefined when it takes neither. */
async function greet(wire: SmtpWire, hostname: string): Promise<Offers | undefined> {
  const ehlo = await wire.command(`EHLO ${hostname}`)
  if (isPositive(ehlo)) return offersOf(ehlo)
  if (ehlo.code < 500) return undefined
  return isPositive(await wire.command(`HELO ${hostname}`)) ? new Map() : undefined
}

function offersOf({ lines }: Reply): Offers {
  return new Map(
    lines.slice(1).map((line) => {
      const [keyword = '', ...parameters] = line.split(' ')
      return [keyword.toUpperCase(), parameters.join(' ')]
    }),
  )
}

/** Undefined when the sender and every recipient were taken. */
async function sendEnvelope(wire: SmtpWire, job: DeliveryJob, offers: Offers): Promise<DeliveryResult | undefined> {
  const obstacle = obstacleFor(job, offers)
  if (obstacle !== undefined) return obstacle
  const mail = await wire.command(`MAIL FROM:${formatAddress(job.sender)}${parametersFor(job, offers)}`)
  if (!isPositive(mail)) return refusal('refused the sender', mail)
  const refusals: Reply[] = []
  for (const { address } of job.recipients) {
    const reply = await wire.command(`RCPT TO:${formatAddress(address)}`)
    if (!isPositive(reply)) refusals.push(reply)
  }
  return refusals.length === 0 ? undefined : recipientsRefused(refusals, job.recipients.length)
}

/** One answer goes to the client for all recipients: a refusal must hold for each of them. */
function recipientsRefused(refusals: readonly Reply[], recipients: number): DeliveryResult {
  const first = refusals.find(({ code }) => code < 500) ?? refusals[0]
  if (first === undefined) throw new Error('no recipient was refused')
  if (refusals.length === recipients) return refusal('refused the recipient', first)
  return deferred(said('refused one of the recipients', first), '4.5.0')
}

function obstacleFor(job: DeliveryJob, offers: Offers): DeliveryResult | undefined {
  const [limit] = /^[1-9][0-9]{0,14}$/.exec(offers.get('SIZE') ?? '') ?? []
  if (limit !== undefined && job.message.size > Number(limit))
    return { kind: 'refused', text: 'Message is too large for the next server', status: '5.3.4' }
  if (!offers.has('SMTPUTF8') && addressesOf(job).some(isBeyondAscii))
    return { kind: 'refused', text: 'The next server does not take addresses beyond ASCII', status: '5.6.7' }
  return undefined
}

function addressesOf({ sender, recipients }: DeliveryJob): readonly Address[] {
  return [sender, ...recipients.map(({ address }) => address)]
}

function isBeyondAscii(address: Address): boolean {
  return /[^ -~]/.test(formatAddress(address))
}

function parametersFor(job: DeliveryJob, offers: Offers): string {
  const { message } = job
  const wide = addressesOf(job).some(isBeyondAscii) || message.head().some((octet) => octet > 127)
  const parameters = [
    offers.has('SIZE') && `SIZE=${message.size}`,
    offers.has('8BITMIME') && 'BODY=8BITMIME',
    offers.has('SMTPUTF8') && wide && 'SMTPUTF8',
  ]
  return parameters.map((parameter) => (parameter === false ? '' : ` ${parameter}`)).join('')
}

async function sendContent(wire: SmtpWire, job: DeliveryJob): Promise<DeliveryResult> {
  const go = await wire.command('DATA')
  if (go.code !== 354) return refusal('refused the content', go)
  for await (const piece of stuffed(job.message.read())) await wire.write(piece)
  const end = await wire.endContent()
  if (!isPositive(end)) return refusal('refused the message', end)
  const name = end.text.split(' ').at(-1) ?? ''
  return { kind: 'delivered', text: name === '' ? 'queued' : `queued as ${name}` }
}

/** Codes that are neither 4yz nor 5yz are out of place here, and say nothing about the message. */
function refusal(what: string, reply: Reply): DeliveryResult {
  const kind = reply.code >= 500 ? 'refused' : 'deferred'
  const status = reply.code >= 400 ? reply.status : undefined
  return { kind, text: said(what, reply), ...(status !== undefined && { status }) }
}

function said(what: string, { code, text }: Reply): string {
  return `The next server ${what}: ${code} ${text}`.trimEnd()
}

/**
 * The commands that name sender and recipients, with what the next server offers of 8BITMIME (RFC 6152), SIZE (RFC 1870),
 * SMTPUTF8 (RFC 6531), REQUIRETLS (RFC 8689) and DSN (RFC 3461), and what stands in a message's way when it does not.
 *
 * A message that needs what is not offered is refused whole: nothing is cut or converted. DSN parameters are left out
 * where DSN is not offered (RFC 3461 section 5.2.2). All values are checked again, whoever let them in.
 */
import { type Address, formatAddress } from '../../core/mail/address.ts'
import type { DeliveryJob, DeliveryOutcome, DeliveryRecipient } from '../../core/delivery.ts'
import { type Octets, pieces } from '../octets.ts'
import { unkept } from '../promises.ts'
import type { SmtpConnection } from './connection.ts'
import { mailDsn, rcptDsn } from '../dsn.ts'
import { type Offers, sizeLimit } from './offers.ts'

/** What cannot be sent over this connection, and why. */
export async function obstacleFor(
  job: DeliveryJob,
  { offers, verified }: Omit<SmtpConnection, 'wire'>,
): Promise<DeliveryOutcome | undefined> {
  const broken = unkept(job, { keepsTls: verified && offers.has('REQUIRETLS') })
  if (broken !== undefined) return broken
  const limit = sizeLimit(offers)
  if (limit !== undefined && job.message.size > limit)
    return refused('Message is too large for the next server', '5.3.4')
  if (!offers.has('SMTPUTF8') && needsUtf8(job))
    return refused('The next server does not take addresses or header fields beyond ASCII', '5.6.7')
  if (!offers.has('8BITMIME') && (await isBeyondAscii(job.message.read())))
    return refused('The next server does not take 8-bit content', '5.6.3')
  return undefined
}

function refused(text: string, status: string): DeliveryOutcome {
  return { kind: 'refused', text, status }
}

/** Header fields beyond ASCII from a client that did not ask for SMTPUTF8 are old habits, and pass as 8-bit content. */
function needsUtf8(job: DeliveryJob): boolean {
  if (addressesOf(job).some((address) => /[^ -~]/.test(formatAddress(address)))) return true
  return job.mailParams.has('SMTPUTF8') && hasHighOctet(job.message.head())
}

function addressesOf({ sender, recipients }: DeliveryJob): readonly Address[] {
  return [sender, ...recipients.map(({ address }) => address)]
}

async function isBeyondAscii(octets: Octets): Promise<boolean> {
  for await (const piece of pieces(octets)) if (hasHighOctet(piece)) return true
  return false
}

function hasHighOctet(octets: Buffer): boolean {
  return octets.some((octet) => octet > 127)
}

export function mailCommand(job: DeliveryJob, offers: Offers): string {
  const parameters = [
    offers.has('SIZE') && `SIZE=${job.message.size}`,
    offers.has('8BITMIME') && 'BODY=8BITMIME',
    offers.has('SMTPUTF8') && (needsUtf8(job) || job.mailParams.has('SMTPUTF8')) && 'SMTPUTF8',
    job.mailParams.has('REQUIRETLS') && offers.has('REQUIRETLS') && 'REQUIRETLS',
    ...(offers.has('DSN') ? mailDsn(job.mailParams) : []),
  ]
  return `MAIL FROM:${formatAddress(job.sender)}${written(parameters)}`
}

export function rcptCommand({ address, params }: DeliveryRecipient, offers: Offers): string {
  return `RCPT TO:${formatAddress(address)}${written(offers.has('DSN') ? rcptDsn(params) : [])}`
}

function written(parameters: readonly (string | false)[]): string {
  return parameters.map((parameter) => (parameter === false ? '' : ` ${parameter}`)).join('')
}

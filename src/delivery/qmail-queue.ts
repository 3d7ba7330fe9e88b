/**
 * qmail_queue: qmail-queue, or a program in its place, takes the message on descriptor 0 and the envelope on descriptor 1.
 *
 * qpsmtpd queue/qmail-queue; qmail-queue(8). It answers when the message is safe in its queue. Exit codes 11 to 40 are
 * permanent, all others are not.
 */
import { addressText } from '../core/mail/address.ts'
import type { DeliveryJob } from '../core/delivery.ts'
import { defineDelivery } from '../core/word.ts'
import { unixLines } from './line-ends.ts'
import { TIMEOUT } from './options.ts'
import { checkProgram, deliverTo } from './program/deliver.ts'
import { outcomeOf, type Refusal } from './program/exit-codes.ts'
import { unkept } from './promises.ts'

export const qmailQueue = defineDelivery({
  name: 'qmail_queue',
  summary: 'Puts the message into the queue of qmail, or of a program that takes its place',
  reference: 'qmail-queue(8); qpsmtpd plugin queue/qmail-queue',
  options: {
    type: 'object',
    properties: {
      program: {
        type: 'string',
        minLength: 1,
        default: '/var/qmail/bin/qmail-queue',
        description: 'Absolute path of qmail-queue',
      },
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  compile({ program, timeout }) {
    checkProgram(program, timeout)
    return {
      name: `qmail_queue:${program}`,
      deliver: async (job) => {
        const use = { file: program, args: [], input: unixLines(job.message.read()), second: envelope(job), timeout }
        return unkept(job, { keepsTls: false }) ?? deliverTo(use, job, (end) => outcomeOf(end, REFUSALS, program, job))
      },
    }
  },
})

/** `F` sender NUL, `T` recipient NUL for each, NUL; without brackets. An address holds no NUL. */
function envelope({ sender, recipients }: DeliveryJob): Buffer {
  const to = recipients.map(({ address }) => `T${addressText(address)}\0`)
  return Buffer.from(`F${addressText(sender)}\0${to.join('')}\0`)
}

const PERMANENT: Refusal = { text: 'The queue refuses the message', status: '5.3.0' }
const REFUSALS: ReadonlyMap<number, Refusal> = new Map([
  ...Array.from({ length: 30 }, (_, index) => [index + 11, PERMANENT] as const),
  [11, { text: 'An address is too long for the queue', status: '5.1.3' }],
])

/**
 * exim_bsmtp: Exim takes the message as batched SMTP on its standard input, and says nothing when it took it.
 *
 * qpsmtpd queue/exim-bsmtp; Exim's specification, chapter "SMTP processing", "Incoming batched SMTP". The first error ends the
 * batch before the message is taken. Exim believes the sender only when our user is one of its trusted_users, or with
 * untrusted_set_sender.
 */
import { formatAddress } from '../core/mail/address.ts'
import type { DeliveryJob, DeliveryOutcome } from '../core/delivery.ts'
import { printable } from '../core/mail/printable.ts'
import { defineDelivery } from '../core/word.ts'
import { stuffed } from './dot-stuffing.ts'
import { TIMEOUT } from './options.ts'
import { checkProgram, deliverTo } from './program/deliver.ts'
import { outcomeOf } from './program/exit-codes.ts'
import type { ProgramEnd } from './program/run.ts'
import { unkept } from './promises.ts'

export const eximBsmtp = defineDelivery({
  name: 'exim_bsmtp',
  summary: "Puts the message into Exim's queue as batched SMTP",
  reference: 'qpsmtpd plugin queue/exim-bsmtp; Exim -bS',
  options: {
    type: 'object',
    properties: {
      program: {
        type: 'string',
        minLength: 1,
        default: '/usr/sbin/rsmtp',
        description: 'Absolute path of Exim, under whichever name; it is started with -bS',
      },
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  compile({ program, timeout }) {
    checkProgram(program, timeout)
    return {
      name: `exim_bsmtp:${program}`,
      deliver: async (job) => {
        const use = { file: program, args: ['-bS'], input: batch(job), timeout }
        return unkept(job, { keepsTls: false }) ?? deliverTo(use, job, (end) => judge(end, program, job))
      },
    }
  },
})

/** Lines end in CRLF. An address holds no line end. */
async function* batch({ hostname, sender, recipients, message }: DeliveryJob): AsyncGenerator<Buffer> {
  const to = recipients.map(({ address }) => `RCPT TO:${formatAddress(address)}\r\n`)
  yield Buffer.from(`HELO ${hostname}\r\nMAIL FROM:${formatAddress(sender)}\r\n${to.join('')}DATA\r\n`)
  yield* stuffed(message.read())
  yield Buffer.from('.\r\nQUIT\r\n')
}

const NO_REFUSALS = new Map<number, never>()
const TEXT_LENGTH = 400

/** Exim's own SMTP code, when it names one; whatever it says, its exit code must be 0 too. */
function judge(end: ProgramEnd, program: string, job: DeliveryJob): DeliveryOutcome {
  const said = end.kind === 'exit' ? /^ *([45])\d\d[ -](.*)$/m.exec(end.output) : null
  if (said === null) return outcomeOf(end, NO_REFUSALS, program, job)
  const [, kind, text = ''] = said
  const clean = printable(text).trim().slice(0, TEXT_LENGTH)
  return { kind: kind === '5' ? 'refused' : 'deferred', text: `Exim refused the message: ${clean}` }
}

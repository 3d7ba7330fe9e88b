/**
 * postfix_queue: Postfix's sendmail command takes the message, and answers when it is safe in the maildrop queue.
 *
 * qpsmtpd queue/postfix-queue speaks to the cleanup daemon instead. That protocol is Postfix's own business and changes with
 * its versions; sendmail(1) is documented, and takes mail while Postfix is down. It passes on RET and ENVID, and NOTIFY when it
 * is the same for all recipients; ORCPT it cannot take.
 */
import { addressText } from '../core/mail/address.ts'
import type { DeliveryJob } from '../core/delivery.ts'
import { bodyOf } from '../core/session.ts'
import { defineDelivery } from '../core/word.ts'
import { unixLines } from './line-ends.ts'
import { TIMEOUT } from './options.ts'
import { checkProgram, deliverTo } from './program/deliver.ts'
import { outcomeOf, SYSEXITS } from './program/exit-codes.ts'
import { unkept } from './promises.ts'

export const postfixQueue = defineDelivery({
  name: 'postfix_queue',
  summary: "Puts the message into Postfix's queue",
  reference: 'Postfix sendmail(1); qpsmtpd plugin queue/postfix-queue',
  options: {
    type: 'object',
    properties: {
      program: {
        type: 'string',
        minLength: 1,
        default: '/usr/sbin/sendmail',
        description: "Absolute path of Postfix's sendmail",
      },
      config: {
        type: 'string',
        'x-path': true,
        description: 'Configuration directory, for another instance than the default one',
      },
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  compile({ program, config, timeout }) {
    checkProgram(program, timeout)
    return {
      name: `postfix_queue:${config ?? program}`,
      deliver: async (job) => {
        const use = { file: program, args: argumentsFor(job, config), input: unixLines(job.message.read()), timeout }
        return unkept(job, { keepsTls: false }) ?? deliverTo(use, job, (end) => outcomeOf(end, SYSEXITS, program, job))
      },
    }
  },
})

/** -G: mail of others, whose addresses are not to be rewritten. -i: a line with a dot alone is no end. */
function argumentsFor(job: DeliveryJob, config: string | undefined): readonly string[] {
  return [
    ...(config === undefined ? [] : ['-C', config]),
    '-G',
    '-i',
    ...(bodyOf(job) === '8BITMIME' ? ['-B', '8BITMIME'] : []),
    ...option('-R', job.mailParams.get('RET'), true),
    ...option('-V', job.mailParams.get('ENVID')),
    ...option('-N', sameForAll(job), true),
    '-f',
    addressText(job.sender),
    '--',
    ...job.recipients.map(({ address }) => addressText(address)),
  ]
}

function option(name: string, value: string | true | undefined, lower = false): readonly string[] {
  if (typeof value !== 'string') return []
  return [name, lower ? value.toLowerCase() : value]
}

function sameForAll({ recipients }: DeliveryJob): string | true | undefined {
  const [first, ...others] = recipients.map(({ params }) => params.get('NOTIFY'))
  return others.every((one) => one === first) ? first : undefined
}

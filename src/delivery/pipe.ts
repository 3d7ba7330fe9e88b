/**
 * pipe: a program takes the message on its standard input, and says with its exit code what became of it.
 *
 * Postfix's pipe(8), qmail-command(8). Lines end in LF. Once for all recipients, or once for each when an argument names
 * one; then some may have the message and others not, and the answers are put together as for lmtp.
 */
import type { DeliveryJob, DeliveryOutcome, DeliveryResult, DeliveryTarget } from '../core/delivery.ts'
import { defineDelivery } from '../core/word.ts'
import { DeliveredBefore } from './delivered-before.ts'
import { unixLines } from './line-ends.ts'
import { combine, sameForAll } from './outcomes.ts'
import { checkArguments, fillArguments } from './program/arguments.ts'
import { checkProgram, deliverTo } from './program/deliver.ts'
import { outcomeOf, SYSEXITS } from './program/exit-codes.ts'
import { unkept } from './promises.ts'
import { textsOf } from './texts.ts'

export const pipe = defineDelivery({
  name: 'pipe',
  summary: 'Gives the message to a program',
  reference: 'sysexits.h; Postfix pipe(8); qmail-command(8)',
  options: {
    type: 'object',
    properties: {
      program: { type: 'string', minLength: 1, description: 'Absolute path; no shell is asked' },
      arguments: {
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
        description: '%s is the sender, %r all recipients; %u, %l, %d are one recipient, its local part and domain',
        examples: [['-f', '%s', '--', '%r']],
      },
      timeout: { type: 'string', format: 'duration', default: '60s', description: 'Time for one run' },
    },
    required: ['program'],
    additionalProperties: false,
  },
  compile({ program, arguments: given, timeout }) {
    checkProgram(program, timeout)
    const templates = textsOf(given)
    const run = { program, templates, timeout }
    return { name: `pipe:${program}`, deliver: checkArguments(templates) ? forEach(run) : (job) => once(job, run) }
  },
})

interface Run {
  readonly program: string
  readonly templates: readonly string[]
  readonly timeout: number
}

async function once(job: DeliveryJob, run: Run): Promise<DeliveryResult> {
  return sameForAll(await start(job, run, undefined), job.recipients)
}

function forEach(run: Run): DeliveryTarget['deliver'] {
  const before = new DeliveredBefore()
  return (job) => before.deliver(job, (part) => oneByOne(part, run))
}

async function oneByOne(job: DeliveryJob, run: Run): Promise<DeliveryResult> {
  const outcomes: DeliveryOutcome[] = []
  for (const recipient of job.recipients) outcomes.push(await start(job, run, recipient))
  return combine(outcomes, job.recipients)
}

const NO_ARGUMENT: DeliveryOutcome = {
  kind: 'refused',
  text: 'An address cannot be passed on to the program',
  status: '5.1.3',
}

async function start(
  job: DeliveryJob,
  { program, templates, timeout }: Run,
  recipient: DeliveryJob['recipients'][number] | undefined,
): Promise<DeliveryOutcome> {
  const broken = unkept(job, { keepsTls: true })
  if (broken !== undefined) return broken
  const args = fillArguments(templates, job, recipient)
  if (args === undefined) return NO_ARGUMENT
  const use = { file: program, args, input: unixLines(job.message.read()), timeout }
  return deliverTo(use, job, (end) => outcomeOf(end, SYSEXITS, program, job))
}

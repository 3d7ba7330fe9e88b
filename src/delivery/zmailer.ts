/**
 * zmailer: the message is a file for ZMailer's router, durable before the client hears that it was taken.
 *
 * qpsmtpd zmailer-queue; ZMailer's manual, "Message File Format" and "Envelope Header Lines", and its mail_open and mail_close: a
 * file in the post office's directory `public`, synced, then renamed to its inode number in `router`, which the router
 * scans. The router honours sender and DSN only from files of an owner it trusts.
 */
import { join } from 'node:path'
import { formatAddress } from '../core/mail/address.ts'
import type { DeliveryJob, DeliveryOutcome } from '../core/delivery.ts'
import { defineDelivery } from '../core/word.ts'
import { DirectorySync } from './directory-sync.ts'
import { rcptDsn } from './dsn.ts'
import { DurableFile } from './durable-file.ts'
import { BARE_LINE_END, BareLineEnd, unixLines } from './line-ends.ts'
import { uniqueName } from './maildir-file.ts'
import { unkept } from './promises.ts'
import { storageFault } from './storage-fault.ts'

export const zmailer = defineDelivery({
  name: 'zmailer',
  summary: "Puts the message into ZMailer's post office",
  reference: "qpsmtpd plugin zmailer-queue; ZMailer's manual, Message File Format",
  options: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        'x-path': true,
        minLength: 1,
        default: '/var/spool/postoffice',
        description: 'The post office, with its directories public and router',
      },
    },
    additionalProperties: false,
  },
  compile({ path }) {
    const directories = new DirectorySync()
    return {
      name: `zmailer:${path}`,
      deliver: async (job) => unkept(job, { keepsTls: false }) ?? deliver(job, path, directories),
    }
  },
})

/** As mail_open makes it: the router reads it as root. */
const MODE = 0o600

async function deliver(job: DeliveryJob, postOffice: string, directories: DirectorySync): Promise<DeliveryOutcome> {
  let file: DurableFile | undefined
  try {
    const router = join(postOffice, 'router')
    file = await DurableFile.write(join(postOffice, 'public', uniqueName(job.hostname)), messageFile(job), MODE)
    await file.rename(join(router, String(file.inode)))
    await directories.sync(router)
    return { kind: 'delivered', text: `Queued! ${job.id}` }
  } catch (error) {
    await file?.withdraw()
    return error instanceof BareLineEnd ? BARE_LINE_END : storageFault(error)
  }
}

async function* messageFile(job: DeliveryJob): AsyncGenerator<Buffer> {
  yield Buffer.from(envelope(job).join('\n'))
  yield* unixLines(job.message.read())
}

/** No value holds a line end: addresses have none, parameters were checked. */
function envelope({ sender, mailParams, recipients }: DeliveryJob): readonly string[] {
  const [ret, envid] = [mailParams.get('RET'), mailParams.get('ENVID')]
  return [
    'external',
    sender.kind === 'null' ? 'channel error' : `from ${formatAddress(sender)}`,
    ...(envid === undefined ? [] : [`envid ${String(envid)}`]),
    ...(ret === undefined ? [] : [`notaryret ${String(ret).toUpperCase()}`]),
    ...recipients.flatMap(({ address, params }) => [...dsnLine(rcptDsn(params)), `to ${formatAddress(address)}`]),
    'env-end',
    '',
  ]
}

function dsnLine(words: readonly string[]): readonly string[] {
  return words.length === 0 ? [] : [`todsn ${words.join(' ')}`]
}

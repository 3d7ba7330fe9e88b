/**
 * maildir: the message is a file, durable before the client hears that it was taken.
 *
 * qpsmtpd queue/maildir. One file, or with a sub-directory pattern one for each recipient. All files are complete and
 * synced before the first gets its name; when anything fails, what has a name already is taken away again and the answer
 * is deferred, so the client's next try starts from nothing. Only a crash between two names can leave a file behind
 * that will come again.
 */
import { join } from 'node:path'
import { type Address, addressText, formatAddress } from '../core/mail/address.ts'
import type { DeliveryJob, DeliveryResult } from '../core/delivery.ts'
import { defineDelivery } from '../core/word.ts'
import { DirectorySync } from './directory-sync.ts'
import { type MaildirFile, makeMaildir, uniqueName, writeMaildirFile } from './maildir-file.ts'
import { checkPattern, directoryFor } from './maildir-pattern.ts'
import { unkept } from './promises.ts'
import { storageFault } from './storage-fault.ts'

export const maildir = defineDelivery({
  name: 'maildir',
  summary: 'Writes the message into a maildir, one for all recipients or one each',
  reference: 'qpsmtpd plugin queue/maildir; https://cr.yp.to/proto/maildir.html',
  options: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        minLength: 1,
        'x-path': true,
        description: 'The maildir, or the directory the patterns start from',
      },
      subdirectory: {
        type: 'string',
        description: 'A maildir for each recipient: `%d/%l`. %l is the local part, %d the domain, %u both with an @',
        examples: ['%d/%l'],
      },
      permissions: {
        type: 'string',
        pattern: '^[0-7]{3}$',
        default: '700',
        description: 'Mode of new directories; files get it without the execute bits',
      },
    },
    required: ['path'],
    additionalProperties: false,
  },
  compile({ path, subdirectory, permissions }) {
    if (subdirectory !== undefined) checkPattern(subdirectory)
    const store = { root: path, pattern: subdirectory, mode: Number.parseInt(permissions, 8) }
    const directories = new DirectorySync()
    return {
      name: `maildir:${path}`,
      deliver: async (job) => unkept(job, { keepsTls: true }) ?? deliver(job, store, directories),
    }
  },
})

interface Store {
  readonly root: string
  readonly pattern: string | undefined
  readonly mode: number
}

async function deliver(job: DeliveryJob, store: Store, directories: DirectorySync): Promise<DeliveryResult> {
  const files: MaildirFile[] = []
  try {
    for (const copy of copiesOf(job, store)) files.push(await write(copy, job, store, directories))
    for (const file of files) await file.publish()
    await Promise.all(files.map(({ directory }) => directories.sync(directory)))
    return { kind: 'delivered', text: `Queued! ${job.id}` }
  } catch (error) {
    await Promise.all(files.map((file) => file.withdraw()))
    return storageFault(error)
  }
}

interface Copy {
  readonly maildir: string
  readonly recipients: readonly Address[]
}

function copiesOf({ recipients, hostname }: DeliveryJob, { root, pattern }: Store): readonly Copy[] {
  const addresses = recipients.map(({ address }) => address)
  if (pattern === undefined) return [{ maildir: root, recipients: addresses }]
  return addresses.map((address) => ({
    maildir: join(root, directoryFor(address, pattern, hostname)),
    recipients: [address],
  }))
}

const EXECUTE = 0o111

async function write(copy: Copy, job: DeliveryJob, store: Store, directories: DirectorySync): Promise<MaildirFile> {
  await makeMaildir(copy.maildir, store.mode, directories)
  return writeMaildirFile(copy.maildir, uniqueName(job.hostname), content(copy, job), store.mode & ~EXECUTE)
}

/** An address cannot hold a line end: those characters are in none. */
async function* content({ recipients }: Copy, { sender, message }: DeliveryJob): AsyncGenerator<Uint8Array> {
  const deliveredTo = recipients.map((recipient) => `Delivered-To: ${addressText(recipient)}\r\n`)
  yield Buffer.from(`Return-Path: ${formatAddress(sender)}\r\n${deliveredTo.join('')}`)
  yield* message.read()
}

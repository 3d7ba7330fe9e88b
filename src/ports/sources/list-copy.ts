/** A copy of a list on disk, with what is needed to ask whether there is a newer one. Gone or damaged is as good as none. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DurableFile } from '../../delivery/durable-file.ts'

export interface ListCopy {
  readonly body: Buffer
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  /** As it came, in base64; absent where none was asked for. */
  readonly signature: string | undefined
  /** When the server last said that this is its list, in milliseconds since the epoch. */
  readonly checkedAt: number
}

/** One file: a line of JSON, then the list as it came. */
export async function readCopy(path: string): Promise<ListCopy | undefined> {
  const all = await readFile(path).catch(() => undefined)
  const end = all?.indexOf(10) ?? -1
  if (!all || end < 0) return undefined
  try {
    const head: unknown = JSON.parse(all.subarray(0, end).toString('utf8'))
    if (!isHead(head) || head.octets !== all.length - end - 1) return undefined
    const { etag, lastModified, signature, checkedAt } = head
    return { body: all.subarray(end + 1), etag, lastModified, signature, checkedAt }
  } catch {
    return undefined
  }
}

/** Only the user that serves, and its group, may know what sites list. */
const MODE = 0o640

/** Takes the place of the old one when it is whole on disk. */
export async function writeCopy(path: string, { body, ...head }: ListCopy): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const firstLine = Buffer.from(`${JSON.stringify({ ...head, octets: body.length })}\n`)
  const file = await DurableFile.write(`${path}.${randomUUID()}.new`, [firstLine, body], MODE)
  try {
    await file.rename(path)
  } catch (fault) {
    await file.withdraw()
    throw fault
  }
}

interface Head {
  readonly octets: number
  readonly checkedAt: number
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly signature: string | undefined
}

function isHead(value: unknown): value is Head {
  return (
    typeof value === 'object' &&
    value !== null &&
    'octets' in value &&
    'checkedAt' in value &&
    typeof value.checkedAt === 'number' &&
    ['etag', 'lastModified', 'signature'].every((name) =>
      ['string', 'undefined'].includes(typeof Reflect.get(value, name)),
    )
  )
}

/**
 * `own:PATH`: files that recipients, or those who look after them, have written for themselves, such as
 * /home/%u/.qpsmtpd/whitelisthosts (qpsmtpd plugin user_config). The key is a recipient, the value is the text.
 *
 * What recipients write is not to be trusted: only a small regular file that is theirs counts, or root's, or ours. One that
 * changes is seen within a second. Memory is bounded, and what strangers made us look for counts too.
 */
import { realpath, stat } from 'node:fs/promises'
import { LIMITS } from '../../core/limits.ts'
import type { Clock, Log } from '../../core/ports.ts'
import { errorCode, reasonOf } from '../../core/reason.ts'
import { isOwnName } from '../../core/source.ts'
import { readQuietly } from '../policies/quiet-file.ts'
import { readSafely, type SafeFile } from '../policies/safe-file.ts'
import type { Asking, Driver } from './driver.ts'
import { type OwnPath, ownPathOf } from './own-path.ts'
import { sizeIn } from './parameters.ts'

/** Milliseconds between two looks at the same file. */
const LOOK = 1000
/** Octets kept for the files of one path, as `COST` counts them: of any file, and for an octet of its text with its index. */
export const OWN_MEMORY = 16 * 1024 * 1024
const COST = { file: 512, octet: 6 } as const

export const ownDriver: Driver = {
  parameters: ['size'],
  read(source) {
    const mostOctets = sizeIn(source, 'size', LIMITS.policy_size.default)
    const pathOf = isOwnName(source) ? nowhere(source.place) : ownPathOf(source.place, source.directory)
    return ({ clock, log }) => new OwnFiles({ pathOf, mostOctets, clock, log })
  },
}

const NAME = /^\w[\w.-]*$/

/** Nobody asks for a bare name: who does knows the recipient, and where the files of this one are. */
function nowhere(name: string): () => undefined {
  if (!NAME.test(name)) throw new Error('a name of a file is wanted, or a path with %u, %h or %a in it')
  return () => undefined
}

interface OwnOptions {
  readonly pathOf: (key: string) => OwnPath | undefined
  readonly mostOctets: number
  readonly clock: Clock
  readonly log: Log
}

interface Known {
  readonly lookedAt: number
  /** The same array as long as the text is the same. Undefined where there is no file, or it does not count. */
  readonly values: readonly string[] | undefined
  /** Why it does not count. */
  readonly because: string | undefined
}

type Found = Omit<Known, 'lookedAt'>

class OwnFiles implements Asking {
  readonly #options: OwnOptions
  /** By path, the least recently used first. */
  readonly #known = new Map<string, Known>()
  #octets = 0

  constructor(options: OwnOptions) {
    this.#options = options
  }

  placeOf(key: string): string | undefined {
    return this.#options.pathOf(key)?.path
  }

  async ask(key: string): Promise<readonly string[] | undefined> {
    const place = this.#options.pathOf(key)
    if (!place) return undefined
    const { values, because } = this.#fresh(place.path) ?? (await this.#look(place))
    if (because !== undefined) throw new Error(`${place.path}: ${because}`)
    return values
  }

  async close(): Promise<void> {
    this.#known.clear()
  }

  #fresh(path: string): Known | undefined {
    const known = this.#known.get(path)
    const age = known ? this.#options.clock.now() - known.lookedAt : LOOK
    return age >= 0 && age < LOOK ? known : undefined
  }

  async #look(place: OwnPath): Promise<Known> {
    const found = await this.#read(place).catch((fault: unknown) => ({ values: undefined, because: reasonOf(fault) }))
    const known = { ...found, lookedAt: this.#options.clock.now() }
    const before = this.#forget(place.path)
    if (found.because !== undefined && found.because !== before?.because)
      this.#options.log.write(
        'warn',
        { at: place.path, because: found.because },
        "a recipient's own file does not count",
      )
    this.#keep(place.path, known)
    return known
  }

  async #read(place: OwnPath): Promise<Found> {
    const { mostOctets, clock } = this.#options
    const file = await readQuietly(() => readOwn(place, mostOctets), clock)
    const before = this.#known.get(place.path)?.values
    const values = file && (before?.[0] === file.text ? before : [file.text])
    return { values, because: undefined }
  }

  #keep(path: string, known: Known): void {
    this.#known.set(path, known)
    this.#octets += weightOf(path, known)
    for (const [oldest] of this.#known) {
      if (this.#octets <= OWN_MEMORY || oldest === path) return
      this.#forget(oldest)
    }
  }

  #forget(path: string): Known | undefined {
    const known = this.#known.get(path)
    if (!known) return undefined
    this.#known.delete(path)
    this.#octets -= weightOf(path, known)
    return known
  }
}

function weightOf(path: string, { values: [text = ''] = [] }: Known): number {
  return COST.file + path.length + text.length * COST.octet
}

/** Whose the recipient's directory is may own the files in it. */
async function readOwn({ path, fixed, root }: OwnPath, mostOctets: number): Promise<SafeFile | undefined> {
  const real = await realDirectory(root)
  if (real !== undefined) {
    const { uid } = await stat(real)
    return readSafely(real, path, { mostOctets, owner: uid, mayBeEmpty: true })
  }
  if ((await realDirectory(fixed)) === undefined) throw new Error(`there is no directory ${fixed}`)
  return undefined
}

async function realDirectory(path: string): Promise<string | undefined> {
  return realpath(path).catch((fault: unknown) => {
    const code = errorCode(fault)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Error(`its directory cannot be read (${code ?? 'no reason given'})`, { cause: fault })
  })
}

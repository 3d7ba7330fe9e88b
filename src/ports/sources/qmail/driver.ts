/**
 * `qmail:DIRECTORY`: whether qmail on this machine could deliver to an address, from its own files. The key is the address,
 * the value a code of Qmail::Deliverable in decimal: 0 is nobody, 255 is a domain that is not qmail's.
 *
 * Files that change are seen within a second.
 */
import { readFile, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Clock } from '../../../core/ports.ts'
import { errorCode, reasonOf } from '../../../core/reason.ts'
import type { Asking, Driver } from '../driver.ts'
import { choiceIn, fileIn } from '../parameters.ts'
import { type Control, type ControlTexts, localName, ownerOf, readControl } from './control.ts'
import { type Code, CODES, judge } from './dot-qmail.ts'

/** Milliseconds between two looks whether files have changed. */
const LOOK = 1000

export const qmailDriver: Driver = {
  parameters: ['passwd', 'vpopmail_ext'],
  read(source) {
    const directory = resolve(source.directory, source.place)
    const passwd = fileIn(source, 'passwd') ?? '/etc/passwd'
    const vpopmailExtensions = choiceIn(source, 'vpopmail_ext', ['0', '1']) === '1'
    return ({ clock }) => new Qmail({ directory, passwd, vpopmailExtensions, clock })
  },
}

interface QmailOptions {
  readonly directory: string
  readonly passwd: string
  readonly vpopmailExtensions: boolean
  readonly clock: Pick<Clock, 'now'>
}

interface Known {
  readonly marks: string
  readonly control: Control
}

class Qmail implements Asking {
  readonly #options: QmailOptions
  #lookedAt = Number.NEGATIVE_INFINITY
  #known: Promise<Known> | undefined

  constructor(options: QmailOptions) {
    this.#options = options
  }

  async ask(key: string): Promise<readonly string[] | undefined> {
    if (!key.includes('@')) return undefined
    return [String(await this.#codeFor(key.toLowerCase(), (await this.#current()).control))]
  }

  async close(): Promise<void> {
    this.#known = undefined
  }

  async #codeFor(address: string, control: Control): Promise<Code> {
    const local = localName(control, address)
    if (local === undefined) return CODES.elsewhere
    const owner = await ownerOf(control, local)
    if (!owner) return CODES.nobody
    const user = address.slice(0, address.lastIndexOf('@'))
    return judge({ owner, user, vpopmailExtensions: this.#options.vpopmailExtensions })
  }

  #current(): Promise<Known> {
    const age = this.#options.clock.now() - this.#lookedAt
    if (this.#known && age >= 0 && age < LOOK) return this.#known
    this.#lookedAt = this.#options.clock.now()
    const next = this.#look(this.#known)
    this.#known = next
    next.catch(() => {
      if (this.#known === next) this.#known = undefined
    })
    return next
  }

  async #look(before: Promise<Known> | undefined): Promise<Known> {
    const old = await before?.catch(() => undefined)
    const paths = this.#paths()
    const marks = (await Promise.all([...Object.values(paths), this.#me].map(markOf))).join(' ')
    if (old?.marks === marks) return old
    const [locals, virtualdomains, assign, passwd] = await Promise.all([
      this.#locals(paths.locals),
      textOf(paths.virtualdomains),
      textOf(paths.assign),
      textOf(paths.passwd),
    ])
    if (locals === undefined) throw new Error(`there is no ${paths.locals}`)
    return {
      marks,
      control: readControl({
        locals,
        virtualdomains: virtualdomains ?? '',
        assign: assign ?? '',
        passwd: passwd ?? '',
      }),
    }
  }

  /** qmail's own name stands for a list that is not there. */
  async #locals(path: string): Promise<string | undefined> {
    return (await textOf(path)) ?? (await textOf(this.#me))
  }

  get #me(): string {
    return resolve(this.#options.directory, 'control/me')
  }

  #paths(): Readonly<Record<keyof ControlTexts, string>> {
    const { directory, passwd } = this.#options
    return {
      locals: resolve(directory, 'control/locals'),
      virtualdomains: resolve(directory, 'control/virtualdomains'),
      assign: resolve(directory, 'users/assign'),
      passwd,
    }
  }
}

async function markOf(path: string): Promise<string> {
  const stats = await stat(path).catch(() => undefined)
  return stats ? `${stats.ino}:${stats.mtimeMs}:${stats.size}` : '-'
}

/** Undefined where there is none; one that may not be read is a fault, since it decides about mail. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'latin1')
  } catch (fault) {
    if (errorCode(fault) === 'ENOENT') return undefined
    throw new Error(`${path} cannot be read: ${reasonOf(fault)}`, { cause: fault })
  }
}

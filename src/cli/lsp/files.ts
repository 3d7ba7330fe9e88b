/**
 * Files as an editor has them: what is open comes from the editor, everything else from the disk, where a file that has not
 * changed since is not read, parsed or indexed again.
 */
import { stat } from 'node:fs/promises'
import { inOnePiece } from '../../compiler/lists/index-list-file.ts'
import type { KnownList } from '../../compiler/load-environment.ts'
import type { Files } from '../../core/ports.ts'
import type { MapNode } from '../../language/node.ts'
import { YAML_LIMITS } from '../../language/yaml/limits.ts'

/** Characters of a text that is looked at while it is typed: `postern check` takes more, and more time. */
export const LARGEST_TEXT = 1024 * 1024
/** Of a larger one, enough to tell whose it is. */
const HEAD = 65_536

interface OnDisk {
  /** Undefined: it was not there. */
  readonly stamp: string | undefined
  readonly text: Promise<string | undefined> | undefined
  /** When it was last looked at: see `refresh`. */
  readonly round: number
}

export class EditorFiles implements Files {
  /** Parsed and indexed already, for the compiler. */
  readonly trees = new Map<string, MapNode>()
  readonly indexed = new Map<string, KnownList>()
  /** Texts that were read, for positions and comments. */
  readonly sources = new Map<string, string>()
  readonly #open = new Map<string, string>()
  readonly #tooLarge = new Map<string, string>()
  readonly #disk = new Map<string, OnDisk>()
  readonly #files: Files
  #round = 0

  constructor(files: Files) {
    this.#files = files
  }

  /** What the editor says the text of a file is; undefined when it has closed it. One that is too large stays as on the disk. */
  edit(path: string, text: string | undefined): void {
    const wasOpen = this.#open.delete(path)
    this.#tooLarge.delete(path)
    if (text !== undefined && text.length > LARGEST_TEXT) this.#tooLarge.set(path, text.slice(0, HEAD))
    else if (text !== undefined) this.#open.set(path, text)
    if (wasOpen || this.#open.has(path)) this.#forget(path)
  }

  get open(): ReadonlyMap<string, string> {
    return this.#open
  }

  /** How the open files begin that are too large. */
  get tooLarge(): ReadonlyMap<string, string> {
    return this.#tooLarge
  }

  async read(path: string, most?: number): Promise<string | undefined> {
    const open = this.#open.get(path)
    if (open !== undefined) return open
    const known = await this.#lookedAt(path)
    if (known?.text) return known.text
    const stamp = known?.stamp ?? (await stampOf(path))
    const text = stamp === undefined ? Promise.resolve(undefined) : this.#files.read(path, mostOf(path, most))
    this.#disk.set(path, { stamp, text, round: this.#round })
    return text
  }

  /** Lists may be long: they are indexed from the disk and not kept as texts. */
  async pieces(path: string): ReturnType<NonNullable<Files['pieces']>> {
    const open = this.#open.get(path)
    if (open !== undefined) return inOnePiece(open)
    if (!this.#disk.has(path)) this.#disk.set(path, { stamp: await stampOf(path), text: undefined, round: this.#round })
    return this.#files.pieces?.(path)
  }

  /**
   * What was read, or was not there, is what it is on the disk from here on. Of what a tree or an index is kept that is looked
   * at now: those are used without being asked for. Of a text alone, when it is asked for: there may be thousands.
   */
  async refresh(): Promise<void> {
    this.#round += 1
    const used = [...this.#disk].filter(([path, { text }]) => !text || this.trees.has(path) || this.sources.has(path))
    await Promise.all(used.map(([path]) => this.#lookedAt(path)))
  }

  async #lookedAt(path: string): Promise<OnDisk | undefined> {
    const known = this.#disk.get(path)
    if (!known || known.round === this.#round || this.#open.has(path)) return known
    const [round, stamp] = [this.#round, await stampOf(path)]
    if (this.#disk.get(path) !== known) return this.#disk.get(path)
    if (stamp === known.stamp) this.#disk.set(path, { ...known, round })
    else this.#forget(path)
    return this.#disk.get(path)
  }

  #forget(path: string): void {
    this.#disk.delete(path)
    this.trees.delete(path)
    this.sources.delete(path)
    for (const key of this.indexed.keys()) if (key.startsWith(`${path} `)) this.indexed.delete(key)
  }
}

/** Of YAML that is too large for anybody, enough to see that it is. */
function mostOf(path: string, most: number | undefined): number | undefined {
  return /\.ya?ml$/.test(path) ? Math.min(most ?? Infinity, YAML_LIMITS.octets + 1) : most
}

async function stampOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  return found && `${found.mtimeMs} ${found.size} ${found.ino}`
}

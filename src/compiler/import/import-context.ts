/** What the parts of one import share: its findings, files of the new site, and the lists of the plugin that is being made. */
import { reasonOf } from '../../core/reason.ts'
import { type Fields, idOf, type Json } from './draft.ts'
import type { Example } from './first-tests.ts'
import type { ForeignEnvironment } from './foreign.ts'
import { type Span, startOf } from '../../language/diagnostic.ts'
import { Findings } from './say.ts'

export interface ReadFile {
  readonly path: string
  readonly text: string
}

export class ImportContext {
  readonly environment: ForeignEnvironment
  readonly findings: Findings
  /** The file that stands for the site. */
  readonly path: string
  /** Files of the new site, by name. */
  readonly copies = new Map<string, string>()
  /** Permissions of those of them that are not for everybody to read, whatever they are made from. */
  readonly modes = new Map<string, number>()
  /** The files that each of them is made from. */
  readonly madeFrom = new Map<string, readonly string[]>()
  /** For the first tests. */
  readonly examples: Example[] = []
  /** Clients may log in. */
  hasLogins = false
  readonly #unreadable = new Set<string>()
  #lists = new Map<string, Json>()

  /** `program` is the other one's name, for notes. */
  constructor(path: string, environment: ForeignEnvironment, program: string) {
    this.path = path
    this.environment = environment
    this.findings = new Findings(environment.report, program)
  }

  get start(): Span {
    return startOf(this.path)
  }

  /** Undefined when there is none, and for directories; what cannot be read is reported. */
  async read(path: string): Promise<ReadFile | undefined> {
    const { files, sources, machine } = this.environment
    if ((await machine.names(path)) !== undefined) return undefined
    const text = await files.read(path).catch((fault: unknown) => {
      this.#unreadable.add(path)
      this.findings.changed({ at: startOf(path), effect: 'laxer', message: reasonOf(fault) })
      return undefined
    })
    if (text === undefined) return undefined
    sources.set(path, text)
    return { path, text }
  }

  /** Of a file that `read` has not read. */
  whyUnread(path: string): string {
    return this.#unreadable.has(path) ? 'it cannot be read' : 'there is no such file'
  }

  /** Puts a list into the plugin that is being made; answers with its name there. */
  list(name: string, spec: Json): string {
    const wanted = idOf(name).replaceAll('-', '_')
    let free = wanted
    for (let number = 2; this.#lists.has(free); number += 1) free = `${wanted}_${number}`
    this.#lists.set(free, spec)
    return free
  }

  /** A file of the new site with this text, made from those files; answers with its name. */
  copy(name: string, text: string, from: readonly string[]): string {
    const wanted = `lists/${idOf(name)}`
    let free = wanted
    for (let number = 2; this.copies.has(free) && this.copies.get(free) !== text; number += 1)
      free = `${wanted}-${number}`
    this.copies.set(free, text)
    this.madeFrom.set(free, [...(this.madeFrom.get(free) ?? []), ...from])
    return free
  }

  takeLists(): Fields {
    const lists = Object.fromEntries(this.#lists)
    this.#lists = new Map()
    return lists
  }
}

/** What all parts of the import of one Postfix share: its parameters, its findings, and what has been made so far. */
import { dirname, join } from 'node:path'
import type { Span } from '../../../language/diagnostic.ts'
import { type Fields, idOf, type Json } from '../draft.ts'
import type { ForeignEnvironment } from '../foreign.ts'
import { startOf } from '../nodes.ts'
import { Findings } from '../say.ts'
import type { Parameters } from './main-cf.ts'

/** A query that would refuse or accept somebody for certain, for the first tests. */
export interface ListedExample {
  readonly of: 'remote_ip' | 'sender' | 'helo' | 'rcpt'
  readonly value: string
  /** The list, for the name of the test. */
  readonly list: string
}

export class PostfixContext {
  readonly environment: ForeignEnvironment
  readonly findings: Findings
  /** main.cf. */
  readonly path: string
  /** Files of the new site, by name. */
  readonly copies = new Map<string, string>()
  /** Lists of the plugin that is being made, by name. */
  lists = new Map<string, Json>()
  readonly examples: ListedExample[] = []
  /** URLs of lists outside. */
  readonly sources: string[] = []
  /** Name of the plugin that is being made. */
  plugin = ''
  /** Some service lets clients log in. */
  hasLogins = false
  /** Notes that say that the message is dropped; each plugin has its own. */
  readonly discards = new Set<string>()
  /** Names of restriction lists under way: one that refers to itself ends there. */
  readonly open = new Set<string>()

  constructor(path: string, environment: ForeignEnvironment) {
    this.path = path
    this.environment = environment
    this.findings = new Findings(environment.report, 'Postfix')
  }

  get start(): Span {
    return startOf(this.path)
  }

  /** A file as Postfix finds it; one that was moved here with main.cf is found beside it. */
  async read(path: string): Promise<{ readonly path: string; readonly text: string } | undefined> {
    const given = await this.#text(path)
    if (given !== undefined) return { path, text: given }
    if (!path.startsWith('/etc/postfix/')) return undefined
    const here = join(dirname(this.path), path.slice('/etc/postfix/'.length))
    const text = await this.#text(here)
    return text === undefined ? undefined : { path: here, text }
  }

  async #text(path: string): Promise<string | undefined> {
    const { files, sources, machine } = this.environment
    if ((await machine.names(path)) !== undefined) return undefined
    const text = await files.read(path).catch((fault: unknown) => {
      const message = fault instanceof Error ? fault.message : `${path} cannot be read`
      this.findings.changed({ at: startOf(path), effect: 'laxer', message })
      return undefined
    })
    if (text !== undefined) sources.set(path, text)
    return text
  }

  /** Puts a list into the plugin that is being made; answers with its name there. */
  list(name: string, spec: Json): string {
    const wanted = idOf(name).replaceAll('-', '_')
    let free = wanted
    for (let number = 2; this.lists.has(free); number += 1) free = `${wanted}_${number}`
    this.lists.set(free, spec)
    return free
  }

  /** A file of the new site with this text; answers with its name. */
  copy(name: string, text: string): string {
    const wanted = `lists/${idOf(name)}`
    let free = wanted
    for (let number = 2; this.copies.has(free) && this.copies.get(free) !== text; number += 1)
      free = `${wanted}-${number}`
    this.copies.set(free, text)
    return free
  }

  /** As a fact. */
  discardNote(): string {
    const name = `note.discard_${this.plugin}`
    this.discards.add(name)
    return name
  }

  takeLists(): Fields {
    const lists = Object.fromEntries(this.lists)
    this.lists = new Map()
    return lists
  }
}

/** Whether subdomains are meant with their parent in this place. */
export function matchesParents(parameters: Parameters, place: string): boolean {
  return parameters.words('parent_domain_matches_subdomains').some(({ text }) => text === place)
}

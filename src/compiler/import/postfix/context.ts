/** What all parts of the import of one Postfix share, besides what every import has. */
import { dirname, join } from 'node:path'
import type { ForeignEnvironment } from '../foreign.ts'
import { ImportContext, type ReadFile } from '../import-context.ts'
import type { Parameters } from './main-cf.ts'

export class PostfixContext extends ImportContext {
  /** URLs of lists outside. */
  readonly sources: string[] = []
  /** Name of the plugin that is being made. */
  plugin = ''
  /** It is asked at RCPT. */
  isAtRcpt = false
  /** Notes that say that the message is dropped; each plugin has its own. */
  readonly discards = new Set<string>()
  /** Names of restriction lists under way: one that refers to itself ends there. */
  readonly open = new Set<string>()

  constructor(path: string, environment: ForeignEnvironment) {
    super(path, environment, 'Postfix')
  }

  /** One that was moved here with main.cf is found beside it. */
  override async read(path: string): Promise<ReadFile | undefined> {
    const given = await super.read(path)
    if (given || !path.startsWith('/etc/postfix/')) return given
    return super.read(join(dirname(this.path), path.slice('/etc/postfix/'.length)))
  }

  /** As a fact. */
  discardNote(): string {
    const name = `note.discard_${this.plugin}`
    this.discards.add(name)
    return name
  }
}

/** Whether subdomains are meant with their parent in this place. */
export function matchesParents(parameters: Parameters, place: string): boolean {
  return parameters.words('parent_domain_matches_subdomains').some(({ text }) => text === place)
}

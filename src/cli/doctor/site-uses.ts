/** What a site uses of the world, found by listening while its rules are compiled: DNS zones, maildirs, programs, files. */
import { resolve } from 'node:path'
import { type LoadedSite, loadSite } from '../../compiler/load-site.ts'
import type { Clock } from '../../core/ports.ts'
import type { CompileTools, DeliveryWord, MatcherWord, Vocabulary, Word } from '../../core/word.ts'
import { Report } from '../../language/diagnostic.ts'
import { readSteadily } from '../../server/life/steady-read.ts'
import { shown } from '../find-files.ts'
import { compileEnvironment, VOCABULARY } from '../wiring.ts'
import type { ZoneUse } from './look-at-dns.ts'
import { type Means, meansIn } from './look-at-means.ts'

export interface SiteUses {
  readonly loaded: LoadedSite
  readonly errors: number
  /** Each with its place. */
  readonly warnings: readonly string[]
  readonly zones: readonly ZoneUse[]
  readonly maildirs: readonly string[]
  readonly means: readonly Means[]
  /** Everything that was read. */
  readonly files: readonly string[]
}

export async function usesOf(path: string, clock: Pick<Clock, 'after'>): Promise<SiteUses> {
  const heard: Heard = { zones: new Map(), maildirs: new Set(), means: new Map() }
  const vocabulary = listening(VOCABULARY, heard)
  const report = new Report()
  const plain = compileEnvironment(report)
  const steady = await readSteadily({ files: plain.files, clock, quiet: 0, attempts: 3 }, (files) =>
    loadSite(path, { ...plain, files, vocabulary }),
  )
  if (steady.kind === 'changing') throw new Error(`${steady.paths.join(', ')} is being written to all the time`)
  return {
    loaded: steady.value,
    errors: report.errors,
    warnings: report
      .sorted()
      .flatMap(({ severity, file, range, message }) =>
        severity === 'warning' ? [`${shown(file)}:${range.start.line}: ${message}`] : [],
      ),
    zones: [...heard.zones.values()],
    maildirs: [...heard.maildirs],
    means: [...heard.means.values()],
    files: [...steady.marks].filter(([, mark]) => mark !== 'ENOENT').map(([file]) => file),
  }
}

interface Heard {
  readonly zones: Map<string, ZoneUse>
  readonly maildirs: Set<string>
  readonly means: Map<string, Means>
}

function listening({ matchers, deliveries }: Vocabulary, heard: Heard): Vocabulary {
  return {
    matchers: new Map([...matchers].map(([name, word]) => [name, hearingMatcher(word, heard)])),
    deliveries: new Map([...deliveries].map(([name, word]) => [name, hearingDelivery(word, heard)])),
  }
}

function hearingMatcher(word: MatcherWord, heard: Heard): MatcherWord {
  return {
    ...word,
    compile(given, tools) {
      hearZones(word, tools, heard)
      hearMeans(word, given, heard)
      return word.compile(given, tools)
    },
  }
}

/** Words with a list of zones; those that ask about a name have an option that says whose. */
function hearZones({ options: { properties = {} } }: MatcherWord, tools: CompileTools, { zones }: Heard): void {
  const of = properties['of'] === undefined ? 'addresses' : 'domains'
  for (const option of Object.keys(properties).filter((name) => properties[name]?.['x-list'] === 'zone'))
    for (const { text: zone } of tools.list(option).entries()) zones.set(`${of} ${zone}`, { zone, of })
}

function hearingDelivery(word: DeliveryWord, heard: Heard): DeliveryWord {
  return {
    ...word,
    compile(given) {
      const { path } = given as { readonly path: string }
      if (word.name === 'maildir') heard.maildirs.add(resolve(path))
      hearMeans(word, given, heard)
      return word.compile(given)
    },
  }
}

/** What they name is looked at by asking. */
const ASKED: ReadonlySet<string> = new Set(['sql', 'ldap', 'http'])

function hearMeans({ name }: Word, given: unknown, { means }: Heard): void {
  if (ASKED.has(name)) return
  for (const one of meansIn(name, Object(given))) means.set(`${one.about} ${one.path}`, one)
}

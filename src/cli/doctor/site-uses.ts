/** What a site uses of the world, found by listening while its rules are compiled: DNS zones, maildirs, files. */
import { resolve } from 'node:path'
import { type LoadedSite, loadSite } from '../../compiler/load-site.ts'
import type { Clock } from '../../core/ports.ts'
import type { CompileTools, DeliveryWord, MatcherWord, Vocabulary } from '../../core/word.ts'
import { Report } from '../../language/diagnostic.ts'
import { readSteadily } from '../../server/life/steady-read.ts'
import { shown } from '../find-files.ts'
import { compileEnvironment, VOCABULARY } from '../wiring.ts'
import type { ZoneUse } from './look-at-dns.ts'

export interface SiteUses {
  readonly loaded: LoadedSite
  readonly errors: number
  /** Each with its place. */
  readonly warnings: readonly string[]
  readonly zones: readonly ZoneUse[]
  readonly maildirs: readonly string[]
  /** Everything that was read. */
  readonly files: readonly string[]
}

export async function usesOf(path: string, clock: Pick<Clock, 'after'>): Promise<SiteUses> {
  const [zones, maildirs] = [new Map<string, ZoneUse>(), new Set<string>()]
  const vocabulary = listening(VOCABULARY, zones, maildirs)
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
    zones: [...zones.values()],
    maildirs: [...maildirs],
    files: [...steady.marks].filter(([, mark]) => mark !== 'ENOENT').map(([file]) => file),
  }
}

function listening(vocabulary: Vocabulary, zones: Map<string, ZoneUse>, maildirs: Set<string>): Vocabulary {
  const { matchers, deliveries } = vocabulary
  return {
    matchers: new Map([...matchers].map(([name, word]) => [name, hearingZones(word, zones)])),
    deliveries: new Map([...deliveries].map(([name, word]) => [name, hearingPaths(word, maildirs)])),
  }
}

/** Words with a list of zones; those that ask about a name have an option that says whose. */
function hearingZones(word: MatcherWord, zones: Map<string, ZoneUse>): MatcherWord {
  const { properties = {} } = word.options
  const options = Object.keys(properties).filter((option) => properties[option]?.['x-list'] === 'zone')
  const of = properties['of'] === undefined ? 'addresses' : 'domains'
  const hear = (tools: CompileTools): void => {
    for (const option of options)
      for (const { text: zone } of tools.list(option).entries()) zones.set(`${of} ${zone}`, { zone, of })
  }
  return {
    ...word,
    compile(given, tools) {
      hear(tools)
      return word.compile(given, tools)
    },
  }
}

function hearingPaths(word: DeliveryWord, maildirs: Set<string>): DeliveryWord {
  if (word.name !== 'maildir') return word
  return {
    ...word,
    compile(given) {
      const { path } = given as { readonly path: string }
      maildirs.add(resolve(path))
      return word.compile(given)
    },
  }
}

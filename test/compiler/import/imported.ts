/** Configurations of qpsmtpd that are texts: what site they make, and what is said about them. */
import { join, posix } from 'node:path'
import type { Difference } from '../../../src/compiler/import/differences.ts'
import type { ForeignSite, Machine } from '../../../src/compiler/import/foreign.ts'
import { printSite } from '../../../src/compiler/import/print-site.ts'
import { readQpsmtpd } from '../../../src/compiler/import/qpsmtpd/index.ts'
import { Report } from '../../../src/language/diagnostic.ts'

export const ETC = '/etc/qpsmtpd'

export interface Imported {
  readonly site: ForeignSite | undefined
  /** The site file, without its first line. */
  readonly text: string
  /** `plugins:3:1 error IMP001 …` */
  readonly findings: readonly string[]
}

/** Paths are relative to the directory of the configuration, or absolute. */
export async function imported(
  texts: Readonly<Record<string, string>>,
  differences: readonly Difference[] = [],
): Promise<Imported> {
  const files = new Map(Object.entries(texts).map(([name, text]) => [posix.resolve(ETC, name), text]))
  const report = new Report()
  const site = await readQpsmtpd(join(ETC, 'plugins'), {
    files: { read: async (path) => files.get(path) },
    report,
    sources: new Map(),
    builtins: new Map([['karma', '/builtins/karma.yaml']]),
    machine: machineWith([...files.keys()]),
    differences,
  })
  const findings = report.sorted().map(({ file, range: { start }, severity, code, message }) => {
    return `${posix.relative(ETC, file)}:${start.line}:${start.column} ${severity} ${code} ${message}`
  })
  return { site, text: site ? printSite(site, []) : '', findings }
}

function machineWith(paths: readonly string[]): Machine {
  return {
    hostname: 'mx.example.org',
    names: async (directory) => {
      const inside = paths.filter((path) => path.startsWith(`${directory}/`))
      const names = inside.map((path) => path.slice(directory.length + 1).split('/')[0] ?? '')
      return names.length === 0 || paths.includes(directory) ? undefined : [...new Set(names)].toSorted()
    },
  }
}

/** Lines of the list of plugins, as entries of the site file. */
export async function entries(
  plugins: string,
  more: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const { text } = await imported({ plugins, ...more })
  const [, list = ''] = text.split(/^plugins:/m)
  return list
    .trim()
    .split('\n')
    .map((line) => line.replace(/^ {2}/, ''))
}

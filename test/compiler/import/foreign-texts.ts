/** Configurations of other programs that are texts: what site they make, what is said about them, and what it decides. */
import { dirname, posix } from 'node:path'
import type { ForeignReader, ForeignSite } from '../../../src/compiler/import/foreign.ts'
import { printSite } from '../../../src/compiler/import/print-site.ts'
import { Report } from '../../../src/language/diagnostic.ts'
import type { SessionRecord } from '../../../src/testing/session-record.ts'
import { VOCABULARY } from '../../../src/cli/wiring.ts'
import { loadTexts, ROOT, tell } from '../memory-site.ts'

export interface Imported {
  readonly site: ForeignSite | undefined
  /** All files of the new site. */
  readonly files: Readonly<Record<string, string>>
  /** `main.cf:3:1 error IMP001 …` */
  readonly findings: readonly string[]
  /** Where each finding is, in the text of its file. */
  readonly marked: readonly string[]
}

/** `main` stands for the site; the other files are relative to its directory, or absolute. */
export async function importTexts(
  read: ForeignReader,
  main: string,
  texts: Readonly<Record<string, string>>,
): Promise<Imported> {
  const files = new Map(Object.entries(texts).map(([name, text]) => [posix.resolve(dirname(main), name), text]))
  const report = new Report()
  const site = await read(main, {
    files: { read: async (path) => files.get(path) },
    report,
    sources: new Map(),
    builtins: new Map([['greylist_soft', '/builtins/greylist_soft.yaml']]),
    machine: { hostname: 'mx.example.org', names: async (directory) => namesIn(directory, [...files.keys()]) },
  })
  const found = report.sorted()
  return {
    site,
    files: site ? { 'postern.yaml': printSite(site, []), ...Object.fromEntries(site.copies) } : {},
    findings: found.map(
      ({ file, range: { start }, severity, code, message }) =>
        `${posix.relative(dirname(main), file)}:${start.line}:${start.column} ${severity} ${code} ${message}`,
    ),
    marked: found.map(({ file, range }) => (files.get(file) ?? '').slice(range.start.offset, range.end.offset)),
  }
}

function namesIn(directory: string, paths: readonly string[]): readonly string[] | undefined {
  const inside = paths.filter((path) => path.startsWith(`${directory}/`))
  const names = inside.map((path) => path.slice(directory.length + 1).split('/')[0] ?? '')
  return names.length === 0 ? undefined : [...new Set(names)].toSorted()
}

/** What is wrong with the new site. Builtins are left out: only what the import wrote is compiled. */
export async function load(
  main: string,
  { files }: Imported,
  texts: Readonly<Record<string, string>>,
): ReturnType<typeof loadTexts> {
  const site = files['postern.yaml']?.replace(/^ {2}- (?:queue|auth|relay|dnsbl)\b.*\n/gm, '') ?? ''
  const theirs = Object.entries(texts).map(([name, text]) => [
    posix.relative(ROOT, posix.resolve(dirname(main), name)),
    text,
  ])
  return loadTexts({ ...Object.fromEntries(theirs), ...files, 'postern.yaml': site }, {}, VOCABULARY)
}

/** What the client hears at the hook, or of a refusal before it. */
export async function replyOf(
  main: string,
  imported: Imported,
  texts: Readonly<Record<string, string>>,
  record: SessionRecord,
  hook = 'rcpt',
): Promise<string> {
  const { site, report } = await load(main, imported, texts)
  if (!site) throw new Error(JSON.stringify(report.sorted(), undefined, 1))
  const { decisions } = await tell(site, record, false)
  return decisions.find((one) => one.hook === hook || /^[45]/.test(one.reply ?? ''))?.reply ?? ''
}

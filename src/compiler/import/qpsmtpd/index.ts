/**
 * Reads the directory of qpsmtpd's configuration (`config/`, /etc/qpsmtpd) as a site: the plugins in their order, settings,
 * and the list files where they lie.
 *
 * The file `plugins` stands for the site. Every line that could not be carried over is reported at its place: as an error when
 * mail could come in that qpsmtpd refuses, as a warning when mail could stay out, else for information.
 */
import { basename, dirname, join } from 'node:path'
import { readSource } from '../../../core/source.ts'
import { startOf } from '../../../language/diagnostic.ts'
import type { MapEntry, YamlNode } from '../../../language/node.ts'
import type { ForeignReader, ForeignSite, LeftOut } from '../foreign.ts'
import { entry, map, scalar, seq } from '../nodes.ts'
import { type AbsentRow, Findings } from '../say.ts'
import { asDaemon, inPairs, lastOf } from './arguments.ts'
import { COMPANION, type Companion, readCompanion } from './companion.ts'
import { ConfigReader, type ConfigText } from './config-reader.ts'
import { importList } from './list-file.ts'
import { listeningOf } from './listening.ts'
import { loggersOf, logOf } from './logging.ts'
import { firstTestsOf } from './first-tests-of.ts'
import { helpFilesOf } from './help-files.ts'
import { type EntryContext, entryFor } from './plugin-entry.ts'
import { onlyLooksOn, type PluginLine, pluginLine } from './plugin-line.ts'
import { limitsOf, reportQmail, reportStrangers, reportWithout } from './settings.ts'
import { QPSMTPD_SITE } from './site-file.ts'
import { PLUGIN_TABLE } from './table/index.ts'
import { type BuiltinRow, isBuiltin } from './table/row.ts'

export const readQpsmtpd: ForeignReader = async (path, environment) => {
  const reader = new ConfigReader(dirname(path), environment)
  const lines = await reader.lines(QPSMTPD_SITE)
  if (lines) return new Import(reader, await readCompanion(reader), lines.map(pluginLine).flatMap(oneForEachUrl)).run()
  environment.report.add({
    code: 'CFG110',
    at: startOf(path),
    message: `there is no file ${path}`,
    help: "name qpsmtpd's directory of configuration files, such as /etc/qpsmtpd",
  })
  return undefined
}

/** The first that answers decides to qpsmtpd, the last one here. */
function oneForEachUrl(line: PluginLine): readonly PluginLine[] {
  if (line.name !== 'http_config') return [line]
  return line.args.toReversed().map((url) => ({ ...line, args: [url], at: url.at }))
}

class Import {
  readonly #reader: ConfigReader
  readonly #findings: Findings
  readonly #companion: Companion
  readonly #lines: readonly PluginLine[]
  readonly #context: EntryContext
  readonly #entries: YamlNode[] = []
  readonly #left: LeftOut[] = []
  readonly #settings: MapEntry[] = []
  /** Files that carried plugins read. */
  readonly #files = new Set<string>()
  /** Directories of the admin's own plugins. */
  #own: readonly string[] = []
  /** Of logins. */
  readonly #mechanisms = new Set<string>()

  constructor(reader: ConfigReader, companion: Companion, lines: readonly PluginLine[]) {
    this.#reader = reader
    this.#findings = new Findings(reader.environment.report, 'qpsmtpd')
    this.#companion = companion
    this.#lines = lines
    const loaded = new Set(lines.map(({ name }) => name))
    this.#context = { reader, naughty: naughtyIn(lines), loaded, taken: new Set(), copies: [] }
  }

  async run(): Promise<ForeignSite> {
    this.#own = await ownDirectories(this.#reader)
    for (const line of await loggersOf(this.#reader)) await this.#take(line)
    for (const line of this.#lines) await this.#take(line)
    const root = map(await this.#keys(), startOf(this.#path))
    this.#reportServer()
    await reportWithout(this.#reader)
    await reportQmail(this.#reader)
    await reportStrangers(this.#reader, this.#files)
    const copies = new Map(this.#context.copies.map(({ name, text }) => [name, text]))
    const madeFrom = new Map([...copies.keys()].map((name) => [name, [this.#reader.path(basename(name))]]))
    const tests = await firstTestsOf(this.#reader, this.#entries.flatMap(outsideIn))
    return { root, copies, madeFrom, left: this.#left, ...(tests && { tests }) }
  }

  get #path(): string {
    return this.#reader.path(QPSMTPD_SITE)
  }

  async #take(line: PluginLine): Promise<void> {
    const row = line.row ?? PLUGIN_TABLE.get(line.name)
    const instead = this.#companion.instead.get(line.name)
    if (instead) this.#entries.push(instead)
    else if (this.#companion.without.has(line.name)) this.#leave(line, absentOnPurpose)
    else if (/[^ -~]/.test(line.text)) this.#leave(line, unreadable)
    else if (!row || (await this.#isOwn(line.name))) this.#leave(line, ownPerl(line.name))
    else if (isBuiltin(row)) await this.#carry(await this.#withHelp(line), row)
    else if ('absent' in row) this.#leave(line, this.#settled(line, row))
    else await this.#tls(line)
  }

  #settled(line: PluginLine, row: AbsentRow): AbsentRow {
    const { builtins } = this.#reader.environment
    const now = builtins.has(line.name) && row.instead === undefined ? thereByNow(line.name) : {}
    return { ...row, ...now, ...(onlyLooksOn(line) && { effect: 'none' }) }
  }

  async #carry(line: PluginLine, row: BuiltinRow): Promise<void> {
    for (const file of Object.values(row.files ?? {})) this.#files.add(file)
    for (const mechanism of row.mechanisms ?? []) this.#mechanisms.add(mechanism)
    if (row.splits !== undefined) this.#split(line, row.splits)
    this.#entries.push(await entryFor(line, row, this.#context))
  }

  /** Some recipients may be refused what others get. */
  #split({ args }: PluginLine, name: string): void {
    const given = lastOf(inPairs(args) ?? [], name)
    if (!given || given.text === '0' || this.#settings.some(({ key }) => key.value === 'recipients')) return
    const how = map([entry('on_split', scalar('defer_different', given.at))], given.at)
    this.#settings.push(entry('recipients', how))
  }

  async #withHelp(line: PluginLine): Promise<PluginLine> {
    if (line.name !== 'help') return line
    const { copies } = this.#context
    const number = copies.filter(({ name }) => name.startsWith('rules/')).length
    const { line: rest, copy } = await helpFilesOf(line, this.#reader, number)
    if (copy) {
      copies.push(copy)
      this.#entries.push(scalar(`./${copy.name}`, line.at))
    }
    return rest
  }

  async #isOwn(name: string): Promise<boolean> {
    for (const directory of this.#own) {
      const path = join(directory, name)
      if ((await this.#reader.environment.machine.names(dirname(path)))?.includes(basename(path))) return true
    }
    return false
  }

  #leave(line: PluginLine, { absent, effect, instead }: AbsentRow): void {
    // Without its arguments: a password may be among them, and the site file is everybody's to read.
    this.#left.push({ before: this.#entries.length, text: `${line.name} (left out: ${absent})` })
    const help = [
      ...(instead === undefined ? [] : [`in its place: ${instead}`]),
      ...(effect === 'laxer' ? [`${COMPANION} can say \`without: [${line.name}]\``] : []),
    ]
    this.#findings.missing({
      at: line.at,
      effect,
      message: `\`${line.name}\` is left out: ${absent}`,
      instead: help.length > 0 ? help.join('\n') : undefined,
    })
  }

  /** `tls CERT KEY CA DHPARAM`; without them, the files that the script tls_cert makes. */
  async #tls({ args: [cert, key, ...others], at }: PluginLine): Promise<void> {
    for (const one of others)
      this.#reader.say('info', one.at, `\`${one.text}\` means nothing here: no authority and no dhparam is wanted`)
    const ciphers = await this.#reader.first('tls_ciphers')
    const made = (given: ConfigText | undefined, name: string): MapEntry =>
      entry(
        name,
        given
          ? scalar(this.#reader.named(given.text), given.at)
          : scalar(this.#reader.path(`ssl/${TLS_FILES[name]}`), at),
      )
    const certificates = seq([map([made(cert, 'cert'), made(key, 'key')], at)], at)
    const entries = [
      entry('certificates', certificates),
      ...(ciphers ? [entry('ciphers', scalar(ciphers.text, ciphers.at))] : []),
    ]
    this.#settings.push(entry('tls', map(entries, at)))
  }

  async #keys(): Promise<readonly MapEntry[]> {
    const read = [
      ...(await this.#hostname()),
      ...(await listeningOf(this.#reader, this.#mechanisms)),
      entry('lists', scalar(this.#reader.directory, startOf(this.#path))),
      await this.#localDomains(),
      ...(await this.#spool()),
      ...this.#settings,
      ...(await logOf(this.#reader)),
      ...(await limitsOf(this.#reader)),
    ]
    const own = this.#companion.entries
    const replaced = new Set(own.flatMap(({ key }) => (key.value === 'listen' ? ['listen', 'user'] : [key.value])))
    const kept = read.filter(({ key }) => !replaced.has(key.value))
    return [...kept, ...own, entry('plugins', seq(this.#entries, startOf(this.#path)))]
  }

  async #hostname(): Promise<readonly MapEntry[]> {
    const me = await this.#reader.first('me')
    const { hostname } = this.#reader.environment.machine
    return [entry('hostname', me ? scalar(me.text, me.at) : scalar(hostname, startOf(this.#path)))]
  }

  async #localDomains(): Promise<MapEntry> {
    const path = this.#reader.path('rcpthosts')
    const list = await importList('rcpthosts', 'domain', this.#reader)
    if (list === 'missing') return entry('local_domains', seq([], startOf(this.#path)))
    if (list !== 'fine') this.#context.copies.push(list)
    return entry('local_domains', scalar(list === 'fine' ? path : list.name, startOf(path)))
  }

  /** Its own default is another one, in the home of its user. */
  async #spool(): Promise<readonly MapEntry[]> {
    const line = await this.#reader.first('spool_dir')
    return line?.text.startsWith('/') ? [entry('spool', scalar(line.text, line.at))] : []
  }

  #reportServer(): void {
    const { report, differences = [] } = this.#reader.environment
    const { length } = differences.filter(({ section }) => section === 'The server')
    if (length === 0) return
    report.add({
      code: 'IMP004',
      severity: 'info',
      at: startOf(this.#path),
      message: `the server differs from qpsmtpd's in ${length} known ways, whatever its plugins are`,
      help: 'docs/qpsmtpd-differences.md#the-server names them',
    })
  }
}

/** Lists outside that an entry asks, as tests name them. */
function outsideIn(node: YamlNode): readonly string[] {
  if (node.kind === 'map') return node.entries.flatMap(({ value }) => outsideIn(value))
  if (node.kind === 'seq') return node.items.flatMap(outsideIn)
  const text = String(node.value)
  const url = /^qmail_deliverable(?::\d+)?$/.test(text) ? String(asDaemon('127.0.0.1')) : text
  return /^(?:cdb|files|https?):/.test(url) ? [readSource({ url, kind: 'string', directory: '' }).shown] : []
}

const TLS_FILES: Readonly<Record<string, string>> = { cert: 'qpsmtpd-server.crt', key: 'qpsmtpd-server.key' }

const absentOnPurpose: AbsentRow = { absent: `${COMPANION} says so`, effect: 'none' }
const unreadable: AbsentRow = { absent: 'qpsmtpd does not start with such characters', effect: 'laxer' }

/** A builtin whose arguments have no row here. */
function thereByNow(name: string): Pick<AbsentRow, 'absent' | 'instead'> {
  return {
    absent: 'its arguments are not carried over',
    instead: `the builtin: \`instead: { ${name}: ${name} }\` in ${COMPANION}`,
  }
}

function ownPerl(name: string): AbsentRow {
  const instead = `rules of your own: \`instead: { ${name}: ./rules/${basename(name)}.yaml }\` in ${COMPANION}`
  return { absent: 'Perl of your own is not run here', effect: 'laxer', instead }
}

/** The reject_type of plugin naughty; undefined when it is not loaded. */
function naughtyIn(lines: readonly PluginLine[]): ConfigText | undefined {
  const line = lines.find(({ name }) => name === 'naughty')
  const given = line && inPairs(line.args)?.find(({ key }) => key.text === 'reject_type')
  return line && (given?.value ?? { text: 'disconnect', at: line.at })
}

/** A directory that has qpsmtpd's own plugins is not the admin's, and what comes behind it is not reached. */
async function ownDirectories(reader: ConfigReader): Promise<readonly string[]> {
  const own: string[] = []
  for (const { text } of (await reader.lines('plugin_dirs')) ?? []) {
    const names = (await reader.environment.machine.names(text)) ?? []
    if (names.includes('rcpt_ok') && names.includes('queue')) break
    own.push(text)
  }
  return own
}

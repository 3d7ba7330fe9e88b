/** One line of the list of plugins, as an entry of the site file. */
import type { Span } from '../../../language/diagnostic.ts'
import type { MapEntry, YamlNode } from '../../../language/node.ts'
import { type Difference, differencesOf } from '../differences.ts'
import { entry, map, scalar, seq } from '../nodes.ts'
import { Findings } from '../say.ts'
import { type Argument, asRejectType, inPairs, lastOf } from './arguments.ts'
import type { ConfigReader, ConfigText } from './config-reader.ts'
import { type CopiedList, importList } from './list-file.ts'
import type { PluginLine } from './plugin-line.ts'
import type { BuiltinRow, ListUse, ParamUse } from './table/row.ts'

export interface EntryContext {
  readonly reader: ConfigReader
  /** How plugin naughty refuses what others leave to it without saying how; undefined without it. */
  readonly naughty: ConfigText | undefined
  /** Names of all plugins in the list. */
  readonly loaded: ReadonlySet<string>
  /** Names of entries so far: a second one of a builtin needs a number. */
  readonly taken: Set<string>
  readonly copies: CopiedList[]
}

export async function entryFor(line: PluginLine, row: BuiltinRow, context: EntryContext): Promise<YamlNode> {
  const { at } = line
  const given = await argumentsOf(line, row, context)
  const { mode, entries } = rejecting(line, row, given, context)
  const all = lastOfEach([
    ...(await listArguments(row, at, context)),
    ...fixedArguments(row, at, context),
    ...entries,
    ...given.flatMap((one) => parameterFor(one, row, line, context)),
  ])
  reportDifferences(line, row, context)
  if (row.partly) reportPartly(line, row.partly, context)
  const use = freeName(row.builtin, context.taken)
  const args = all.length === 0 ? undefined : map(all, at)
  if (mode) return map([entry('use', scalar(use, at)), ...(args ? [entry('with', args)] : []), entry('mode', mode)], at)
  return args ? map([entry(use, args)], at) : scalar(use, at)
}

/** Of what is given twice the last one counts, as in a Perl hash. */
function lastOfEach(entries: readonly MapEntry[]): readonly MapEntry[] {
  return entries.filter(({ key }, index) => entries.findLastIndex((one) => one.key.value === key.value) === index)
}

function freeName(builtin: string, taken: Set<string>): string {
  let name = builtin
  for (let number = 1; taken.has(name); number += 1) name = `${builtin}:${number}`
  taken.add(name)
  return name
}

async function argumentsOf(
  { args, name, at }: PluginLine,
  { keyed = inPairs, settings = [], settle }: BuiltinRow,
  { reader }: EntryContext,
): Promise<readonly Argument[]> {
  const given = keyed(args)
  const [first] = args
  if (!given && first) reader.say('warning', first.at, `the arguments of \`${name}\` are not understood`)
  const inFiles: Argument[] = []
  for (const { file, keyed: inFile } of settings)
    inFiles.push(...inFile((await reader.lines(file)) ?? [], reader.path(file)))
  const all = [...inFiles, ...(given ?? [])]
  return settle ? settle(all, at) : all
}

interface Rejecting {
  readonly mode?: YamlNode
  readonly entries: readonly MapEntry[]
}

/** What every plugin understands: whether it refuses, how, and who speaks it. */
function rejecting(
  { name }: PluginLine,
  { rejects }: BuiltinRow,
  given: readonly Argument[],
  { reader, naughty }: EntryContext,
): Rejecting {
  if (!rejects) return { entries: [] }
  const type = rejects.type ? lastOf(given, 'reject_type') : undefined
  const entries = type ? [rejectType(type, name, reader)] : []
  const reject = lastOf(given, 'reject')
  if (reject?.text === '0') return { mode: scalar('monitor', reject.at), entries }
  if (reject?.text !== 'naughty' || rejects.naughty === 'at-once') return { entries }
  if (!naughty) {
    reader.say(
      'info',
      reject.at,
      `\`${name}\` leaves refusals to plugin naughty, which is not loaded: it only looks on`,
    )
    return { mode: scalar('monitor', reject.at), entries }
  }
  const isTypeless = rejects.naughty === 'typeless' && !type
  const byType = isTypeless ? [rejectType(naughty, 'naughty', reader)] : []
  return { entries: [...entries, ...byType, entry('reject', scalar('naughty', reject.at))] }
}

function rejectType({ text, at }: ConfigText, name: string, reader: ConfigReader): MapEntry {
  const word = asRejectType(text)
  if (word !== undefined) return entry('reject_type', nodeFor(word, at))
  reader.say('warning', at, `\`${name}\` has no reject_type \`${text}\`; to qpsmtpd that is perm, and so it is here`)
  return entry('reject_type', scalar('perm', at))
}

const COMMON: ReadonlySet<string> = new Set(['reject', 'reject_type', 'loglevel'])

function parameterFor(
  { key, value }: Argument,
  { params = {} }: BuiltinRow,
  { name }: PluginLine,
  { reader, loaded }: EntryContext,
): readonly MapEntry[] {
  const use = Object.hasOwn(params, key.text) ? params[key.text] : undefined
  if (!use && key.text === 'loglevel')
    reader.say('info', key.at, `\`${name}\` has no level of its own; \`logging/debug_plugin\` writes all its lines`)
  if (!use && COMMON.has(key.text)) return []
  if (!use) reader.say('warning', key.at, `\`${name}\` has no argument \`${key.text}\` here`)
  else if (use.to === undefined) reportLost(name, { key, value }, isFelt(use, loaded) ? use : {}, reader)
  if (use?.to === undefined) return []
  const text = use.isInput ? reader.named(value.text) : value.text
  const converted = use.as ? use.as(text) : text
  if (converted !== undefined) return [entry(use.to, nodeFor(converted, value.at))]
  reader.say('warning', value.at, `\`${value.text}\` is nothing for \`${use.to}\` of \`${name}\`; its default holds`)
  return []
}

function isFelt({ beside }: ParamUse, loaded: ReadonlySet<string>): boolean {
  return beside === undefined || loaded.has(beside)
}

function reportLost(
  name: string,
  { key, value }: Argument,
  { lost: effect = 'none', instead }: ParamUse,
  { environment: { report } }: ConfigReader,
): void {
  if (value.text === '0') return
  const message = `\`${key.text}\` of \`${name}\` ${effect === 'none' ? 'means nothing here' : 'is not carried over'}`
  new Findings(report, 'qpsmtpd').changed({ at: key.at, effect, message, instead })
}

function nodeFor(value: string | number | boolean | readonly string[], at: Span): YamlNode {
  if (typeof value !== 'object') return scalar(value, at)
  return seq(
    value.map((one) => scalar(one, at)),
    at,
  )
}

async function listArguments(
  { lists = [] }: BuiltinRow,
  at: Span,
  context: EntryContext,
): Promise<readonly MapEntry[]> {
  const entries: MapEntry[] = []
  for (const use of lists) {
    const node = await listArgument(use, at, context)
    if (node) entries.push(entry(use.param, node))
  }
  return entries
}

/** Nothing when the builtin finds the file by itself, or does without. */
async function listArgument(use: ListUse, at: Span, context: EntryContext): Promise<YamlNode | undefined> {
  const { reader } = context
  if (use.unread) return seq([], at)
  if (use.cdb && (await reader.has(`${use.file}.cdb`))) return scalar(`cdb:${reader.path(use.file)}.cdb`, at)
  const copy = context.copies.find(({ name }) => name === `lists/${use.file}`)
  const list = copy ?? (await importList(use.file, use.kind, reader))
  if (list === 'missing') return use.optional ? undefined : seq([], at)
  if (list === 'fine') return use.named ? scalar(reader.path(use.file), at) : undefined
  if (!copy) context.copies.push(list)
  return scalar(list.name, at)
}

function fixedArguments(
  { files = {}, always = {} }: BuiltinRow,
  at: Span,
  { reader }: EntryContext,
): readonly MapEntry[] {
  return [
    ...Object.entries(files).map(([param, file]) => entry(param, scalar(reader.path(file), at))),
    ...Object.entries(always).map(([param, value]) => entry(param, scalar(value, at))),
  ]
}

function reportPartly(
  { at, name }: PluginLine,
  { effect, message, instead }: NonNullable<BuiltinRow['partly']>,
  { reader }: EntryContext,
): void {
  new Findings(reader.environment.report, 'qpsmtpd').changed({ at, effect, message: `\`${name}\` ${message}`, instead })
}

function reportDifferences({ at, name }: PluginLine, { builtin }: BuiltinRow, { reader }: EntryContext): void {
  const { report, differences = [] } = reader.environment
  const found = differencesOf([builtin, name], differences)
  if (found.length === 0) return
  const ways = found.length === 1 ? 'one known way' : `${found.length} known ways`
  report.add({
    code: 'IMP004',
    severity: 'info',
    at,
    message: `\`${name}\` differs from qpsmtpd's in ${ways}`,
    notes: found.map(told),
    help: 'docs/qpsmtpd-differences.md says why',
  })
}

function told({ id, theirs, ours }: Difference): string {
  return `${id === undefined ? '' : `${id}: `}qpsmtpd: ${theirs}; here: ${ours}`
}

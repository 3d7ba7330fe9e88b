/** qpsmtpd's `loglevel` and `logging`, as the key `log`: a place for each logger, with its level. */
import { FACILITIES } from '../../../language/log-schema.ts'
import type { MapEntry } from '../../../language/node.ts'
import { entry, map, scalar, seq } from '../nodes.ts'
import { asLogLevel } from './arguments.ts'
import type { ConfigReader, ConfigText } from './config-reader.ts'
import { type PluginLine, pluginLine } from './plugin-line.ts'
import { PLUGIN_TABLE } from './table/index.ts'

interface Logger {
  readonly level: ConfigText
  /** As in `log: { to: [{ place: … }] }`. */
  readonly place: ConfigText
  readonly more?: readonly MapEntry[]
}

export async function logOf(reader: ConfigReader): Promise<readonly MapEntry[]> {
  const lines = (await reader.lines('logging')) ?? []
  const loggers = lines.map((line) => loggerOf(pluginLine(line), reader)).filter((one) => one !== undefined)
  const loglevel = await reader.first('loglevel')
  const entries = loggers.length > 0 ? placesOf(loggers, reader) : loglevel ? levelEntry(loglevel, reader) : []
  const [first] = entries
  return first ? [entry('log', map(entries, first.value.at))] : []
}

/** One file, or standard error alone, has a shorter form. */
function placesOf(loggers: readonly Logger[], reader: ConfigReader): readonly MapEntry[] {
  const [only, another] = loggers
  const [, kind, path = ''] = /^(file|stderr):(.*)$/.exec(only?.place.text ?? '') ?? []
  if (only && !another && kind !== undefined)
    return [...levelEntry(only.level, reader), ...(path === '' ? [] : [entry('file', scalar(path, only.place.at))])]
  const places = loggers.map(({ level, place, more = [] }) =>
    map([entry('place', scalar(place.text, place.at)), ...levelEntry(level, reader), ...more], place.at),
  )
  const [first] = places
  return first ? [entry('to', seq(places, first.at))] : []
}

function levelEntry({ text, at }: ConfigText, reader: ConfigReader): readonly MapEntry[] {
  const level = asLogLevel(text)
  if (!level) reader.say('warning', at, `\`${text}\` is no log level`)
  return level ? [entry('level', scalar(level, at))] : []
}

function loggerOf(line: PluginLine, reader: ConfigReader): Logger | undefined {
  const row = PLUGIN_TABLE.get(line.name)
  const how = row && 'setting' in row ? row.setting : undefined
  if (how === 'log-file') return fileLogger(line, reader)
  if (how === 'log-syslog') return syslogLogger(line, reader)
  if (how === 'log-level') return errorLogger(line, line.args.find(isLevel))
  reader.say('info', line.at, `\`${line.name}\` is not carried over: the log is not for plugins to write here`)
  return undefined
}

/** `logging/warn LOGINFO`, `logging/adaptive accept LOGINFO …`: the first level counts. */
function errorLogger({ at }: PluginLine, level: ConfigText | undefined): Logger {
  return { place: { text: 'stderr:', at }, level: level ?? usualLevel(at) }
}

/** What loggers do without a level of their own. */
function usualLevel(at: ConfigText['at']): ConfigText {
  return { text: 'LOGWARN', at }
}

function isLevel({ text }: ConfigText): boolean {
  return /^(?:LOG[A-Z]+|[0-7])$/.test(text)
}

/** `logging/syslog loglevel LOGINFO facility LOG_MAIL ident qpsmtpd`; its `logsock` and `priority` are ours to choose. */
function syslogLogger({ args, at }: PluginLine, reader: ConfigReader): Logger {
  const given = (name: string): ConfigText | undefined => args.find((_, index) => args[index - 1]?.text === name)
  const [facility, ident] = [given('facility'), given('ident')]
  return {
    place: { text: 'syslog:/dev/log', at },
    level: given('loglevel') ?? usualLevel(at),
    more: [
      ...(facility ? facilityEntry(facility, reader) : []),
      entry('tag', ident ? scalar(ident.text, ident.at) : scalar('qpsmtpd', at)),
    ],
  }
}

function facilityEntry({ text, at }: ConfigText, reader: ConfigReader): readonly MapEntry[] {
  const facility = FACILITIES.find((name) => name === text.toLowerCase().replace(/^log_/, ''))
  if (facility === undefined) reader.say('warning', at, `\`${text}\` is no facility here; it is mail`)
  return facility === undefined ? [] : [entry('facility', scalar(facility, at))]
}

/** What may stand before the path, and how many words it takes. */
const OPTIONS: ReadonlyMap<string, number> = new Map([
  ['loglevel', 2],
  ['tsformat', 2],
  ['nosplit', 1],
  ['reopen', 1],
])

function fileLogger(line: PluginLine, reader: ConfigReader): Logger {
  let [at, level] = [0, undefined] as [number, ConfigText | undefined]
  for (let words = OPTIONS.get(word(line, at)); words !== undefined; words = OPTIONS.get(word(line, at))) {
    if (word(line, at) === 'loglevel') level = line.args[at + 1]
    at += words
  }
  const file = line.args[at]
  if (file && !/[|%]/.test(file.text))
    return { place: { text: `file:${file.text}`, at: file.at }, level: level ?? usualLevel(line.at) }
  reader.say('warning', (file ?? line).at, 'only a plain file name is carried over; the log goes to standard error')
  return errorLogger(line, level)
}

function word({ args }: PluginLine, at: number): string {
  return args[at]?.text.toLowerCase() ?? ''
}

/** qpsmtpd's `loglevel` and `logging`, as the key `log`: one level and one file. */
import type { MapEntry } from '../../../language/node.ts'
import { entry, map, scalar } from '../nodes.ts'
import type { ConfigReader, ConfigText } from './config-reader.ts'
import { type PluginLine, pluginLine } from './plugin-line.ts'
import { PLUGIN_TABLE } from './table/index.ts'

interface Logging {
  readonly level?: ConfigText
  readonly file?: ConfigText
}

/** Of several loggers the first counts. */
export async function logOf(reader: ConfigReader): Promise<readonly MapEntry[]> {
  const lines = (await reader.lines('logging')) ?? []
  const loggers = lines.map((line) => loggerOf(pluginLine(line), reader)).filter((one) => one !== undefined)
  const loglevel = await reader.first('loglevel')
  const { level, file }: Logging = loggers[0] ?? (loglevel ? { level: loglevel } : {})
  const entries = [
    ...(level ? levelEntry(level, reader) : []),
    ...(file ? [entry('file', scalar(file.text, file.at))] : []),
  ]
  const [first] = entries
  return first ? [entry('log', map(entries, first.value.at))] : []
}

const NAMES = ['EMERG', 'ALERT', 'CRIT', 'ERROR', 'WARN', 'NOTICE', 'INFO', 'DEBUG']
const LEVELS = ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug'] as const

function levelEntry({ text, at }: ConfigText, reader: ConfigReader): readonly MapEntry[] {
  const level = LEVELS[/^[0-7]$/.test(text) ? Number(text) : NAMES.indexOf(text.replace(/^LOG/, ''))]
  if (!level) reader.say('warning', at, `\`${text}\` is no log level`)
  return level ? [entry('level', scalar(level, at))] : []
}

function loggerOf(line: PluginLine, reader: ConfigReader): Logging | undefined {
  const row = PLUGIN_TABLE.get(line.name)
  const how = row && 'setting' in row ? row.setting : undefined
  if (how === 'log-file') return fileLogger(line, reader)
  if (how === 'log-level') return levelLogger(line, reader)
  reader.say('info', line.at, `\`${line.name}\` is not carried over: the log has one place here`)
  return undefined
}

/** What loggers do without a level of their own. */
function levelOf({ at }: PluginLine, given: ConfigText | undefined): ConfigText {
  return given ?? { text: 'LOGWARN', at }
}

/** `logging/warn LOGINFO`, `logging/adaptive accept LOGINFO …`, `logging/syslog loglevel LOGINFO`. */
function levelLogger(line: PluginLine, reader: ConfigReader): Logging {
  if (line.name === 'logging/syslog')
    reader.say('info', line.at, 'the log goes to standard error, which systemd keeps, and not to syslog')
  const given = line.args.find(({ text }) => /^(?:LOG[A-Z]+|[0-7])$/.test(text))
  return { level: levelOf(line, given) }
}

/** What may stand before the path, and how many words it takes. */
const OPTIONS: ReadonlyMap<string, number> = new Map([
  ['loglevel', 2],
  ['tsformat', 2],
  ['nosplit', 1],
  ['reopen', 1],
])

function fileLogger(line: PluginLine, reader: ConfigReader): Logging {
  let [at, given] = [0, undefined] as [number, ConfigText | undefined]
  for (let words = OPTIONS.get(word(line, at)); words !== undefined; words = OPTIONS.get(word(line, at))) {
    if (word(line, at) === 'loglevel') given = line.args[at + 1]
    at += words
  }
  const [file, level] = [line.args[at], levelOf(line, given)]
  if (file && !/[|%]/.test(file.text)) return { file, level }
  reader.say('warning', (file ?? line).at, 'only a plain file name is carried over; the log goes to standard error')
  return { level }
}

function word({ args }: PluginLine, at: number): string {
  return args[at]?.text.toLowerCase() ?? ''
}

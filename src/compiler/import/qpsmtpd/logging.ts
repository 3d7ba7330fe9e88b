/** qpsmtpd's `loglevel` and `logging`: the level of the log, and plugins that are its places. */
import { STRFTIME_LETTERS } from '../../../core/strftime.ts'
import type { MapEntry } from '../../../language/node.ts'
import { entry, map, scalar } from '../nodes.ts'
import { asLogLevel } from './arguments.ts'
import type { ConfigReader } from './config-reader.ts'
import { type PluginLine, pluginLine } from './plugin-line.ts'
import { outputOf, TO_PROGRAM } from './table/logging.ts'

/** Loggers have levels of their own. */
export async function logOf(reader: ConfigReader): Promise<readonly MapEntry[]> {
  const loglevel = await reader.first('loglevel')
  if (!loglevel || ((await reader.lines('logging')) ?? []).length > 0) return []
  const { text, at } = loglevel
  const level = asLogLevel(text)
  if (!level) reader.say('warning', at, `\`${text}\` is no log level`)
  return level ? [entry('log', map([entry('level', scalar(level, at))], at))] : []
}

/** Loaded before all others. A line whose output nothing here can write to is reported and left out. */
export async function loggersOf(reader: ConfigReader): Promise<readonly PluginLine[]> {
  const lines = ((await reader.lines('logging')) ?? []).map(pluginLine)
  return lines.flatMap((line) => (line.name === 'logging/file' ? fileLogger(line, reader) : [line]))
}

/** What only a shell understands. */
const SHELL = /[^\w\s./:=@+,%-]/
const STRANGE_TIME = new RegExp(`%(?![i${STRFTIME_LETTERS}])`)

function fileLogger(line: PluginLine, reader: ConfigReader): readonly PluginLine[] {
  const output = outputOf(line.args)
  const command = output?.text.startsWith('|') ? output.text.slice(1) : undefined
  if (!output) reader.say('warning', line.at, '`logging/file` names no file, and is left out')
  else if (command !== undefined && /%/.test(command))
    reader.say('warning', output.at, 'a command that changes with time or session is left out')
  else if (command !== undefined && (SHELL.test(command) || !command.trim().startsWith('/')))
    reader.say('warning', output.at, 'no shell runs this command: it is left out; name a program by its whole path')
  else if (command === undefined && STRANGE_TIME.test(output.text))
    reader.say(
      'warning',
      output.at,
      `\`${output.text}\` has a letter behind \`%\` that has no meaning here; it is left out`,
    )
  else return [command === undefined ? line : { ...line, row: TO_PROGRAM }]
  return []
}

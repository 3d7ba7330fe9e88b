/**
 * Files that plugin help is given one by one, `COMMAND FILE` (qpsmtpd plugins/help): their texts become rules, which stand
 * before the builtin. A name without a slash is one below `./help/help/` to qpsmtpd, which nobody has.
 */
import { literal, printPlugin, type RuleDraft } from '../draft.ts'
import { type Argument, inPairs, lastOf } from './arguments.ts'
import type { ConfigReader, ConfigText } from './config-reader.ts'
import type { CopiedList } from './list-file.ts'
import type { PluginLine } from './plugin-line.ts'

const OF_THE_BUILTIN: ReadonlySet<string> = new Set(['help_dir', 'not_implemented', 'loglevel'])

export interface HelpLines {
  /** What is left for the builtin. */
  readonly line: PluginLine
  readonly copy: CopiedList | undefined
}

export async function helpFilesOf(line: PluginLine, reader: ConfigReader, number: number): Promise<HelpLines> {
  const given = inPairs(line.args) ?? []
  const files = given.filter(({ key }) => !OF_THE_BUILTIN.has(key.text))
  if (files.length === 0) return { line, copy: undefined }
  const rest = { ...line, args: given.filter((one) => !files.includes(one)).flatMap(({ key, value }) => [key, value]) }
  const says = lastOf(given, 'not_implemented')?.text ?? '0'
  const rules = says === '0' ? await rulesFor(files, reader) : []
  return { line: rest, copy: rules.length === 0 ? undefined : copyOf(rules, number) }
}

function copyOf(rules: readonly RuleDraft[], number: number): CopiedList {
  const plugin = number === 0 ? 'help-files' : `help-files-${number}`
  const summary = 'Texts of files that plugin help was given'
  return { name: `rules/${plugin}.yaml`, text: printPlugin({ plugin, summary, hooks: { help: rules } }) }
}

async function rulesFor(files: readonly Argument[], reader: ConfigReader): Promise<readonly RuleDraft[]> {
  const rules: RuleDraft[] = []
  for (const { key, value } of files) {
    const text = await textOf(value, reader)
    if (text === undefined)
      reader.say('info', value.at, `there is no help for \`${key.text}\`: no file \`${value.text}\``)
    else rules.push(ruleFor(key.text.toLowerCase(), value.text, text))
  }
  return rules
}

function ruleFor(command: string, file: string, text: string): RuleDraft {
  const message = literal(text.trimEnd()) || `No help available for SMTP command: ${literal(command)}`
  return { id: command, summary: file, match: { 'command.argument': command }, return: 'OK', message }
}

async function textOf({ text }: ConfigText, reader: ConfigReader): Promise<string | undefined> {
  return text.includes('/') ? reader.text(reader.named(text)) : undefined
}

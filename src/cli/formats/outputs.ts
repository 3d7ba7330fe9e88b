/** `-f NAME[=FILE]`: which documents a run writes, and where. Standard output gets exactly one. */
import { suggest } from '../../language/suggest.ts'
import type { Command } from '../../testing/report-shape.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { FORMAT_NAMES, FORMATS, type FormatName, isFormatName } from './index.ts'

export interface Output {
  readonly name: FormatName
  /** Standard output without it. */
  readonly file: string | undefined
}

/** For commander, which calls it for every `-f`. */
export function addOutput(text: string, others: readonly Output[] = []): readonly Output[] {
  const [name = '', ...rest] = text.split('=')
  const file = rest.length > 0 && rest.join('=') !== '-' ? rest.join('=') : undefined
  if (!isFormatName(name)) throw unknownFormat(name)
  if (file === '') throw new CommandError(`name a file behind \`${name}=\``, EXIT.usage)
  return [...others, { name, file }]
}

function unknownFormat(name: string): CommandError {
  const near = suggest(name, FORMAT_NAMES)
  const hint = near ? `did you mean \`${near}\`?` : `there are ${FORMAT_NAMES.join(', ')}`
  return new CommandError(`there is no format \`${name}\`; ${hint}`, EXIT.usage)
}

/** All but standard output. */
export function filesWritten(outputs: readonly Output[]): readonly string[] {
  return outputs.flatMap(({ file }) => file ?? [])
}

/** With one for standard output, and none twice. */
export function completeOutputs(outputs: readonly Output[], command: Command): readonly Output[] {
  for (const { name } of outputs)
    if (!FORMATS[name].commands.includes(command))
      throw new CommandError(`\`${name}\` is about tests: \`postern test -f ${name}\``, EXIT.usage)
  return withStandardOutput(outputs)
}

/** For commands whose report is none of findings, and which know these formats only. */
export function outputsAmong(names: readonly FormatName[], outputs: readonly Output[]): readonly Output[] {
  for (const { name } of outputs)
    if (!names.includes(name))
      throw new CommandError(`\`${name}\` is no format of this command; there are ${names.join(', ')}`, EXIT.usage)
  return withStandardOutput(outputs)
}

function withStandardOutput(outputs: readonly Output[]): readonly Output[] {
  const targets = outputs.map(({ file }) => file)
  const twice = targets.find((file, index) => targets.indexOf(file) < index)
  if (twice !== undefined) throw new CommandError(`two formats for ${twice}`, EXIT.usage)
  if (targets.filter((file) => file === undefined).length > 1)
    throw new CommandError(
      'two formats for standard output; give all but one a file: `-f json=report.json`',
      EXIT.usage,
    )
  return targets.includes(undefined) ? outputs : [...outputs, { name: 'pretty', file: undefined }]
}

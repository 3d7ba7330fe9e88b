/** A line of the list of plugins: `name[:N] argument…`. */
import type { Span } from '../../../language/diagnostic.ts'
import { type ConfigText, wordsOf } from './config-reader.ts'
import type { PluginRow } from './table/row.ts'

export interface PluginLine {
  /** Without `:N`, and without the `async/` of qpsmtpd-async, whose plugins do the same. */
  readonly name: string
  readonly args: readonly ConfigText[]
  /** The name. */
  readonly at: Span
  readonly text: string
  /** What becomes of it, where its arguments say so and not its name. */
  readonly row?: PluginRow
}

export function pluginLine(line: ConfigText): PluginLine {
  const [name, ...args] = wordsOf(line)
  return { name: (name?.text ?? '').replace(/:\d+$|^async\//g, ''), args, at: name?.at ?? line.at, text: line.text }
}

/** Told to refuse nothing, a plugin changes nothing but karma. */
export function onlyLooksOn({ args }: PluginLine): boolean {
  return / (?:reject 0|action log) /.test(` ${args.map(({ text }) => text).join(' ')} `)
}

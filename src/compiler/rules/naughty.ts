/**
 * `mode: naughty`: a refusal that is remembered instead of spoken, as qpsmtpd's `reject naughty`.
 *
 * Such a rule becomes another one: it sets the connection notes `naughty` (what the client would have read, with the plugin's
 * name; a line for each refusal) and `naughty_type` (the code of the first), and leaves its plugin. The plugin `naughty`
 * speaks at the hook it was told to.
 */
import { isRefusal, isReturnCode } from '../../core/verdict.ts'
import type { Report, Span } from '../../language/diagnostic.ts'
import {
  entriesOf,
  entryOf,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  textOf,
  valueOf,
  type YamlNode,
} from '../../language/node.ts'
import type { NoteDeclaration, PluginFile } from '../../language/files/plugin-file.ts'

/** Nobody owns them: every plugin may write to them. */
export const NAUGHTY_NOTES: readonly NoteDeclaration[] = [
  { name: 'naughty', type: 'text', scope: 'connection' },
  { name: 'naughty_type', type: 'text', scope: 'connection' },
]

const SPOKEN: readonly string[] = ['return', 'message', 'status', 'reply_at', 'mode', 'set']

/** Where the rule asks for this; undefined when it does not, or refuses nobody. */
export function naughtyMode(rule: MapNode): Span | undefined {
  const mode = valueOf(rule, 'mode')
  const code = textOf(valueOf(rule, 'return'))
  const isNaughty = textOf(mode) === 'naughty' && code !== undefined && isReturnCode(code) && isRefusal(code)
  return isNaughty ? mode?.at : undefined
}

/** The rule that remembers what this one refuses. */
export function remembering(rule: MapNode, plugin: string): MapNode {
  const at = valueOf(rule, 'return')?.at ?? rule.at
  const message = textOf(valueOf(rule, 'message')) ?? 'refused'
  const code = textOf(valueOf(rule, 'return')) ?? 'DENY'
  const set = valueOf(rule, 'set')
  const notes = [
    entry('note.naughty', `\${note.naughty}\n(${plugin}) ${message}`, at),
    entry('note.naughty_type', `\${note.naughty_type | ${code}}`, at),
  ]
  const kept = rule.entries.filter(({ key }) => !SPOKEN.includes(key.value))
  const changes: YamlNode = { kind: 'map', at, entries: [...entriesOf(set), ...notes] }
  return {
    ...rule,
    entries: [
      ...kept,
      { key: entryOf(rule, 'set')?.key ?? scalar('set', at), value: changes },
      entry('return', 'DECLINED', at),
    ],
  }
}

function scalar(value: string, at: Span): ScalarNode & { readonly value: string } {
  return { kind: 'scalar', at, value, source: value, quoted: true }
}

function entry(key: string, value: string, at: Span): MapEntry {
  return { key: scalar(key, at), value: scalar(value, at) }
}

/** What is remembered and never spoken would let everybody in. */
export function checkSpeaker(asked: readonly Span[], plugins: readonly PluginFile[], report: Report): void {
  const isSpoken = plugins.some(({ notes }) => notes.some(({ name }) => name === 'naughty'))
  for (const at of isSpoken ? [] : asked)
    report.add({
      code: 'CFG115',
      at,
      message: 'this refusal is remembered, and no plugin speaks it',
      help: 'add the plugin `naughty` to the site, after this one',
    })
}

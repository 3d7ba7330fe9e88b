/** Prints an imported site as a site file. Texts that are not plain words stand in double quotes, as JSON has them. */
import { type MapEntry, type MapNode, toJson, type YamlNode } from '../../language/node.ts'
import { yamlFlow, yamlText } from '../../language/yaml/text.ts'
import type { ForeignSite, LeftOut } from './foreign.ts'

/** `head`: lines for the top of the file, printed as comments. */
export function printSite({ root, left }: Pick<ForeignSite, 'root' | 'left'>, head: readonly string[]): string {
  const keys = root.entries.flatMap((entry) =>
    entry.key.value === 'plugins' ? pluginLines(entry.value, left) : keyLines(entry),
  )
  return [...head.map(comment), ...keys, ''].join('\n')
}

/** What ends a line would end the comment, and begin something else. */
function comment(text: string): string {
  return `# ${text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`
}

function keyLines({ key, value }: MapEntry): readonly string[] {
  if (value.kind !== 'map' || value.entries.length === 0) return [pair(key.value, value)]
  return [`${yamlText(key.value)}:`, ...value.entries.map((inner) => `  ${pair(inner.key.value, inner.value)}`)]
}

function pluginLines(value: YamlNode, left: readonly LeftOut[]): readonly string[] {
  const items = value.kind === 'seq' ? value.items : []
  const leftAt = (index: number): readonly string[] =>
    left.filter(({ before }) => before === index).map(({ text }) => `  ${comment(text)}`)
  const lines = items.flatMap((item, index) => [
    ...leftAt(index),
    `  - ${item.kind === 'map' && item.entries.length > 0 ? block(item) : yamlFlow(toJson(item))}`,
  ])
  return [items.length === 0 ? 'plugins: []' : 'plugins:', ...lines, ...leftAt(items.length)]
}

/** Keys of a long entry stand below each other. */
function block({ entries }: MapNode): string {
  return entries.map(({ key, value }) => pair(key.value, value)).join('\n    ')
}

function pair(key: string, value: YamlNode): string {
  return `${yamlText(key)}: ${yamlFlow(toJson(value))}`
}

/**
 * `postern-settings.yaml` beside qpsmtpd's files: what qpsmtpd is told on its command line, and what only Postern knows. Its
 * keys are those of a site file and win over what was read. `without` names plugins that are left out on purpose, `instead` what
 * stands in for one: the name of a builtin or the path of a file.
 */
import { type MapEntry, type ScalarNode, textOf, valueOf, type YamlNode } from '../../../language/node.ts'
import { parseYaml } from '../../../language/yaml/parse.ts'
import type { ConfigReader } from './config-reader.ts'

export const COMPANION = 'postern-settings.yaml'

export interface Companion {
  readonly entries: readonly MapEntry[]
  readonly without: ReadonlySet<string>
  readonly instead: ReadonlyMap<string, ScalarNode>
}

const NONE: Companion = { entries: [], without: new Set(), instead: new Map() }

export async function readCompanion(reader: ConfigReader): Promise<Companion> {
  const { files, report, sources } = reader.environment
  const path = reader.path(COMPANION)
  const text = await files.read(path)
  if (text === undefined) return NONE
  sources.set(path, text)
  const root = parseYaml(text, path, report)
  if (root?.kind !== 'map') return NONE
  const entries = root.entries.filter(({ key }) => key.value !== 'without' && key.value !== 'instead')
  return {
    entries,
    without: new Set(textsIn(valueOf(root, 'without'))),
    instead: new Map(scalarsIn(valueOf(root, 'instead'))),
  }
}

function scalarsIn(node: YamlNode | undefined): readonly (readonly [string, ScalarNode])[] {
  const entries = node?.kind === 'map' ? node.entries : []
  return entries.flatMap(({ key, value }) => (value.kind === 'scalar' ? [[key.value, value] as const] : []))
}

function textsIn(node: YamlNode | undefined): readonly string[] {
  const items = node?.kind === 'seq' ? node.items : [node]
  return items.flatMap((item) => textOf(item) ?? [])
}

/** YAML files and other texts that a site names: read once, and reported where they are not what they should be. */
import { reasonOf } from '../core/reason.ts'
import { UnreadableFile } from '../core/unreadable-file.ts'
import { type Finding, type Span, startOf } from '../language/diagnostic.ts'
import type { MapNode } from '../language/node.ts'
import { NOT_UTF8, YAML_LIMITS } from '../language/yaml/limits.ts'
import { parseYaml } from '../language/yaml/parse.ts'
import type { LoadEnvironment } from './load-environment.ts'

/** The tree of a file whose root is a map; undefined for any other, which has been reported. `at` is where it is named. */
export async function readYaml(path: string, at: Span, environment: LoadEnvironment): Promise<MapNode | undefined> {
  const { report, sources, trees } = environment
  const known = trees?.get(path)
  if (known) return known
  const before = report.errors
  const text = await readText(path, at, environment)
  if (text === undefined) return undefined
  sources.set(path, text)
  const root = parseYaml(text, path, report)
  if (root?.kind === 'map' && report.errors === before) trees?.set(path, root)
  if (root && root.kind !== 'map')
    report.add({
      code: 'CFG102',
      at: root.at,
      message: 'a file of rules is a map',
      help: 'it begins with `plugin: NAME`',
    })
  return root?.kind === 'map' ? root : undefined
}

/** Undefined for a file that is not there or cannot be read; that has been reported then. */
export async function readText(
  path: string,
  at: Span,
  { files, report }: LoadEnvironment,
): Promise<string | undefined> {
  try {
    const text = await files.read(path, YAML_LIMITS.octets)
    if (text === undefined)
      report.add({
        code: 'CFG110',
        at,
        message: `there is no file ${path}`,
        help: 'names of files are relative to the file that names them',
      })
    return text
  } catch (fault) {
    report.add(fault instanceof UnreadableFile ? inFile(path, fault) : { code: 'CFG110', at, message: reasonOf(fault) })
    return undefined
  }
}

/** Once, however many places name the file. */
function inFile(path: string, { because, notUtf8 }: UnreadableFile): Finding {
  if (!notUtf8) return { code: 'CFG110', at: startOf(path), message: `this file ${because}` }
  const { line, column } = notUtf8
  const start = { line, column, offset: 0 }
  return { ...NOT_UTF8, at: { file: path, range: { start, end: { line, column: column + 1, offset: 0 } } } }
}

/** Reads a plugin file for its documentation. */
import { Report } from '../../language/diagnostic.ts'
import { type PluginFile, readPluginFile } from '../../language/files/plugin-file.ts'
import { parseYaml } from '../../language/yaml/parse.ts'
import { listFiles } from '../../ports/list-files.ts'
import { CommandError } from '../exit-code.ts'

export async function readBuiltin(path: string): Promise<PluginFile> {
  const report = new Report()
  const text = await listFiles().read(path)
  const root = text === undefined ? undefined : parseYaml(text, path, report)
  if (root?.kind !== 'map') throw new CommandError(`${path} cannot be read; \`postern check ${path}\` says why`)
  return readPluginFile(path, root, report)
}

/** What a command is given as its site: whether it can be one, said in the words of its user. */
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Report } from '../language/diagnostic.ts'
import { fileKind } from '../language/files/file-kind.ts'
import { entriesOf } from '../language/node.ts'
import { parseYaml } from '../language/yaml/parse.ts'
import { CommandError } from './exit-code.ts'
import { mustBeRegular } from './find-files.ts'

/** Throws a CommandError, which says what to type, where a site file is not there. */
export async function mustBeSiteFile(path: string): Promise<void> {
  const stats = await stat(path).catch(() => undefined)
  if (stats?.isDirectory())
    throw new CommandError(`${path} is a directory; name its site file: ${join(path, 'postern.yaml')}`)
  if (stats) {
    mustBeRegular(path, stats)
    return mustBeSite(path)
  }
  throw new CommandError(`there is no site file ${path}; name the one you mean, or begin a site with \`postern init\``)
}

/** By its keys, where it has any: what is wrong with a site its readers say better. */
async function mustBeSite(path: string): Promise<void> {
  if (!/\.ya?ml$/.test(path)) return
  const root = parseYaml(await readFile(path, 'utf8').catch(() => ''), path, new Report())
  const kind = fileKind(entriesOf(root).map(({ key }) => key.value))
  if (kind === undefined || kind === 'site' || kind === 'policy') return
  throw new CommandError(
    `${path} is a ${kind}, and a site is wanted, such as postern.yaml; \`postern check ${path}\` looks at it`,
  )
}

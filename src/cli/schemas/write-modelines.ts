/** Schemas beside a site, and a line about them in each of its files: what `postern schema --modeline` does. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { nearestSite } from '../../compiler/site-directory.ts'
import type { Files } from '../../core/ports.ts'
import { keysAt } from '../../language/yaml/cursor.ts'
import { type FileKind, fileKind } from '../../language/files/file-kind.ts'
import type { JsonSchema } from '../../language/schema/json-schema.ts'
import { looseMarks } from '../../language/yaml/loose-yaml.ts'
import { withModelines } from './modelines.ts'
import { replaceFile } from '../replace-file.ts'

export const SCHEMA_FOLDER = '.postern/schema'

export interface Modelined {
  /** Files of ours, whether they had to be changed or not. */
  readonly files: number
  readonly changed: readonly string[]
  /** Directories that schemas were written to. */
  readonly folders: ReadonlySet<string>
}

interface With {
  readonly schemas: ReadonlyMap<string, JsonSchema>
  readonly files: Files
  /** Directory of the schemas for files that no site is above of. */
  readonly here: string
}

/** What kind a file is, its content says. Throws for a file that cannot be read or written. */
export async function writeModelines(paths: readonly string[], { schemas, files, here }: With): Promise<Modelined> {
  const changed: string[] = []
  const folders = new Set<string>()
  let count = 0
  for (const path of paths) {
    const text = await readFile(path, 'utf8')
    const kind = kindOf(text)
    if (!kind) continue
    const site = await nearestSite(path, files)
    const folder = join(site === undefined ? here : dirname(site), SCHEMA_FOLDER)
    count += 1
    folders.add(folder)
    const after = withModelines(text, schemaPath(path, folder, kind))
    if (after === text) continue
    await replaceFile(path, after)
    changed.push(path)
  }
  for (const folder of folders) await writeSchemas(folder, schemas)
  return { files: count, changed, folders }
}

export async function writeSchemas(folder: string, schemas: ReadonlyMap<string, JsonSchema>): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, schema] of schemas) await writeFile(join(folder, schemaFile(name)), schemaText(schema))
}

export function schemaFile(name: string): string {
  return `${name}.schema.json`
}

export function schemaText(schema: JsonSchema): string {
  return `${JSON.stringify(schema, null, 2)}\n`
}

function kindOf(text: string): FileKind | undefined {
  const keys = keysAt(looseMarks(text.replace(/^\ufeff/, '')), [])
  return keys.length === 0 ? undefined : fileKind(keys)
}

/** As schemas are named in files: with slashes everywhere. */
function schemaPath(path: string, folder: string, kind: FileKind): string {
  return relative(dirname(path), join(folder, schemaFile(kind))).replaceAll(sep, '/')
}

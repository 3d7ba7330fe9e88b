/** `postern schema`: JSON Schemas for editors. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { suggest } from '../../language/suggest.ts'
import { listFiles } from '../../ports/list-files.ts'
import { count } from '../counts.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { findYaml, shown } from '../find-files.ts'
import { schemaCatalog } from '../schemas/schema-catalog.ts'
import { allSchemas } from '../schemas/schemas.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'
import { VOCABULARY } from '../wiring.ts'
import { writeModelines, writeSchemas } from '../schemas/write-modelines.ts'

interface Options {
  readonly write?: string
  readonly modeline?: true | readonly string[]
}

const EXAMPLES = `
Examples:
  $ postern schema plugin
  $ postern schema --write schemas
  $ postern schema --modeline
  $ postern schema --modeline rules postern.yaml
`

export function addSchema(program: Command, { terminal }: Shell): void {
  program
    .command('schema')
    .description('Print the JSON Schema of a kind of file, or write all of them, or tell your files about them')
    .argument('[kind]', 'plugin, ruleset, site, suite, policy, session or report')
    .option('--write <directory>', 'write all schemas there, and entries for a catalog')
    .option('--modeline [path...]', 'write them beside the site, and a line for editors into each of its files')
    .addHelpText('after', EXAMPLES)
    .action(async (kind: string | undefined, { write, modeline }: Options) => {
      if (modeline) await tellFiles(modeline === true ? ['.'] : modeline, terminal)
      else if (write === undefined) terminal.print(printed(kind))
      else await writeAll(write, terminal)
    })
}

function printed(kind = ''): string {
  const schemas = allSchemas(VOCABULARY)
  const schema = schemas.get(kind)
  if (!schema) throw unknownKind(kind, [...schemas.keys()])
  return JSON.stringify(schema, null, 2)
}

function unknownKind(kind: string, kinds: readonly string[]): CommandError {
  const near = kind === '' ? undefined : suggest(kind, kinds)
  const hint = near === undefined ? `name a kind of file: ${kinds.join(', ')}` : `did you mean \`${near}\`?`
  return new CommandError(kind === '' ? hint : `there is no kind of file \`${kind}\`; ${hint}`, EXIT.usage)
}

async function writeAll(directory: string, terminal: Terminal): Promise<void> {
  const schemas = allSchemas(VOCABULARY)
  await writeSchemas(directory, schemas)
  await writeFile(join(directory, 'catalog.json'), `${JSON.stringify(schemaCatalog(schemas), null, 2)}\n`)
  terminal.talk(`wrote ${schemas.size} schemas to ${directory}`)
}

async function tellFiles(paths: readonly string[], terminal: Terminal): Promise<void> {
  const found = await findYaml(paths)
  const around = { schemas: allSchemas(VOCABULARY), files: listFiles(), here: process.cwd() }
  const { files, changed, folders } = await writeModelines(found, around)
  if (files === 0) throw new CommandError('there are no files of ours here', EXIT.nothing)
  for (const path of changed) terminal.print(shown(path))
  const where = [...folders].map((folder) => shown(folder)).join(', ')
  terminal.talk(`${count(files, 'file')}, ${changed.length} changed; schemas in ${where}`)
}

/** `postern schema`: JSON Schemas for editors. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { CommandError, EXIT } from '../exit-code.ts'
import type { Shell } from '../shell.ts'
import { allSchemas } from '../schemas.ts'
import { VOCABULARY } from '../wiring.ts'

export function addSchema(program: Command, { terminal }: Shell): void {
  program
    .command('schema')
    .description('Print the JSON Schema of a kind of file, or write all of them')
    .argument('[kind]', 'plugin, ruleset, site, suite, session or report')
    .option('--write <directory>', 'write all schemas there')
    .addHelpText('after', '\nExamples:\n  $ postern schema plugin\n  $ postern schema --write schemas\n')
    .action(async (kind: string | undefined, { write }: { write?: string }) => {
      const schemas = allSchemas(VOCABULARY)
      if (write !== undefined) {
        await mkdir(write, { recursive: true })
        for (const [name, schema] of schemas)
          await writeFile(join(write, `${name}.schema.json`), `${JSON.stringify(schema, null, 2)}\n`)
        terminal.talk(`wrote ${schemas.size} schemas to ${write}`)
        return
      }
      const schema = schemas.get(kind ?? '')
      if (!schema) throw new CommandError(`name a kind of file: ${[...schemas.keys()].join(', ')}`, EXIT.usage)
      terminal.print(JSON.stringify(schema, null, 2))
    })
}

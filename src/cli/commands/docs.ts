/** `postern docs NAME`: documentation of a builtin, word, fact, hook, limit or diagnostic code, made from its source. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { diagnosticPage } from '../documentation/documentation.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import type { Shell } from '../shell.ts'
import { pagesOf } from '../documentation/pages.ts'
import { builtinsMarkdown, pluginPage } from '../documentation/plugin-page.ts'
import { readBuiltin } from '../documentation/read-builtin.ts'
import { nearestTopic } from '../documentation/topics.ts'
import { builtinFiles, VOCABULARY } from '../wiring.ts'

export function addDocs(program: Command, { terminal }: Shell): void {
  program
    .command('docs')
    .description('Show the documentation of a builtin, word, operator, fact, hook, limit or diagnostic code')
    .argument('[topic]', 'such as dnsbl, remote_ip, rcpt, in_list or CFG101')
    .option('--write <directory>', 'write builtins.md there')
    .addHelpText('after', '\nExamples:\n  $ postern docs badmailfrom\n  $ postern docs CFG101\n')
    .action(async (name: string | undefined, { write }: { write?: string }) => {
      if (write !== undefined) {
        await writeFile(join(write, 'builtins.md'), await builtinsMarkdown())
        return
      }
      if (name === undefined) throw new CommandError('name what to show, such as `postern docs dnsbl`', EXIT.usage)
      terminal.print(await pageOf(name))
    })
}

async function pageOf(name: string): Promise<string> {
  const code = diagnosticPage(name.toUpperCase())
  if (code !== undefined) return code
  const builtin = await builtinPage(name)
  const found = [builtin ?? [], pagesOf(name, VOCABULARY)].flat()
  if (found.length === 0) throw new CommandError(`nothing is called \`${name}\`; ${nearestTopic(name)}`, EXIT.findings)
  return found.join('\n\n')
}

async function builtinPage(name: string): Promise<string | undefined> {
  const path = builtinFiles().get(name)
  return path === undefined ? undefined : pluginPage(await readBuiltin(path))
}

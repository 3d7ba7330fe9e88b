/** `postern version`. */
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { Shell } from '../shell.ts'
import { packageFile } from '../package-files.ts'

export function versionText(): string {
  const { version } = JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }
  return version
}

export function addVersion(program: Command, { terminal }: Shell): void {
  program
    .command('version')
    .description('Print the version of Postern and of Node')
    .addHelpText('after', '\nExample:\n  $ postern version\n')
    .action(() => terminal.print(`postern ${versionText()}, node ${process.versions.node}`))
}

/** `postern serve`: runs the SMTP server until it is told to stop. */
import type { Command } from 'commander'
import { runDaemon } from '../serve/run-daemon.ts'
import type { Shell } from '../shell.ts'

export function addServe(program: Command, { terminal, finish }: Shell): void {
  program
    .command('serve')
    .description('Run the SMTP server; SIGHUP loads the site again, SIGTERM and SIGINT end it after open transactions')
    .argument('[site]', 'the site file', 'postern.yaml')
    .addHelpText('after', '\nExample:\n  $ postern serve postern.yaml\n')
    .action(async (path: string) => finish(await runDaemon(path, terminal)))
}

/** `postern serve`: runs the SMTP server until it is told to stop. */
import type { Command } from 'commander'
import { runDaemon } from '../serve/run-daemon.ts'
import type { Shell } from '../shell.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'

export function addServe(program: Command, { terminal, finish }: Shell): void {
  const command = program
    .command('serve')
    .description('Run the SMTP server; SIGHUP loads the site again, SIGTERM and SIGINT end it after open transactions')
    .argument('[site]', 'the site file', 'postern.yaml')
  addSiteFlags(command)
    .addHelpText('after', '\nExamples:\n  $ postern serve postern.yaml\n  $ postern serve --qpsmtpd /etc/qpsmtpd\n')
    .action(async (path: string, flags: SiteFlags) => finish(await runDaemon(siteGiven(flags) ?? path, terminal)))
}

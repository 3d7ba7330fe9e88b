/** `postern serve`: runs the SMTP server until it is told to stop. */
import type { Command } from 'commander'
import { runDaemon } from '../serve/run-daemon.ts'
import type { Shell } from '../shell.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'

const MORE = `
Examples:
  $ postern check && postern doctor && postern serve
  $ postern serve postern.yaml
  $ postern serve --qpsmtpd /etc/qpsmtpd

Signals: HUP opens logs anew and loads the site again, and the old one stays when something is wrong with it; TERM and INT
end it after the transactions under way. What the site names, \`password=env:NAME\`, is taken from the environment.

Exits with 3 when the site cannot be served; what is said before says why.
`

export function addServe(program: Command, { terminal, finish }: Shell): void {
  const command = program
    .command('serve')
    .description('Run the SMTP server; SIGHUP loads the site again, SIGTERM and SIGINT end it after open transactions')
    .argument('[site]', 'the site file', 'postern.yaml')
  addSiteFlags(command)
    .addHelpText('after', MORE)
    .action(async (path: string, flags: SiteFlags) => finish(await runDaemon(siteGiven(flags) ?? path, terminal)))
}

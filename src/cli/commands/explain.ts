/** `postern explain`: what the rules would say to a session, and why, without a server and without the network. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { explainSession, type Explained } from '../explain-session.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { renderExplained } from '../format-explained.ts'
import type { Shell } from '../shell.ts'
import { loadCheckedSite } from '../open-site.ts'
import { readSessions, type SessionFlags } from '../read-sessions.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends SessionFlags, SiteFlags {
  readonly site: string
  readonly format: 'pretty' | 'json' | 'ndjson'
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  $ postern explain --ip 192.0.2.7 --from a@spam.example --rcpt ann@example.org
  $ postern explain --session session.json -f json
  $ postern explain --ip 192.0.2.7 --helo mx.example --from a@b.example --rcpt ann@example.org --eml mail.eml -v

DNS is answered from the session's "dns" only; what is not there is unknown.
`

export function addExplain(program: Command, { terminal, finish }: Shell): void {
  const command = program
    .command('explain')
    .description('Say what the rules decide for a session, with rule, file and line')
    .option('-s, --site <file>', 'the site file', 'postern.yaml')
    .option('--session <file>', 'a session as JSON, or one a line; - for standard input')
    .option('--ip <address>', "the client's address")
    .option('--host <name>', "the client's name")
    .option('--helo <name>', 'the name given with EHLO')
    .option('--from <address>', 'the envelope sender; "" for the null sender')
    .option('--rcpt <address...>', 'the recipients')
    .option('--eml <file>', 'the message')
    .option('--dns <answer...>', 'an answer of the DNS: "2.0.0.127.bl.example A=127.0.0.2"')
    .option('--relay-client', 'the client may relay')
    .option('-v, --verbose', 'show every rule that was asked')
    .addOption(
      new Option('-f, --format <name>', 'how to report').choices(['pretty', 'json', 'ndjson']).default('pretty'),
    )
  addSiteFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      const site = await loadCheckedSite(siteGiven(options) ?? options.site, terminal)
      const base = options.session !== undefined && options.session !== '-' ? dirname(options.session) : '.'
      const sessions = await readSessions(options)
      if (sessions.length === 0)
        throw new CommandError('no session: give --session FILE, or --ip, --from and --rcpt', EXIT.usage)
      for (const session of sessions) {
        const message = session.message === undefined ? undefined : await readMessage(resolve(base, session.message))
        report(await explainSession(site, session, message), options, terminal)
      }
      finish(EXIT.ok)
    })
}

function readMessage(path: string): Promise<Buffer> {
  return readFile(path).catch(() => {
    throw new CommandError(`${path} cannot be read`)
  })
}

function report(explained: Explained, { format, verbose = false }: Options, terminal: Terminal): void {
  if (format === 'pretty') terminal.print(renderExplained(explained, { verbose, color: terminal.color }))
  else terminal.print(JSON.stringify(explained, null, format === 'json' ? 2 : 0))
}

/** `postern serve`: runs the SMTP server until it is told to stop. */
import { randomUUID } from 'node:crypto'
import type { Command } from 'commander'
import type { LogLevel } from '../../core/effect.ts'
import type { Ports } from '../../core/ports.ts'
import { createDispatcher } from '../../engine/dispatch.ts'
import { openResolver } from '../../ports/dns-resolver.ts'
import { pinoLog } from '../../ports/pino-log.ts'
import { systemClock } from '../../ports/system-clock.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import type { Shell } from '../main.ts'
import { type OpenSite, openSite } from '../open-site.ts'
import type { Terminal } from '../terminal.ts'

const MILLISECONDS = 1000

export function addServe(program: Command, { terminal, finish }: Shell): void {
  program
    .command('serve')
    .description('Run the SMTP server; SIGTERM and SIGINT end it after the transactions under way')
    .argument('[site]', 'the site file', 'postern.yaml')
    .addHelpText('after', '\nExample:\n  $ postern serve postern.yaml\n')
    .action(async (path: string) => {
      const opened = await openSite(path, terminal)
      if (opened.site.listeners.length === 0)
        throw new CommandError(`${path} has no listener; add \`listen: [{ port: 2525 }]\``)
      await serve(opened, terminal)
      finish(EXIT.ok)
    })
}

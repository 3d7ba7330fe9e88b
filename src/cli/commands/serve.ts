/** `postern serve`: runs the SMTP server until it is told to stop. */
import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { LOG_LEVELS, type LogLevel } from '../../core/effect.ts'
import type { Ports } from '../../core/ports.ts'
import { createDispatcher } from '../../engine/dispatch.ts'
import { openResolver } from '../../ports/dns-resolver.ts'
import { pinoLog } from '../../ports/pino-log.ts'
import { systemClock } from '../../ports/system-clock.ts'
import { type Server, startServer } from '../../server/server.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import type { Shell } from '../shell.ts'
import { type OpenSite, openSite } from '../open-site.ts'
import type { Terminal } from '../terminal.ts'

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

async function serve({ site, settings }: OpenSite, terminal: Terminal): Promise<void> {
  const clock = systemClock()
  const log = pinoLog({
    level: levelOf(settings.log.level),
    ...(settings.log.file !== undefined && { file: settings.log.file }),
  })
  const resolver = openResolver({ servers: settings.dns.servers, timeout: settings.dns.timeout, attempts: 1 }, clock)
  const ports: Ports = { clock, resolver, log, carry: (target, job) => target.deliver(job) }
  const server = await startServer({
    site: () => site,
    dispatchFor: ({ program, limits }) =>
      createDispatcher(program, { deadline: limits.handler_deadline, trace: false }),
    ports,
    newId: () => randomBytes(10).toString('hex'),
    env: new Map(
      Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
    ),
  }).catch((fault: unknown) => {
    throw new CommandError(fault instanceof Error ? fault.message : String(fault))
  })
  for (const { name, address, port } of server.addresses) terminal.talk(`${name} listens on ${address}:${port}`)
  await stopped(server, site.limits.shutdown_grace)
  log.close()
}

function levelOf(name: string): LogLevel {
  return LOG_LEVELS.find((level) => level === name) ?? 'info'
}

/** Waits for SIGTERM or SIGINT and then for the transactions under way; a second signal ends them at once. */
async function stopped(server: Server, grace: number): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve())
  })
  const again = (): void => void server.close({ grace: 0 })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, again)
  await server.close({ grace })
}

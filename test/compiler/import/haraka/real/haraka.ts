/** A real Haraka on loopback: DNS from a table, clients announced by the PROXY protocol. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type DnsServer, dnsServer, type Zone } from '../../../../support/dns-server.ts'
import { freePort } from '../../../../support/free-port.ts'
import { smtpClient } from '../../../../support/smtp-client.ts'
import { type Configuration, dnsOf, type Session } from './sessions.ts'

export interface Haraka {
  /** What the client hears: the first refusal, or what the message is answered with. */
  ask(session: Session): Promise<string>
  stop(): Promise<void>
}

/** Has each resolver ask one server. */
function dnsModule(server: string): string {
  return `const dns = require('node:dns')
dns.setServers(['${server}'])
for (const holder of [dns, dns.promises]) {
  const Resolver = holder.Resolver
  holder.Resolver = class extends Resolver { constructor(options) { super(options); this.setServers(['${server}']) } }
}\n`
}

interface Place {
  /** Where \`npm install Haraka\` was run. */
  readonly installed: string
  /** An empty directory. */
  readonly directory: string
}

export async function startHaraka(
  { files }: Configuration,
  all: readonly Session[],
  { installed, directory }: Place,
): Promise<Haraka> {
  const zone: Zone = Object.assign({}, ...all.map((one) => dnsOf(one)), ...all.map((one) => addressesOf(one)))
  const dns = await dnsServer(zone)
  const port = await freePort()
  const usual = readFileSync(join(installed, 'node_modules/Haraka/config/connection.ini'), 'utf8')
  const own = {
    'smtp.ini': `listen=127.0.0.1:${port}\nnodes=0\n`,
    'connection.ini': usual.replace(/^hosts\[\].*/m, 'hosts[]=127.0.0.1'),
    loglevel: 'error\n',
  }
  for (const [name, text] of Object.entries({ ...files, ...own })) {
    const path = join(directory, 'config', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  writeFileSync(join(directory, 'dns.cjs'), dnsModule(dns.address))
  const child = spawn(
    process.execPath,
    ['--require', join(directory, 'dns.cjs'), join(installed, 'node_modules/Haraka/bin/haraka'), '-c', directory],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { PATH: '/usr/bin:/bin', YES_REALLY_DO_DISCARD: '1' } },
  )
  await listening(port, child)
  return { ask: (session) => asked(port, session), stop: () => stopped(child, dns) }
}

/** Real addresses win over what a HELO name does not have. */
function addressesOf({ ip, host }: Session): Zone {
  return host === undefined ? {} : { [`${host} A`]: [ip] }
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    const isThere = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isThere) return
    await setTimeout(100)
  }
  throw new Error('Haraka ended')
}

async function stopped(child: ChildProcess, dns: DnsServer): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  await dns.close()
}

async function asked(port: number, session: Session): Promise<string> {
  const client = smtpClient(port)
  const lines = [
    `PROXY TCP4 ${session.ip} 127.0.0.1 40000 ${port}`,
    `EHLO ${session.helo}`,
    `MAIL FROM:<${session.sender}>`,
    ...session.rcpts.map((rcpt) => `RCPT TO:<${rcpt}>`),
    'DATA',
    `${[...session.headers, '', 'Hello', '.'].join('\r\n')}`,
  ]
  let reply = ''
  for (const line of lines) {
    client.say(`${line}\r\n`)
    reply = await client.hearReply().catch(() => '(hangs up)')
    if (!/^[23]/.test(reply)) break
  }
  client.socket.destroy()
  return reply.trim()
}

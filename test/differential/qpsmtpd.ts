/**
 * Debian's qpsmtpd-forkserver on loopback, over a directory of configuration files.
 *
 * It runs as a copy without Perl's taint mode, which would not take the resolver's address from the environment.
 */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Workplace } from './workplace.ts'

const PROGRAM = '/usr/bin/qpsmtpd-forkserver'
const USER = 'qpsmtpd'
/** What plugins need and qpsmtpd's package does not ask for: Perl modules and their packages. */
const MODULES = { 'Net/IP.pm': 'libnet-ip-perl', 'IO/Socket/SSL.pm': 'libio-socket-ssl-perl' }

/** Why it cannot run here; false when it can. */
export function qpsmtpdMissing(): string | false {
  if (!existsSync(PROGRAM)) return 'qpsmtpd is not installed'
  const missing = Object.entries(MODULES).find(([path]) => !existsSync(join('/usr/share/perl5', path)))
  return missing ? `${missing[1]} is not installed` : false
}

/** Answers with its port once it listens. Rejects with what it said when it does not. */
export async function startQpsmtpd(
  test: Pick<TestContext, 'after'>,
  { root, etc }: Workplace,
  dns: string,
): Promise<number> {
  const script = join(root, 'qpsmtpd-forkserver')
  writeFileSync(script, readFileSync(PROGRAM, 'utf8').replace(/^#!.*/, ''))
  const port = await freePort()
  const user = process.getuid?.() === 0 ? ['-u', USER] : []
  const [address, dnsPort] = dns.split(':')
  const child = spawn(
    'perl',
    ['-w', script, '-l', '127.0.0.1', '-p', String(port), '-m', '1000', '-c', '100', ...user],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        QPSMTPD_CONFIG: etc,
        RES_NAMESERVERS: address,
        RES_OPTIONS: `port:${dnsPort} retrans:1 retry:2`,
      },
    },
  )
  const exited = once(child, 'exit')
  test.after(async () => {
    child.kill('SIGTERM')
    await exited
  })
  let said = ''
  const listens = new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (octets: Buffer) => {
      said += said.length < 100_000 ? octets.toString() : ''
      if (said.includes('Running as user')) resolve()
    })
    child.on('exit', () => reject(new Error(`qpsmtpd ended: ${said}`)))
  })
  await listens
  return port
}

/** It cannot say which port it was given, so one is looked for beforehand. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

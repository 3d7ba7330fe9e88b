/**
 * Exim that takes mail into a queue of the test's own and delivers nothing. It refuses the subject `refuse me`.
 *
 * Debian lets only one mail server be installed, so Exim may lie unpacked in .ci/programs (see .ci/run). Its user need not
 * exist: nss_wrapper says that it does.
 */
import { existsSync, globSync } from 'node:fs'
import { chown, mkdir, readFile } from 'node:fs/promises'
import { skipWithout, Workplace } from './workplace.ts'

const UNPACKED = new URL('../../../.ci/programs', import.meta.url).pathname
const UNPACKED_EXIM = `${UNPACKED}/usr/sbin/exim4`
const EXIM = existsSync(UNPACKED_EXIM) ? UNPACKED_EXIM : '/usr/sbin/exim4'
const [WRAPPER] = [UNPACKED, ''].flatMap((root) => globSync(`${root}/usr/lib/*/libnss_wrapper.so`))

export const noExim =
  skipWithout({ [EXIM]: 'exim4-daemon-light' }) || (WRAPPER === undefined && 'this machine has no libnss-wrapper')

const USER = 64_999

const config = (place: Workplace, more: string): string => `
primary_hostname = exim.example
spool_directory = ${place.file('spool')}
log_file_path = ${place.file('log', '%slog')}
queue_only
keep_environment =
message_size_limit = 1M
acl_not_smtp = check
begin acl
check:
  deny  condition = \${if eq{$h_subject:}{refuse me}}
        message = Not this one
  accept
${more}`

/** Sections of a configuration that sends everything on to one port of loopback, with all that is offered there. */
export const sendingTo = (port: number): string => `
begin routers
out:
  driver = manualroute
  route_list = * 127.0.0.1
  transport = smtp
  self = send
begin transports
smtp:
  driver = smtp
  port = ${port}
  allow_localhost
  hosts_try_prdr = *
`

export interface Exim {
  /** A program that is Exim. */
  readonly program: string
  /** Each message of the queue: envelope and header as Exim notes them, and its body. */
  queue(): Promise<readonly { readonly head: string; readonly body: string }[]>
  stop(): Promise<void>
}

/** `more` are sections of its configuration. */
export async function startExim(more = ''): Promise<Exim> {
  const place = await Workplace.make('exim')
  for (const name of ['spool', 'log']) {
    await mkdir(place.file(name))
    await chown(place.file(name), USER, USER)
  }
  const conf = await place.write('exim.conf', config(place, more))
  await place.write('passwd', `root:x:0:0::/root:/bin/sh\nDebian-exim:x:${USER}:${USER}::/:/bin/false\n`)
  await place.write('group', `root:x:0:\nDebian-exim:x:${USER}:\n`)
  const start = `#!/bin/sh\n${environment(place)}exec ${EXIM} -C ${conf} "$@"\n`
  return {
    program: await place.write('exim', start, 0o755),
    queue: () => readQueue(place),
    stop: () => place.remove(),
  }
}

function environment(place: Workplace): string {
  if (WRAPPER === undefined) return ''
  const variables = {
    LD_PRELOAD: WRAPPER,
    LD_LIBRARY_PATH: globSync(`${UNPACKED}/usr/lib/*-linux-*`).join(':'),
    NSS_WRAPPER_PASSWD: place.file('passwd'),
    NSS_WRAPPER_GROUP: place.file('group'),
  }
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value}'\n`)
    .join('')
}

async function readQueue(place: Workplace): ReturnType<Exim['queue']> {
  const names = globSync('*-H', { cwd: place.file('spool', 'input') }).toSorted()
  const read = (name: string): Promise<string> => readFile(place.file('spool', 'input', name), 'latin1')
  return Promise.all(names.map(async (name) => ({ head: await read(name), body: await read(name.replace(/H$/, 'D')) })))
}

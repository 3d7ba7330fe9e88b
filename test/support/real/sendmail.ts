/**
 * Sendmail that asks a milter, takes mail for example.org into a queue of the test's own, and delivers nothing.
 *
 * Debian lets only one mail server be installed, so it lies unpacked in .ci/programs (see .ci/run). It does not start on a
 * machine whose name has no dot: it gets a name of its own (UTS namespace).
 */
import { globSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { answering, run, skipWithout, Workplace } from './workplace.ts'
import { freePort } from '../free-port.ts'

const UNPACKED = new URL('../../../.ci/programs', import.meta.url).pathname
const SENDMAIL = `${UNPACKED}/usr/libexec/sendmail/sendmail`
const FILES = `${UNPACKED}/usr/share/sendmail/cf`
const M4 = `${UNPACKED}/usr/bin/m4`

export const noSendmail = skipWithout({
  [SENDMAIL]: 'sendmail-bin',
  [`${FILES}/m4/cf.m4`]: 'sendmail-cf',
  [M4]: 'm4',
  '/usr/bin/unshare': 'util-linux',
})

const config = (place: Workplace, port: number, milter: number): string => `
include(\`${FILES}/m4/cf.m4')dnl
OSTYPE(\`linux')dnl
define(\`confDOMAIN_NAME', \`sendmail.example')dnl
define(\`QUEUE_DIR', \`${place.file('queue')}')dnl
define(\`confPID_FILE', \`${place.file('pid')}')dnl
define(\`STATUS_FILE', \`${place.file('stats')}')dnl
define(\`ALIAS_FILE', \`')dnl
define(\`confCR_FILE', \`-o ${place.file('relay')}')dnl
define(\`confCW_FILE', \`-o ${place.file('cw')}')dnl
define(\`confDELIVERY_MODE', \`queueonly')dnl
define(\`confDEF_USER_ID', \`nobody:nogroup')dnl
define(\`confTO_IDENT', \`0')dnl
define(\`confMILTER_MACROS_CONNECT', confMILTER_MACROS_CONNECT\`, {client_ptr}')dnl
FEATURE(\`no_default_msa')dnl
FEATURE(\`accept_unresolvable_domains')dnl
DAEMON_OPTIONS(\`Port=${port}, Addr=127.0.0.1, Name=MTA')dnl
INPUT_MAIL_FILTER(\`postern', \`S=inet:${milter}@127.0.0.1, F=T, T=C:30s;S:30s;R:60s;E:5m')dnl
MAILER(\`smtp')dnl
LOCAL_CONFIG
Cwexample.org
`

export interface Sendmail {
  readonly port: number
  /** Envelope and header of each message in the queue. */
  queue(): Promise<readonly string[]>
  stop(): Promise<void>
}

export async function startSendmail(milter: number): Promise<Sendmail> {
  const place = await Workplace.make('sendmail')
  await mkdir(place.file('queue'), { mode: 0o700 })
  const port = await freePort()
  const source = await place.write('sendmail.mc', config(place, port, milter))
  const { stdout } = await run(M4, [`-D_CF_DIR_=${FILES}/`, source], { maxBuffer: 2 ** 24 })
  const cf = await place.write('sendmail.cf', stdout.replace(/^O RunAsUser.*$/m, ''))
  const start = `#!/bin/sh\nhostname sendmail.example\nexec ${SENDMAIL} -bD -C ${cf}\n`
  place.start('/usr/bin/unshare', ['--uts', await place.write('start', start, 0o755)])
  await answering({ port })
  return { port, queue: () => readQueue(place), stop: () => place.remove() }
}

function readQueue(place: Workplace): Promise<readonly string[]> {
  const names = globSync('qf*', { cwd: place.file('queue') }).toSorted()
  return Promise.all(names.map((name) => readFile(place.file('queue', name), 'latin1')))
}

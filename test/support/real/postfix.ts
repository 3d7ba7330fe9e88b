/**
 * Postfix on loopback: takes mail for some users of example.org into maildirs, and has a queue of its own.
 *
 * The mail system is Debian's, with configuration, queue and log in the test's directory.
 */
import { chown, mkdir, readFile } from 'node:fs/promises'
import { answering, run, skipWithout, Workplace } from './workplace.ts'
import { freePort } from '../free-port.ts'

export const noPostfix = skipWithout({ '/usr/sbin/postfix': 'postfix', '/usr/lib/postfix/sbin/smtpd': 'postfix' })

const TLS = new URL('../tls/', import.meta.url).pathname

const MASTER = (port: number): string => `
127.0.0.1:${port} inet n - n - - smtpd
pickup    unix n - n 1 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
proxymap  unix - - n - - proxymap
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
`

const main = (place: Workplace, uid: number, gid: number): string => `
compatibility_level = 3.6
queue_directory = ${place.file('spool')}
data_directory = ${place.file('data')}
maillog_file = ${place.file('log')}
maillog_file_prefixes = ${place.path}
myhostname = postfix.example
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
virtual_mailbox_domains = example.org
virtual_mailbox_base = ${place.path}
virtual_mailbox_maps = texthash:${place.file('etc', 'boxes')}
virtual_minimum_uid = 1
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${gid}
smtpd_tls_cert_file = ${TLS}server.pem
smtpd_tls_key_file = ${TLS}server.key
smtpd_tls_security_level = may
smtpd_authorized_xclient_hosts = 127.0.0.1
smtpd_authorized_xforward_hosts = 127.0.0.1
`

export interface Postfix {
  readonly port: number
  /** Configuration directory. */
  readonly config: string
  /** Whole messages that a recipient has, `Return-Path` and `Delivered-To` first. */
  messages(recipient: string, count: number): Promise<readonly string[]>
  log(): Promise<string>
  stop(): Promise<void>
}

/** `more` are lines of main.cf. */
export async function startPostfix(more: readonly string[] = []): Promise<Postfix> {
  const place = await Workplace.make('postfix')
  const [uid, gid] = [await idOf('-u'), await idOf('-g')]
  for (const name of ['etc', 'spool', 'data', 'mail']) await mkdir(place.file(name))
  for (const name of ['data', 'mail']) await chown(place.file(name), uid, gid)
  const port = await freePort()
  await place.write('etc/main.cf', main(place, uid, gid) + more.map((line) => `${line}\n`).join(''))
  await place.write('etc/master.cf', MASTER(port))
  await place.write('etc/boxes', BOXES)
  await run('/usr/sbin/postfix', ['-c', place.file('etc'), 'check'])
  place.start('/usr/lib/postfix/sbin/master', ['-c', place.file('etc'), '-d'])
  await answering({ port })
  return {
    port,
    config: place.file('etc'),
    messages: (recipient, count) => place.messages(count, 'mail', recipient, 'new'),
    log: () => readFile(place.file('log'), 'utf8'),
    stop: () => place.remove(),
  }
}

const USERS = ['joe', 'jack', 'jane', 'jim', 'jill', 'jürgen', 'jon', '-bp', 'jean', 'judy', 'jules']
const BOXES = USERS.map((name) => `${name}@example.org mail/${name}/\n`).join('')

async function idOf(option: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [option, 'postfix'])).stdout)
}

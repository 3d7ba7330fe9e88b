/**
 * Dovecot's LMTP server, on a Unix socket: `bob` and `eve` at example.org have mailboxes, `full` has one without room.
 */
import { chown, mkdir } from 'node:fs/promises'
import { answering, run, skipWithout, Workplace } from './workplace.ts'

export const noDovecot = skipWithout({ '/usr/sbin/dovecot': 'dovecot-core', '/usr/lib/dovecot/lmtp': 'dovecot-lmtpd' })

const config = (place: Workplace): string => `
protocols = lmtp
base_dir = ${place.file('run')}
state_dir = ${place.file('state')}
log_path = ${place.file('log')}
ssl = no
first_valid_uid = 1
mail_location = maildir:~/Maildir
mail_plugins = quota
plugin {
  quota = maildir:User quota
}
service lmtp {
  unix_listener ${place.file('lmtp')} {
    mode = 0600
  }
}
passdb {
  driver = static
  args = nopassword=y
}
userdb {
  driver = passwd-file
  args = username_format=%Lu ${place.file('users')}
}
`

export interface Dovecot {
  /** Unix socket. */
  readonly path: string
  messages(user: string, count: number): Promise<readonly string[]>
  stop(): Promise<void>
}

export async function startDovecot(): Promise<Dovecot> {
  const place = await Workplace.make('dovecot')
  const [uid, gid] = [await idOf('-u'), await idOf('-g')]
  await mkdir(place.file('mail'))
  await chown(place.file('mail'), uid, gid)
  const user = (name: string, extra = ''): string =>
    `${name}@example.org::${uid}:${gid}::${place.file('mail', name)}::${extra}\n`
  await place.write('users', user('bob') + user('eve') + user('full', 'userdb_quota_rule=*:bytes=10'))
  await place.write('dovecot.conf', config(place))
  place.start('/usr/sbin/dovecot', ['-F', '-c', place.file('dovecot.conf')])
  const path = place.file('lmtp')
  await answering({ path })
  return {
    path,
    messages: (name, count) => place.messages(count, 'mail', name, 'Maildir', 'new'),
    stop: () => place.remove(),
  }
}

async function idOf(option: '-u' | '-g'): Promise<number> {
  return Number((await run('id', [option, 'dovecot'])).stdout)
}

/** Passwords in what is imported: they come into no file that everybody may read. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { readHaraka } from '../../../src/compiler/import/haraka/index.ts'
import { readPostfix } from '../../../src/compiler/import/postfix/index.ts'
import { importTexts } from './foreign-texts.ts'
import { imported } from './imported.ts'

const SECRET = 'hunter2'

it('arguments of a qpsmtpd plugin that is left out', async () => {
  const { text } = await imported({
    plugins: `auth/auth_vpopmail_sql ${SECRET}\nhouse password=${SECRET}\nvirus/clamdscan ${SECRET}\n`,
    vpopmail_mysql_pass: SECRET,
  })
  assert.match(text, /# house \(left out/)
  assert.doesNotMatch(text, /hunter2/)
})

it('settings of Postfix for databases, in files and in findings', async () => {
  const { files, findings } = await importTexts(readPostfix, '/etc/postfix/main.cf', {
    'main.cf':
      'smtpd_recipient_restrictions = check_recipient_access pgsql:/etc/postfix/pg.cf, reject_unauth_destination\nvirtual_alias_maps = mysql:/etc/postfix/my.cf\n',
    'pg.cf': `hosts = db\nuser = u\npassword = ${SECRET}\ndbname = m\nquery = SELECT x FROM y WHERE z='%s'\n`,
    'my.cf': `hosts = postgresql://u:${SECRET}@db/m\npassword = ${SECRET}\ndbname = m\nquery = SELECT x FROM y WHERE z='%s'\n`,
  })
  assert.match(files['postern.yaml'] ?? '', /env:POSTERN_LIST_PASSWORD|plugins/)
  assert.doesNotMatch(JSON.stringify([files, findings]), /hunter2/)
})

it('settings of Haraka, but for the file of passwords, which only its owner may read', async () => {
  const { site, files, findings } = await importTexts(readHaraka, '/etc/haraka/config/plugins', {
    plugins: 'auth/flat_file\nqueue/smtp_forward\nredis\n',
    'auth_flat_file.ini': `[users]\nann=${SECRET}\n`,
    'smtp_forward.ini': `host=x\nauth_user=u\nauth_pass=${SECRET}\nauth_type=plain\n`,
    'redis.ini': `[redis]\npassword=${SECRET}\n`,
  })
  const having = Object.entries(files).filter(([, text]) => text.includes(SECRET))
  assert.deepEqual(
    having.map(([name]) => name),
    ['passwords'],
  )
  assert.equal(site?.modes?.get('passwords'), 0o600)
  assert.doesNotMatch(findings.join('\n'), /hunter2/)
})

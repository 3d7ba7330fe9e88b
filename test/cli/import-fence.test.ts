/** Configurations that somebody else wrote, imported by root: nothing is read elsewhere, and no password is shown. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { maskSecrets } from '../../src/cli/masked-secrets.ts'
import { folder } from './folder.ts'

const SECRET = 'hunter2'
/** As in /etc/shadow: a word that no report may have. */
const SHADOW = `root:${SECRET}:19000:0:99999:7:::\n`

const POSTFIX = (path: string): string => `compatibility_level = 3.6
myhostname = mx.example.org
mydestination = example.org
local_recipient_maps =
smtpd_recipient_restrictions = reject_unauth_destination, check_sender_access hash:${path}
`

/** What names a file elsewhere, with `{}` in its place. */
const NAMED: Readonly<Record<string, readonly [program: string, files: Readonly<Record<string, string>>]>> = {
  'a table of Postfix': ['postfix', { 'etc/main.cf': POSTFIX('{}') }],
  'domains of Postfix': ['postfix', { 'etc/main.cf': 'myhostname = mx.example.org\nmydestination = {}\n' }],
  'networks of Postfix': ['postfix', { 'etc/main.cf': 'myhostname = mx.example.org\nmynetworks = {}\n' }],
  'a database of Postfix': ['postfix', { 'etc/main.cf': POSTFIX('x').replace('hash:x', 'mysql:{}') }],
  'what qpsmtpd includes': ['qpsmtpd', { 'etc/plugins': 'rcpt_ok\n', 'etc/rcpthosts': '$include {}\n' }],
}

describe('an import reads what lies in its directory', () => {
  for (const [what, [program, files]] of Object.entries(NAMED))
    it(`and not ${what}`, async (test) => {
      const { path, postern } = folder(test, { 'else/shadow': SHADOW, ...files })
      for (const [name, text] of Object.entries(files))
        writeFileSync(join(path, name), text.replace('{}', join(path, 'else/shadow')))
      const refused = await postern(['import', program, 'etc', '--to', 'site'])
      assert.match(refused.stdout, /shadow lies elsewhere, and is not read; `--follow \S*else` allows it/)
      assert.doesNotMatch(refused.stdout + refused.stderr, /hunter2/)
      const allowed = await postern(['import', program, 'etc', '--follow', 'else'])
      assert.doesNotMatch(allowed.stdout, /lies elsewhere/)
    })

  for (const [program, name, main] of [
    ['postfix', 'senders', { 'etc/main.cf': POSTFIX('/etc/postfix/senders') }],
    ['haraka', 'config/host_list', { 'etc/config/plugins': 'rcpt_to.in_host_list\n' }],
    ['qpsmtpd', 'badmailfrom', { 'etc/plugins': 'badmailfrom\nrcpt_ok\n' }],
  ] as const)
    it(`and not where a link of ${program} leads`, async (test) => {
      const { path, postern } = folder(test, { ...main, 'else/shadow': SHADOW })
      symlinkSync(join(path, 'else/shadow'), join(path, 'etc', name))
      const { stdout, stderr } = await postern(['import', program, 'etc'])
      assert.match(stdout, /leads to \S*shadow, and is not read; `--follow \S*else` allows it/)
      assert.doesNotMatch(stdout + stderr, /hunter2/)
    })

  it('and no key, which is for certificates alone', async (test) => {
    const { postern } = folder(test, { 'etc/main.cf': POSTFIX('/etc/ssl/openssl.cnf') })
    const { stdout } = await postern(['import', 'postfix', 'etc'])
    assert.match(stdout, /`\/etc\/ssl\/openssl\.cnf` is left out|not read; `--follow \/etc\/ssl/)
    assert.doesNotMatch(stdout, /oid_section|copy/)
  })

  it('be the directory a link itself', async (test) => {
    const { path, postern } = folder(test, {
      'real/main.cf': POSTFIX('/etc/postfix/senders'),
      'real/senders': 'spam.example REJECT\n',
    })
    mkdirSync(join(path, 'links'))
    symlinkSync(join(path, 'real'), join(path, 'links/etc'))
    assert.doesNotMatch((await postern(['import', 'postfix', 'links/etc'])).stdout, /not read/)
  })
})

describe('a report of an import', () => {
  it('has no password of main.cf, master.cf or a table', async (test) => {
    const { postern } = folder(test, {
      'etc/main.cf': `${POSTFIX('/etc/postfix/x').replace('hash:', 'mysql:')}virtual_alias_maps = mysql:/etc/postfix/x
smtp_sasl_password_maps = inline:{
   {[relay.example]:587 = ann:${SECRET}} }
smtp_sasl_password_maps = static:ann:${SECRET}
`,
      'etc/master.cf': `smtp inet n - y - - smtpd\n  -o smtp_sasl_password_maps=static:ann:${SECRET}\n  -o milter_macro=x\n`,
      'etc/x': `hosts = db\nuser = u\npassword = ${SECRET}\ndbname = m\nquery = SELECT 'x%%' FROM y\n`,
    })
    for (const format of ['pretty', 'json', 'html', 'sarif']) {
      const { stdout, stderr } = await postern(['import', 'postfix', 'etc', '-f', format])
      assert.match(stdout, /smtp_sasl_password_maps/)
      assert.doesNotMatch(stdout + stderr, /hunter2/)
    }
  })

  it('is made of texts that keep their lines and columns', () => {
    const text = `a = b\npassword = x y\n  more\nhosts = mysql://u:pw@h\nldap_bind_pw=z\nbypass = c\n`
    const masked = `a = b\npassword = * *\n  ****\nhosts = mysql://u:**@h\nldap_bind_pw=*\nbypass = c\n`
    assert.equal(maskSecrets('/etc/postfix/x.cf', text), masked)
    assert.equal(maskSecrets('/h/auth_flat_file.ini', '[users]\nann=x\n'), '[users]\nann=*\n')
  })

  for (const [written, shown] of [
    ['auth/x dsn dbi:mysql:x user ann pass pw1', 'auth/x dsn dbi:mysql:x user ann pass ***'],
    ['auth/x ldap_bindpw=pw1 dbpass pw2 --pw pw3 token:pw4', 'auth/x ldap_bindpw=*** dbpass *** --pw *** token:***'],
    ['auth/x "password"  "pw1" Secret pw2', 'auth/x "password"  ***** Secret ***'],
    ['auth/auth_checkpassword checkpw /bin/checkpassword true', undefined],
    ['greylisting bypass 1 sender 2', undefined],
  ])
    it(`is without what plugins are told: ${written}`, () =>
      assert.equal(maskSecrets('/q/config/plugins', `${written}\nnext pass x\n`), `${shown ?? written}\nnext pass *\n`))

  it('hides all of a password in a URL', () => {
    assert.equal(maskSecrets('/q/x', 'a = mysql://u:p@w/d@h/b c'), 'a = mysql://u:*****@h/b c')
    assert.equal(maskSecrets('/q/x', 'a = http://h:80/b'), 'a = http://h:80/b')
  })
})

describe('what is written', () => {
  const INLINE = POSTFIX('').replace('hash:', 'inline:{spam.example=REJECT, vip.example=OK}')
  const modesIn = (directory: string): readonly number[] => {
    const [list = ''] = readdirSync(join(directory, 'lists'))
    return ['postern.yaml', `lists/${list}`].map((name) => statSync(join(directory, name)).mode & 0o777)
  }

  it('is for everybody only when what it is made from is', async (test) => {
    const { path, postern } = folder(test, { 'etc/main.cf': INLINE })
    for (const [mode, written] of [
      [0o644, 0o644],
      [0o600, 0o640],
    ] as const) {
      chmodSync(join(path, 'etc/main.cf'), mode)
      await postern(['import', 'postfix', 'etc', '--to', 'site', '--force'])
      assert.deepEqual(modesIn(join(path, 'site')), [written, written])
    }
  })

  it('takes the place of a link that is there, and leaves alone what it leads to', async (test) => {
    const { path, postern, read } = folder(test, { 'etc/main.cf': INLINE, precious: 'as it was' })
    mkdirSync(join(path, 'site'))
    symlinkSync(join(path, 'precious'), join(path, 'site/postern.yaml'))
    await postern(['import', 'postfix', 'etc', '--to', 'site', '--force'])
    assert.equal(read('precious'), 'as it was')
    assert.match(read('site/postern.yaml'), /^# Made by/)
    assert.deepEqual(
      readdirSync(join(path, 'site')).filter((name) => name.endsWith('.tmp')),
      [],
    )
  })
})

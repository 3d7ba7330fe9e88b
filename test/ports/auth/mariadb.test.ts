/** auth/auth_vpopmail_sql over a real MariaDB, with vpopmail's table as vpopmail makes it: all mechanisms. */
import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { said } from '../../server/real/site.ts'
import { noMariadb, startMariadb } from '../../support/real/servers.ts'
import { skipWithout } from '../../support/real/workplace.ts'
import { serve, siteFolder } from '../../support/served-site.ts'

const TABLE = `
CREATE TABLE vpopmail (pw_name char(32) NOT NULL, pw_domain char(96) NOT NULL, pw_passwd char(40), pw_clear_passwd char(16),
  PRIMARY KEY (pw_name, pw_domain));
INSERT INTO vpopmail VALUES ('ann', 'example.org', '$1$salt$hash', 'pencil'), ('bob', 'example.org', '$1$salt$hash', NULL),
  ('eve', 'example.org', '', '');
`

const ATTEMPTS = [
  ['PLAIN', 'ann@example.org', 'pencil', 235],
  ['LOGIN', 'ann@example.org', 'pencil', 235],
  ['CRAM-MD5', 'ann@example.org', 'pencil', 235],
  ['CRAM-MD5', 'ANN@Example.org', 'pencil', 235],
  ['PLAIN', 'ann@example.org', 'pen', 535],
  ['CRAM-MD5', 'ann@example.org', 'pen', 535],
  ['PLAIN', 'bob@example.org', 'pencil', 535],
  ['CRAM-MD5', 'eve@example.org', 'pencil', 535],
  ['PLAIN', "' OR 1=1 -- @example.org", 'pencil', 535],
] as const

async function served(test: TestContext): Promise<number> {
  const port = await startMariadb(TABLE)
  const use = `auth/auth_vpopmail_sql: { database: "mysql://postern@127.0.0.1:${port}/mail", password_file: vpopmail_mysql_pass }`
  const auth = 'auth: { mechanisms: [PLAIN, LOGIN, CRAM-MD5], without_tls: true }'
  const site = siteFolder(test, {
    listen: `{ name: mx, port: 0, ${auth} }`,
    more: ['limits: { auth_delay: 1 }'],
    plugins: [use],
  })
  site.write('vpopmail_mysql_pass', 'sesame\n')
  chmodSync(site.path('vpopmail_mysql_pass'), 0o600)
  return (await serve(test, site)).port
}

const skip = noMariadb || skipWithout({ '/usr/bin/swaks': 'swaks' }, false)

describe('auth/auth_vpopmail_sql and MariaDB', { skip }, () => {
  it("takes the passwords that vpopmail keeps in clear, by every mechanism, and nobody's where there is none", async (test) => {
    const port = await served(test)
    for (const [mechanism, user, password, code] of ATTEMPTS) {
      const login = ['--auth', mechanism, '--auth-user', user, '--auth-password', password, '--quit-after', 'AUTH']
      const heard = await said('swaks', ['--server', `127.0.0.1:${port}`, ...login])
      assert.match(heard, new RegExp(`<(?:-|~|\\*\\*?)+ +${code} `), `${mechanism} ${user} ${password}\n${heard}`)
    }
  })
})

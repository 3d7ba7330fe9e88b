/** auth_ldap against a real slapd, and against directories made of octets. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { checkFilter, fillFilter } from '../../../src/ports/auth/ldap-filter.ts'
import { authLdap } from '../../../src/ports/auth/ldap.ts'
import { userName } from '../../../src/ports/auth/login.ts'
import { type Backend, backend, compiled, type Options } from './asking.ts'
import { CLOSE, type FakeBackend, fakeBackend, HANG, type Script } from './fake-backend.ts'
import { LDAP_BASE as BASE, noSlapd, openSlapd, tlsFile } from '../../support/real/servers.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()
writeFileSync(join(directory, 'reader'), 'readerpw\n')

const ACCESS = [
  'to attrs=userPassword by anonymous auth by * none',
  `to dn.subtree="ou=secret,${BASE}" by dn.base="cn=reader,${BASE}" read by anonymous auth by * none`,
  'to * by * read',
]

function person(uid: string, password: string | undefined, ou = ''): string {
  return `
dn: uid=${uid},${ou}${BASE}
objectClass: inetOrgPerson
uid: ${uid}
cn: ${uid}
sn: Example
mail: ${uid}@example.org
${password === undefined ? '' : `userPassword: ${password}\n`}`
}

const ENTRIES = `dn: ou=secret,${BASE}
objectClass: organizationalUnit
ou: secret

${person('ann', 'pencil')}${person('bob', undefined)}${person('twin', 'one')}${person('twin', 'two', 'ou=secret,')}${person('sue', 'hidden', 'ou=secret,')}
dn:: ${Buffer.from(`uid=zoë\\,x,${BASE}`).toString('base64')}
objectClass: inetOrgPerson
uid:: ${Buffer.from('zoë,x').toString('base64')}
cn: zoe
sn: Example
userPassword: pencil
`

let ports = { port: 0, tlsPort: 0 }
before(async () => {
  if (noSlapd === false) ports = await openSlapd(ENTRIES, ACCESS)
})

function ldap(options: Options = {}): Backend {
  return backend(authLdap, { host: 'localhost', port: ports.port, tls: 'none', base: BASE, ...options })
}

describe('auth_ldap and slapd', () => {
  const cases: readonly (readonly [user: string, password: string, truth: string])[] = [
    ['ann', 'pencil', 'hit'],
    ['ann@example.org', 'pencil', 'hit'],
    ['ANN', 'pencil', 'hit'],
    ['ann', 'pen', 'miss'],
    ['nobody', 'pencil', 'miss'],
    ['bob', 'pencil', 'miss'],
    ['ann', '', 'miss'],
    ['a*', 'pencil', 'miss'],
    ['*', 'pencil', 'miss'],
    ['ann)(uid=*', 'pencil', 'miss'],
    ['ann)(|(uid=*', 'pencil', 'miss'],
    ['\\61nn', 'pencil', 'miss'],
    ['zoë,x', 'pencil', 'hit'],
    ['twin', 'one', 'unknown'],
  ]
  for (const [user, password, truth] of cases)
    test(`${user} with ${password || 'nothing'}: ${truth}`, { skip: noSlapd }, async () => {
      const reader = { bind_dn: `cn=reader,${BASE}`, bind_password_file: join(directory, 'reader') }
      const match = await ldap(user === 'twin' ? reader : {}).logIn(user, password)
      assert.equal(match.truth, truth, match.because)
    })
  test('what anonymous may not see is found by who may', { skip: noSlapd }, async () => {
    assert.equal((await ldap().logIn('sue', 'hidden')).truth, 'miss')
    const reader = { bind_dn: `cn=reader,${BASE}`, bind_password_file: join(directory, 'reader') }
    assert.equal((await ldap(reader).logIn('sue', 'hidden')).truth, 'hit')
    assert.equal((await ldap(reader).logIn('sue', 'pencil')).truth, 'miss')
  })
  test('who searches and is refused is no wrong password of the user', { skip: noSlapd }, async () => {
    writeFileSync(join(directory, 'wrong'), 'nonsense\n')
    const reader = { bind_dn: `cn=reader,${BASE}`, bind_password_file: join(directory, 'wrong') }
    assert.match((await ldap(reader).logIn('ann', 'pencil')).because ?? '', /InvalidCredentialsError/)
    const none = { ...reader, bind_password_file: join(directory, 'nowhere') }
    assert.match((await ldap(none).logIn('ann', 'pencil')).because ?? '', /nowhere cannot be read/)
  })
  test('a filter may want the whole address, and more', { skip: noSlapd }, async () => {
    const filter = '(&(objectClass=inetOrgPerson)(mail=%u))'
    assert.equal((await ldap({ filter }).logIn('ann@example.org', 'pencil')).truth, 'hit')
    assert.equal((await ldap({ filter }).logIn('ann', 'pencil')).truth, 'miss')
  })
  test('a base that is not there is unknown', { skip: noSlapd }, async () => {
    assert.equal((await ldap({ base: 'dc=nowhere' }).logIn('ann', 'pencil')).truth, 'unknown')
  })
  for (const tls of ['required', 'implicit'])
    test(`TLS: ${tls}`, { skip: noSlapd }, async () => {
      const options = { tls, port: tls === 'implicit' ? ports.tlsPort : ports.port }
      const known = ldap({ ...options, ca_file: tlsFile('ca.pem') })
      assert.deepEqual(await known.logIn('ann', 'pencil'), { truth: 'hit' })
      assert.equal((await known.logIn('ann', 'pen')).truth, 'miss')
      assert.equal((await ldap(options).logIn('ann', 'pencil')).truth, 'unknown')
    })
})

describe('auth_ldap and a directory made of octets', () => {
  /** LDAPResult of message 1 with a result code (RFC 4511 section 4.1.9). */
  const result = (tag: number, code: number): Buffer =>
    Buffer.from([0x30, 12, 2, 1, 1, tag, 7, 10, 1, code, 4, 0, 4, 0])
  const EXTENDED = 0x78
  const cases: Readonly<Record<string, readonly [Script, Options]>> = {
    'says nothing': [[['', HANG]], {}],
    'hangs up': [[['', CLOSE]], {}],
    'speaks another protocol': [[['', '220 mail.example ESMTP\r\n']], {}],
    'says that a message of a gigabyte follows': [[['', Buffer.from([0x30, 0x84, 0x40, 0, 0, 0])]], {}],
    'refuses STARTTLS': [[['1.3.6.1.4.1.1466.20037', result(EXTENDED, 52)]], { tls: 'required' }],
    'promises TLS and does not speak it': [
      [['1.3.6.1.4.1.1466.20037', Buffer.concat([result(EXTENDED, 0), Buffer.from('nonsense')])]],
      { tls: 'required' },
    ],
    'hangs up when TLS begins': [
      [
        ['1.3.6.1.4.1.1466.20037', result(EXTENDED, 0)],
        ['', CLOSE],
      ],
      { tls: 'required' },
    ],
  }
  for (const [what, [script, options]] of Object.entries(cases))
    test(`one that ${what} is unknown, hears no password, and is hung up on`, async () => {
      const fake: FakeBackend = await fakeBackend(script)
      const { logIn, clock } = ldap({ ...options, port: fake.port, host: '127.0.0.1' })
      const answer = logIn('ann', 'pencil')
      await fake.reached
      await settled()
      clock.advance(20_000)
      assert.equal((await answer).truth, 'unknown')
      await fake.idle()
      assert.doesNotMatch(fake.heard(), /pencil/)
      assert.equal(fake.connections(), 1)
    })
  test('one that is not there is unknown', async () => {
    assert.match((await ldap({ port: 1 }).logIn('ann', 'pencil')).because ?? '', /ECONNREFUSED/)
  })
})

/** Lets what is on its way over loopback arrive. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('the filter of auth_ldap', () => {
  const upper = (text: string): string => text.toUpperCase()
  test('has places for the name', () => {
    assert.equal(fillFilter('(|(a=%u)(b=%l)(c=%d))', userName('x@y'), upper), '(|(a=X@Y)(b=X)(c=Y))')
    assert.equal(fillFilter('(a=%l%d)', userName('x'), upper), '(a=X)')
  })
  test('is filled once', () => {
    assert.equal(
      fillFilter('(a=%u)', userName('%l$&%d'), (text) => text),
      '(a=%l$&%d)',
    )
  })
  for (const [filter, because] of [
    ['uid=%l', /stands in parentheses/],
    ['(uid=ann)', /must have %u or %l/],
    ['(uid=%n)', /has %n; %u, %l and %d are known/],
  ] as const)
    test(`${filter} is refused at load`, () => assert.throws(() => checkFilter(filter), { message: because }))
  test('goes with who searches and the password, or neither', () => {
    assert.throws(() => compiled(authLdap, { base: BASE, bind_dn: 'cn=x' }), /go together/)
  })
})

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes, scryptSync } from 'node:crypto'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { asStored, costliest, isPassword, readSecret } from '../../../src/ports/auth/secret.ts'
import { findProgram, needs } from '../../support/real/programs.ts'

const bare = (octets: Buffer): string => octets.toString('base64').replace(/=+$/, '')

/** RFC 7914 section 12, the third vector, in PHC form. */
const SCRYPT_RFC =
  '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887'
const SCRYPT = `$scrypt$ln=14,r=8,p=1$${bare(Buffer.from('SodiumChloride'))}$${bare(Buffer.from(SCRYPT_RFC, 'hex'))}`
/** From the tests of the reference implementation (github.com/P-H-C/phc-winner-argon2, src/test.c). */
const ARGON2ID = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
const ARGON2I = '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA'
/** RFC 7677 section 3. */
const SCRAM =
  '{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='

describe('a secret that is right for its password', () => {
  const cases: readonly (readonly [secret: string, password: string])[] = [
    ['pencil', 'pencil'],
    ['a:b{c}$d$', 'a:b{c}$d$'],
    ['{PLAIN}{SSHA}', '{SSHA}'],
    ['{cleartext}$6$abc', '$6$abc'],
    [SCRYPT, 'pleaseletmein'],
    [`{SCRYPT}${SCRYPT}`, 'pleaseletmein'],
    [ARGON2ID, 'password'],
    [`{ARGON2ID}${ARGON2ID}`, 'password'],
    [ARGON2I, 'password'],
    [SCRAM, 'pencil'],
  ]
  for (const [secret, password] of cases)
    test(secret.slice(0, 40), async () => {
      assert.equal(await isPassword(readSecret(secret), password), true)
      assert.equal(await isPassword(readSecret(secret), `${password}x`), false)
      assert.equal(await isPassword(readSecret(secret), ''), false)
    })

  test('two keyboards may spell it differently', async () => {
    assert.equal(await isPassword(readSecret('I\u00adX'), '\u2168'), true)
  })

  const digests = { SSHA: 'sha1', SSHA256: 'sha256', SSHA512: 'sha512' }
  test('digests with any salt', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.entries(digests)),
        fc.string(),
        fc.string(),
        fc.uint8Array({ minLength: 1, maxLength: 32 }),
        async ([scheme, hash], password, other, salt) => {
          const digest = createHash(hash).update(password).update(salt).digest()
          const secret = readSecret(`{${scheme}}${Buffer.concat([digest, salt]).toString('base64')}`)
          assert.equal(await isPassword(secret, password), true)
          assert.equal(await isPassword(secret, other), Buffer.from(password).equals(Buffer.from(other)))
        },
      ),
    )
  })

  test('scrypt with small costs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string(),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 4 }),
        async (password, ln, r) => {
          const salt = randomBytes(16)
          const digest = scryptSync(password, salt, 32, { N: 2 ** ln, r, p: 2 })
          const secret = readSecret(`$scrypt$ln=${ln},r=${r},p=2$${bare(salt)}$${bare(digest)}`)
          assert.equal(await isPassword(secret, password), true)
          assert.equal(await isPassword(secret, `${password}.`), false)
        },
      ),
      { numRuns: 20 },
    )
  })
})

describe('a secret that cannot be used', () => {
  const cases: readonly (readonly [secret: string, because: RegExp])[] = [
    ['$2b$12$abcdefghijklmnopqrstuv', /^\$2b\$ cannot be checked here; let auth_saslauthd, /],
    ['$6$salt$hash', /^\$6\$ cannot be checked here/],
    ['$y$j9T$salt$hash', /^\$y\$ cannot/],
    ['{BLF-CRYPT}$2y$05$abc', /^\{BLF-CRYPT\} cannot be checked here.*write \{PLAIN\} before/],
    ['{SHA512-CRYPT}$6$salt$hash', /^\{SHA512-CRYPT\} cannot/],
    ['{SSHA}', /^\{SSHA\} is not followed by base64/],
    ['{SSHA}not base64', /^\{SSHA\} is not followed by base64/],
    [`{SSHA}${Buffer.alloc(20).toString('base64')}`, /a digest and a salt/],
    ['{SCRAM-SHA-256}4096,YQ==,YQ==,YQ==', /count, salt, stored key and server key/],
    [SCRAM.replace('4096', '0'), /count, salt/],
    [SCRAM.replace('4096', '99999999999'), /count, salt/],
    [`${SCRAM},YQ==`, /count, salt/],
    ['$scrypt$ln=14,r=8$abc$def', /^\$scrypt\$ is not followed by/],
    ['$scrypt$ln=30,r=8,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', /more than 1 GiB/],
    ['$scrypt$ln=14,r=8,p=1$YQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc', /is not followed by/],
    [ARGON2ID.replace('v=19', 'v=16'), /is not followed by v=19/],
    [ARGON2ID.replace('65536', '9999999'), /more than 1 GiB/],
    [ARGON2ID.replace('65536', '7'), /is not followed by/],
    ['{ARGON2ID}password', /cannot be checked here/],
  ]
  for (const [secret, because] of cases)
    test(secret.slice(0, 50), () => assert.throws(() => readSecret(secret), { message: because }))

  test('is not repeated in the complaint', () => {
    for (const secret of ['$2b$12$SECRETSECRET', '{BLF-CRYPT}SECRET', '{SSHA}SECRET!', '{SCRAM-SHA-1}SECRET'])
      assert.throws(
        () => readSecret(secret),
        (error: Error) => !error.message.includes('SECRET'),
      )
  })
})

test('only what proves something is handed to challenge mechanisms', () => {
  assert.deepEqual(asStored(readSecret('pencil')), { kind: 'clear', password: 'pencil' })
  assert.equal(asStored(readSecret(SCRAM))?.kind, 'scram')
  assert.equal(asStored(readSecret(ARGON2ID)), undefined)
})

test('a user that is not there costs as much as the one that costs most', () => {
  const secrets = ['pencil', ARGON2ID, SCRAM, SCRYPT].map(readSecret)
  assert.equal(costliest(secrets)?.kind, 'argon2')
  assert.equal(costliest([])?.kind, undefined)
})

describe('what doveadm writes', () => {
  const doveadm = findProgram('doveadm')
  const skip = needs(doveadm, 'doveadm')
  for (const scheme of ['SSHA', 'SSHA256', 'SSHA512', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'ARGON2ID', 'ARGON2I', 'PLAIN'])
    test(scheme, { skip }, async () => {
      const { stdout, stderr } = spawnSync(doveadm ?? '', ['pw', '-s', scheme, '-p', 'pencil'], { encoding: 'utf8' })
      const secret = readSecret(stdout.trim() || assert.fail(stderr))
      assert.equal(await isPassword(secret, 'pencil'), true)
      assert.equal(await isPassword(secret, 'pen'), false)
    })
})

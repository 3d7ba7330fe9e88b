/** auth_file: qpsmtpd's flat file, what may stand in it, and every mechanism that it serves. */
import assert from 'node:assert/strict'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { authFile } from '../../../src/ports/auth/auth-file.ts'
import type { AuthAnswer } from '../../../src/smtp/sasl/exchange.ts'
import { converse, cramClient, loginClient, plainClient, scramClient } from '../../smtp/sasl/client.ts'
import { house } from '../../smtp/sasl/house.ts'
import { attemptOf, type Backend, backend, compiled, provided } from './asking.ts'

let directory = ''
let count = 0
before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-auth-'))))
after(() => rm(directory, { recursive: true }))

async function fileOf(...lines: readonly string[]): Promise<string> {
  count += 1
  const file = join(directory, `passwords-${count}`)
  await writeFile(file, `${lines.join('\n')}\n`)
  return file
}

async function passwords(...lines: readonly string[]): Promise<Backend> {
  return backend(authFile, { file: await fileOf(...lines) })
}

/** `{SSHA512}` of `pencil` with the salt `salt1234`. */
const DIGEST =
  '{SSHA512}7GGzpgoedM1s9X29qZDg4NYQZxQg4TsHbJs+GwbwqzFSYvkEBU2hYfzE2SEvUfF29i6SZK4VuRUrliVTBHph0HNhbHQxMjM0'
const SCRAM =
  '{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU='

describe('auth_file', () => {
  const file = [
    '# people',
    '',
    'ann@example.org:pencil',
    '  bob@example.org:a:b ',
    'carol:pen',
    `dan@example.org:${SCRAM}`,
  ]
  const cases: readonly (readonly [user: string, password: string, truth: string])[] = [
    ['ann@example.org', 'pencil', 'hit'],
    ['Ann@EXAMPLE.org', 'pencil', 'hit'],
    ['ann@example.org', 'Pencil', 'miss'],
    ['ann@example.org', '', 'miss'],
    ['ann', 'pencil', 'miss'],
    ['bob@example.org', 'a:b', 'hit'],
    ['carol', 'pen', 'hit'],
    ['carol@example.org', 'pen', 'miss'],
    ['dan@example.org', 'pencil', 'hit'],
    ['dan@example.org', SCRAM, 'miss'],
    ['nobody@example.org', 'pencil', 'miss'],
    ['.*@example.org', 'pencil', 'miss'],
    ['__proto__', 'pencil', 'miss'],
    ['# people', '', 'miss'],
  ]
  for (const [user, password, truth] of cases)
    test(`${user} with ${password.slice(0, 10) || 'nothing'}: ${truth}`, async () => {
      assert.equal((await (await passwords(...file)).logIn(user, password)).truth, truth)
    })

  test('is read again when it has changed, and when it was replaced', async () => {
    const path = await fileOf('ann@example.org:pencil')
    const { logIn } = backend(authFile, { file: path })
    assert.equal((await logIn('ann@example.org', 'pencil')).truth, 'hit')
    await writeFile(path, 'ann@example.org:crayon')
    assert.equal((await logIn('ann@example.org', 'pencil')).truth, 'miss')
    assert.equal((await logIn('ann@example.org', 'crayon')).truth, 'hit')
    await rename(await fileOf('ann@example.org:chalk!'), path)
    assert.equal((await logIn('ann@example.org', 'chalk!')).truth, 'hit')
  })

  test('a file that is not there yet is unknown, and no obstacle at load', async () => {
    const path = join(directory, 'later')
    const { logIn } = backend(authFile, { file: path })
    const match = await logIn('ann@example.org', 'pencil')
    assert.deepEqual(match, { truth: 'unknown', because: `there is no file ${path}` })
    await writeFile(path, 'ann@example.org:pencil')
    assert.equal((await logIn('ann@example.org', 'pencil')).truth, 'hit')
  })

  for (const [line, because] of [
    ['ann@example.org:$6$salt$hash', /passwords-\d+:2: \$6\$ cannot be checked here/],
    ['ann@example.org', /passwords-\d+:2 is not user:password/],
    ['ann@example.org:', /passwords-\d+:2 is not user:password/],
    ['BOB@example.org:b', /passwords-\d+:2: the user has a line already/],
  ] as const)
    test(`the line ${line} is refused at load`, async () => {
      const path = await fileOf('bob@example.org:a', line)
      assert.throws(() => compiled(authFile, { file: path }), { message: because })
    })

  test('a line that goes bad later spoils its own user alone', async () => {
    const path = await fileOf('bob@example.org:a')
    const { logIn } = backend(authFile, { file: path })
    await writeFile(path, 'bob@example.org:a\nann@example.org:$2b$12$x\neve@example.org:one\neve@example.org:two')
    assert.equal((await logIn('bob@example.org', 'a')).truth, 'hit')
    assert.equal((await logIn('ann@example.org', 'x')).truth, 'unknown')
    assert.equal((await logIn('eve@example.org', 'one')).truth, 'unknown')
  })

  test('what is no text file is unknown', async () => {
    const path = await fileOf('ann@example.org:pencil')
    const { logIn } = backend(authFile, { file: path })
    await writeFile(path, Buffer.from([0x61, 0x3a, 0xff, 0xfe]))
    assert.match((await logIn('ann@example.org', 'pencil')).because ?? '', /is not text in UTF-8/)
  })
})

describe('auth_file and challenges', () => {
  test('passwords in clear and SCRAM keys are handed over, digests are not', async () => {
    const store = await passwords('ann@example.org:pencil', `dan@example.org:${SCRAM}`, `sue@example.org:${DIGEST}`)
    assert.deepEqual((await provided(store, 'ANN@example.org'))[0]?.secret, { kind: 'clear', password: 'pencil' })
    assert.equal((await provided(store, 'dan@example.org'))[0]?.secret.kind, 'scram')
    assert.deepEqual(await provided(store, 'sue@example.org'), [])
    assert.deepEqual(await provided(store, 'nobody@example.org'), [])
  })

  test('a proof counts for the instance whose secret it proves', async () => {
    const [one, other] = [await passwords('ann@example.org:pencil'), await passwords('ann@example.org:pencil')]
    const [given] = await provided(one, 'ann@example.org')
    const proof = attemptOf({ mechanism: 'CRAM-MD5', provedBy: given?.by })
    assert.equal((await one.ask(proof)).truth, 'hit')
    assert.equal((await other.ask(proof)).truth, 'miss')
    assert.equal((await one.ask(attemptOf({ mechanism: 'CRAM-MD5' }))).truth, 'miss')
    assert.equal((await one.ask(attemptOf({ mechanism: 'XOAUTH2', token: 'pencil' }))).truth, 'miss')
  })

  const clients = {
    PLAIN: plainClient,
    LOGIN: loginClient,
    'CRAM-MD5': cramClient,
    'SCRAM-SHA-1': (user: string, password: string) => scramClient({ hash: 'sha1', user, password }),
    'SCRAM-SHA-256': (user: string, password: string) => scramClient({ hash: 'sha256', user, password }),
  }
  for (const [mechanism, client] of Object.entries(clients))
    test(`from the client to the file: ${mechanism}`, async () => {
      const store = await passwords('ann@example.org:pencil', `dan@example.org:${SCRAM}`)
      const answers = { hit: 'accept', miss: 'deny', unknown: 'temporary' } as const
      const ask = async (attempt: Parameters<Backend['ask']>[0]): Promise<AuthAnswer> =>
        answers[(await store.ask(attempt)).truth]
      const logIn = async (user: string, password: string): Promise<string> =>
        (await converse(house({}, ask).start(mechanism), client(user, password))).kind
      assert.equal(await logIn('Ann@example.org', 'pencil'), 'done')
      assert.equal(await logIn('ann@example.org', 'pen'), 'failed')
      assert.equal(await logIn('nobody@example.org', 'pencil'), 'failed')
      const knows = mechanism === 'SCRAM-SHA-256' || mechanism === 'PLAIN' || mechanism === 'LOGIN'
      assert.equal(await logIn('dan@example.org', 'pencil'), knows ? 'done' : 'failed')
    })
})

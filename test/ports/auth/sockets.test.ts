/** auth_saslauthd and auth_dovecot against sockets made of answers. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { MatcherWord } from '../../../src/core/word.ts'
import { authDovecot } from '../../../src/ports/auth/dovecot.ts'
import { authSaslauthd } from '../../../src/ports/auth/saslauthd.ts'
import { contextAt } from '../../support/hook-context.ts'
import { attemptOf, type Backend, backend, type Options } from './asking.ts'
import { CLOSE, type FakeBackend, fakeBackend, HANG, type Script } from './fake-backend.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

const directory = temporaryDirectory()
let count = 0

interface Asked {
  readonly daemon: FakeBackend
  readonly word: Backend
}

async function daemonFor(word: MatcherWord, script: Script, options: Options = {}): Promise<Asked> {
  count += 1
  const socket = join(directory, `socket-${count}`)
  return { daemon: await fakeBackend(script, socket), word: backend(word, { socket, ...options }) }
}

function counted(text: string): Buffer {
  const size = Buffer.alloc(2)
  size.writeUInt16BE(Buffer.byteLength(text))
  return Buffer.concat([size, Buffer.from(text)])
}

describe('auth_saslauthd', () => {
  const request = Buffer.concat(['ann', 'pencil', 'smtp', 'example.org'].map(counted))
  const answering = (answer: Buffer | string): Script => [[request, answer]]

  for (const [answer, truth] of [
    ['OK', 'hit'],
    ['OK success', 'hit'],
    ['NO', 'miss'],
    ['NO "authentication failed"', 'miss'],
    ['PERHAPS', 'unknown'],
    ['', 'unknown'],
  ] as const)
    test(`${JSON.stringify(answer)}: ${truth}`, async () => {
      const { word } = await daemonFor(authSaslauthd, answering(counted(answer)))
      assert.equal((await word.logIn('ann@example.org', 'pencil')).truth, truth)
    })
  test('the service may be another one', async () => {
    const other = Buffer.concat(['ann', 'pencil', 'submission', ''].map(counted))
    const { word } = await daemonFor(authSaslauthd, [[other, counted('OK')]], { service: 'submission' })
    assert.equal((await word.logIn('ann', 'pencil')).truth, 'hit')
  })
  test('what it has no room for is a wrong password', async () => {
    const { daemon, word } = await daemonFor(authSaslauthd, [])
    assert.equal((await word.logIn('ann@example.org', 'x'.repeat(257))).truth, 'miss')
    assert.equal(daemon.connections(), 0)
  })
  for (const [what, script] of Object.entries<Script>({
    'hangs up': [[request, CLOSE]],
    'answers half a count': answering(Buffer.from([0])),
    'promises more than it says': answering(Buffer.concat([Buffer.from([0, 9]), Buffer.from('OK')])),
  }))
    test(`one that ${what} is unknown`, async () => {
      const { daemon, word } = await daemonFor(authSaslauthd, script)
      const answer = word.logIn('ann@example.org', 'pencil')
      await daemon.reached
      word.clock.advance(20_000)
      assert.equal((await answer).truth, 'unknown')
    })
  test('one that is not there is unknown', async () => {
    const word = backend(authSaslauthd, { socket: join(directory, 'nowhere') })
    assert.match((await word.logIn('ann@example.org', 'pencil')).because ?? '', /the connection failed: .*ENOENT/)
  })
})

describe('auth_dovecot', () => {
  const HELLO = 'VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t7\nCUID\t8\nCOOKIE\tabc\nDONE\n'
  const RESPONSE = Buffer.from('\0ann@example.org\0pencil').toString('base64')
  const answering = (answer: string): Script => [
    ['', HELLO],
    [`resp=${RESPONSE}\n`, answer],
  ]

  for (const [answer, truth] of [
    ['OK\t1\tuser=ann\n', 'hit'],
    ['OK\t2\tuser=eve\nFAIL\t1\tuser=ann\n', 'miss'],
    ['MECH\tLOGIN\nOK\t1\n', 'hit'],
    ['FAIL\t1\tuser=ann\n', 'miss'],
    ['FAIL\t1\tuser=ann\tuser_disabled\n', 'miss'],
    ['FAIL\t1\tuser=ann\ttemp\n', 'unknown'],
    ['FAIL\t1\tuser=ann\tcode=temp_fail\n', 'unknown'],
    ['FAIL\t1\treason=temp\n', 'miss'],
  ] as const)
    test(`${JSON.stringify(answer)}: ${truth}`, async () => {
      const { word } = await daemonFor(authDovecot, answering(answer))
      assert.equal((await word.logIn('ann@example.org', 'pencil')).truth, truth)
    })
  test('Dovecot learns where the client comes from, and whether the password came under TLS', async () => {
    const { daemon, word } = await daemonFor(authDovecot, answering('OK\t1\n'))
    const context = contextAt('auth')
    context.connection.tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' }
    await word.ask(attemptOf({ password: 'pencil' }), { connection: context.connection })
    const { remote, local } = context.connection
    assert.match(daemon.heard(), /^VERSION\t1\t2\nCPID\t\d+\nAUTH\t1\tPLAIN\tservice=smtp\tnologin\t/)
    const facts = `lip=${local.ip}\tlport=${local.port}\trip=${remote.ip}\trport=${remote.port}\tsecured\tresp=`
    assert.ok(daemon.heard().includes(facts), daemon.heard())
  })
  test('nothing that the user gives can be a word of the protocol', async () => {
    const response = Buffer.from('\0ann\tsecured\0x\nAUTH\t2').toString('base64')
    const { daemon, word } = await daemonFor(authDovecot, [
      ['', HELLO],
      [`resp=${response}\n`, 'FAIL\t1\n'],
    ])
    await word.logIn('ann\tsecured', 'x\nAUTH\t2')
    assert.equal(daemon.heard().split('\n').length, 4)
    assert.doesNotMatch(daemon.heard(), /secured|AUTH\t2/)
  })
  for (const [what, script] of Object.entries<Script>({
    'speaks another version': [['', HELLO.replace('VERSION\t1', 'VERSION\t2')]],
    'has no version': [['', HELLO.replace('VERSION', 'VERSIO')]],
    'does not stop greeting': [['', 'MECH\tX\n'.repeat(200)]],
    'asks for more': answering('CONT\t1\t\n'),
    'hangs up': [['', CLOSE]],
    'says nothing': [['', HANG]],
  }))
    test(`one that ${what} is unknown`, async () => {
      const { daemon, word } = await daemonFor(authDovecot, script)
      const answer = word.logIn('ann@example.org', 'pencil')
      await daemon.reached
      word.clock.advance(20_000)
      assert.equal((await answer).truth, 'unknown')
    })
})

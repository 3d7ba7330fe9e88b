/** auth_checkpassword: programs that answer, hang, write, do not read, or are not there. */
import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { after, before, describe, test } from 'node:test'
import { authCheckpassword } from '../../../src/ports/auth/checkpassword.ts'
import { type Backend, backend, compiled } from './asking.ts'

let directory = ''
let count = 0
before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-auth-'))))
after(() => rm(directory, { recursive: true }))

/** A program of the family: `sh`, with what the test wants it to do. */
async function program(script: string, ...options: readonly object[]): Promise<Backend> {
  count += 1
  const path = join(directory, `checkpw-${count}`)
  await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return backend(authCheckpassword, Object.assign({ command: [path, '/bin/true'] }, ...options))
}

/** Reads as checkpassword does, NUL for NUL, and runs its argument after success. */
const REAL = `
given=$(tr '\\0' '\\n' <&3 | od -An -c | tr -d ' \\n')
[ "$given" = 'ann@example.org\\npencil\\nY123456\\n' ] || exit 1
exec "$@"`

describe('auth_checkpassword', () => {
  test('a program of the family says yes and no', async () => {
    const { logIn } = await program(REAL)
    assert.equal((await logIn('ann@example.org', 'pencil')).truth, 'hit')
    assert.equal((await logIn('ann@example.org', 'pen')).truth, 'miss')
    assert.equal((await logIn('nobody@example.org', 'pencil')).truth, 'miss')
  })
  test('it may be told the local part alone', async () => {
    const { logIn } = await program(REAL.replace('ann@example.org', 'ann'), { send: 'local_part' })
    assert.equal((await logIn('ann@example.org', 'pencil')).truth, 'hit')
  })
  test('what it runs after success decides too', async () => {
    count += 1
    const path = join(directory, `checkpw-${count}`)
    await writeFile(path, `#!/bin/sh\n${REAL}\n`, { mode: 0o755 })
    const { logIn } = backend(authCheckpassword, { command: [path, '/bin/false'] })
    assert.equal((await logIn('ann@example.org', 'pencil')).truth, 'miss')
  })
  for (const code of [2, 99, 111])
    test(`exit ${code} is unknown`, async () => {
      const match = await (await program(`exit ${code}`)).logIn('ann@example.org', 'pencil')
      assert.deepEqual(match, { truth: 'unknown', because: `the program ended with ${code}` })
    })
  test('a program that was killed is unknown', async () => {
    const match = await (await program('kill -9 $$')).logIn('ann@example.org', 'pencil')
    assert.equal(match.because, 'the program ended with SIGKILL')
  })
  test('one that does not read answers all the same', async () => {
    assert.equal((await (await program('exec 3<&-; exit 0')).logIn('ann@example.org', 'pencil')).truth, 'hit')
  })
  test('one that writes a lot is not waited for', async () => {
    const { logIn } = await program('head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2; exit 1')
    assert.equal((await logIn('ann@example.org', 'pencil')).truth, 'miss')
  })
  test('one that is not there is unknown', async () => {
    const { logIn } = backend(authCheckpassword, { command: ['/nowhere/checkpw'] })
    assert.match((await logIn('ann@example.org', 'pencil')).because ?? '', /the program cannot be run: .*ENOENT/)
  })
  test('one that hangs is unknown, and ended with all that it started', async () => {
    const pids = join(directory, 'pids')
    const { logIn, clock } = await program(`sleep 1000 & echo $$ $! >${pids}.new; mv ${pids}.new ${pids}; wait`)
    const answer = logIn('ann@example.org', 'pencil')
    const [parent, child] = await eventually(async () => (await readFile(pids, 'utf8')).trim().split(' ').map(Number))
    clock.advance(20_000)
    assert.deepEqual(await answer, { truth: 'unknown', because: 'no answer within 20000 ms' })
    for (const pid of [parent, child]) await eventually(async () => assert.ok(!isAlive(pid)))
  })
  test('it learns where the client comes from, and nothing of our environment', async () => {
    const seen = join(directory, 'environment')
    await (await program(`env >${seen}; exit 1`)).logIn('ann@example.org', 'pencil')
    const names = (await readFile(seen, 'utf8')).split('\n').map((line) => line.split('=')[0] ?? '')
    const known = ['PATH', 'PROTO', 'TCPLOCALIP', 'TCPLOCALPORT', 'TCPREMOTEIP', 'TCPREMOTEPORT']
    assert.deepEqual(names.filter((name) => !['', 'PWD', 'SHLVL', '_', 'OLDPWD'].includes(name)).toSorted(), known)
  })
  test('what the interface has no room for is a wrong password', async () => {
    const { logIn } = await program('exit 0')
    assert.equal((await logIn('ann@example.org', 'x'.repeat(487))).truth, 'hit')
    assert.equal((await logIn('ann@example.org', 'x'.repeat(488))).truth, 'miss')
  })
  test('no shell reads what the client gives', async () => {
    const { logIn } = await program(REAL)
    assert.equal((await logIn('$(touch /tmp/x);`id`', '"; exit 0; "')).truth, 'miss')
  })
  test('the program must be given with its whole path', () => {
    assert.throws(() => compiled(authCheckpassword, { command: ['checkpw'] }), /whole path, not as `checkpw`/)
  })
})

/** Tries until it works; the test's own time limit ends what never does. */
async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt()
    } catch {
      await setTimeout(10)
    }
  }
}

/** A process that has ended and was not waited for yet is not alive. */
function isAlive(pid: number | undefined): boolean {
  try {
    return process.kill(pid ?? assert.fail('no process'), 0)
  } catch {
    return false
  }
}

/** What systemd hears from us, and in which order. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { openSupervisor } from '../../../src/server/life/supervisor.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import type { LogLine } from '../../support/smtp-rig.ts'

interface Heard {
  readonly messages: (readonly string[])[]
  readonly log: LogLine[]
  readonly clock: ReturnType<typeof fakeClock>
  readonly supervisor: ReturnType<typeof openSupervisor>
}

function supervised(environment: Record<string, string>, send?: () => Promise<void>): Heard {
  const messages: (readonly string[])[] = []
  const [log, clock]: [LogLine[], ReturnType<typeof fakeClock>] = [[], fakeClock()]
  const supervisor = openSupervisor({
    environment,
    pid: 7,
    clock,
    log: { write: (level, fields, text) => log.push({ level, fields, text }) },
    send: send ?? (async (assignments) => void messages.push(assignments)),
  })
  return { messages, log, clock, supervisor }
}

const SOCKET = { NOTIFY_SOCKET: '/run/notify' }

describe('a supervisor', () => {
  it('hears of every change, in order', async () => {
    const { supervisor, messages } = supervised(SOCKET)
    supervisor.ready('Serving')
    supervisor.reloading()
    supervisor.ready('Serving on')
    supervisor.stopping()
    await supervisor.close()
    assert.deepEqual(
      messages.map(([first]) => first),
      ['READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1'],
    )
    assert.match(messages[1]?.[1] ?? '', /^MONOTONIC_USEC=\d+$/)
    assert.equal(messages[2]?.[1], 'STATUS=Serving on')
  })

  it('that is not there hears nothing', async () => {
    const { supervisor, messages, clock } = supervised({ WATCHDOG_USEC: '1000000' })
    supervisor.ready('Serving')
    clock.advance(10_000)
    await supervisor.close()
    assert.deepEqual(messages, [])
  })

  it('hears that we live, twice as often as it asks, until the end', async () => {
    const { supervisor, messages, clock } = supervised({ ...SOCKET, WATCHDOG_USEC: '4000000', WATCHDOG_PID: '7' })
    clock.advance(6000)
    await supervisor.close()
    clock.advance(6000)
    assert.deepEqual(messages, [['WATCHDOG=1'], ['WATCHDOG=1'], ['WATCHDOG=1']])
    assert.equal(clock.pending(), 0)
  })

  it('that watches somebody else is left alone', async () => {
    const { supervisor, messages, clock } = supervised({ ...SOCKET, WATCHDOG_USEC: '4000000', WATCHDOG_PID: '8' })
    clock.advance(6000)
    await supervisor.close()
    assert.deepEqual(messages, [])
  })

  it('that cannot be told costs one line of the log', async () => {
    const { supervisor, log } = supervised(SOCKET, () => Promise.reject(new Error('no such program')))
    supervisor.ready('Serving')
    supervisor.stopping()
    await supervisor.close()
    assert.deepEqual(
      log.map(({ fields }) => fields['because']),
      ['no such program'],
    )
  })
})

const missing = ['systemd-notify', 'python3'].find((program) => spawnSync(program, ['--version']).error !== undefined)

describe('a real socket', { skip: missing !== undefined && `this machine has no ${missing}` }, () => {
  it('gets real messages', async (test: TestContext) => {
    const folder = mkdtempSync(join(tmpdir(), 'postern-notify-'))
    const script = join(import.meta.dirname, '../../support/notify-socket.py')
    const path = join(folder, 'socket')
    const python = spawn('python3', [script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    test.after(() => {
      python.stdin.end()
      rmSync(folder, { recursive: true })
    })
    const lines = createInterface(python.stdout)[Symbol.asyncIterator]()
    assert.equal((await lines.next()).value, 'ready')
    const supervisor = openSupervisor({
      environment: { NOTIFY_SOCKET: path },
      pid: process.pid,
      clock: fakeClock(),
      log: { write: (_level, fields) => assert.fail(String(fields['because'])) },
    })
    supervisor.ready('Serving example.org')
    const next = async (): Promise<string> => (await lines.next()).value ?? ''
    assert.deepEqual(JSON.parse(await next()), ['READY=1', 'STATUS=Serving example.org'])
    await supervisor.close()
  })
})

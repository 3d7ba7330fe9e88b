import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { after, before, describe, it } from 'node:test'
import { pinoLog } from '../../src/ports/log/pino-log.ts'

const MODULE = new URL('../../src/ports/log/pino-log.ts', import.meta.url).href

describe('pinoLog', () => {
  let directory = ''
  const at = (name: string): string => join(directory, name)

  before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-log-'))))
  after(() => rm(directory, { recursive: true }))

  async function lines(name: string): Promise<readonly Record<string, unknown>[]> {
    const text = await readFile(at(name), 'utf8')
    assert.ok(text === '' || text.endsWith('\n'))
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  it('writes one JSON line each, whatever the text holds', async () => {
    const log = pinoLog({ level: 'info', file: at('log') })
    log.write('debug', {}, 'too quiet')
    log.write('warn', { helo: 'a\r\n{"level":"error"}\u2028\ud800', port: 25, gone: undefined }, 'line\nend')
    await log.close()
    const [line, ...others] = await lines('log')
    assert.equal(others.length, 0)
    assert.equal(line?.['level'], 'warn')
    assert.equal(line?.['msg'], 'line\nend')
    assert.equal(line?.['port'], 25)
    assert.match(String(line?.['helo']), /^a\r\n\{/)
    assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT/)
    assert.deepEqual(Object.keys(line ?? {}), ['level', 'time', 'helo', 'port', 'msg'])
  })

  it('appends, and ignores lines after it was closed', async () => {
    for (const text of ['one', 'two']) {
      const log = pinoLog({ level: 'info', file: at('appended') })
      log.write('info', {}, text)
      const closed = log.close()
      log.write('info', {}, 'late')
      log.reopen()
      await Promise.all([closed, log.close()])
    }
    assert.deepEqual(
      (await lines('appended')).map((line) => line['msg']),
      ['one', 'two'],
    )
  })

  it('throws when the file cannot be opened', () => {
    assert.throws(() => pinoLog({ level: 'info', file: at('nowhere/log') }), { code: 'ENOENT' })
  })

  /** Runs a program that has the log as `log`, in a process of its own. */
  async function run(program: string, closeReader: boolean): Promise<{ code: unknown; stdout: string }> {
    const source = `import { pinoLog } from ${JSON.stringify(MODULE)}; ${program}`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', source], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    if (closeReader) child.stderr.destroy()
    let stdout = ''
    child.stdout.on('data', (chunk) => (stdout += String(chunk)))
    const [code]: unknown[] = await once(child, 'close')
    return { code, stdout }
  }

  it('goes on when the reader of standard error has gone', async () => {
    const program = `
      const log = pinoLog({ level: 'info' })
      for (let round = 0; round < 20; round += 1) {
        log.write('info', { round }, 'x'.repeat(10_000))
        await new Promise((resolve) => setImmediate(resolve))
      }
      await log.close()
      process.stdout.write('alive')`
    assert.deepEqual(await run(program, true), { code: 0, stdout: 'alive' })
  })

  it('goes on when the disk is full', async () => {
    const program = `
      const log = pinoLog({ level: 'info', file: '/dev/full' })
      for (let round = 0; round < 20; round += 1) {
        log.write('info', { round }, 'x'.repeat(1_000_000))
        await new Promise((resolve) => setImmediate(resolve))
      }
      await log.close()
      process.stdout.write('alive')`
    assert.deepEqual(await run(program, false), { code: 0, stdout: 'alive' })
  })

  it('writes to a new file after the old one was moved away', async () => {
    const log = pinoLog({ level: 'info', file: at('rotated') })
    log.write('info', {}, 'old')
    await rename(at('rotated'), at('rotated.1'))
    log.reopen()
    log.write('info', {}, 'new')
    await log.close()
    assert.deepEqual(
      (await lines('rotated')).map((line) => line['msg']),
      ['new'],
    )
    assert.deepEqual(
      (await lines('rotated.1')).map((line) => line['msg']),
      ['old'],
    )
  })

  it('bounds what waits, and says how many lines were lost', async () => {
    const log = pinoLog({ level: 'info', file: at('busy') })
    for (let line = 0; line < 20; line += 1) log.write('info', { line }, 'x'.repeat(1_000_000))
    await setImmediate()
    while ((await stat(at('busy'))).size < 8_000_000) await setImmediate()
    log.write('info', {}, 'again')
    await log.close()
    const written = await lines('busy')
    const kept = written.filter((line) => 'line' in line)
    assert.deepEqual(
      kept.map((line) => line['line']),
      kept.map((_, index) => index),
    )
    assert.equal(written.at(-2)?.['lost'], 20 - kept.length)
    assert.ok(kept.length < 20)
    assert.equal(written.at(-1)?.['msg'], 'again')
  })
})

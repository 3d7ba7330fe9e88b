/** Places of the log: what becomes of a line in each of them. */
import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { LogDestination } from '../../src/compiler/settings/log-settings.ts'
import { openFiles } from '../../src/ports/log/log-files.ts'
import { openLog } from '../../src/ports/log/open-log.ts'

let directory = ''
const at = (name: string): string => join(directory, name)

before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-places-'))))
after(() => rm(directory, { recursive: true }))

function texts(name: string): Promise<readonly string[]> {
  return readFile(at(name), 'utf8').then((text) => text.split('\n').slice(0, -1))
}

function open(destination: Omit<LogDestination, 'level'> & { level?: LogDestination['level'] }) {
  return openLog([{ level: 'info', ...destination }])
}

describe('a place of the log', () => {
  it('has lines as text, each of them one line', async () => {
    const log = open({ place: { kind: 'file', path: at('text'), format: 'text', time: '%Y' } })
    log.write('debug', {}, 'too quiet')
    log.write('info', { helo: 'a\nb', port: 25 }, 'said')
    await log.close()
    const [line, ...others] = await texts('text')
    assert.match(line ?? '', /^\d{4} \S+ postern\[\d+\]: said helo="a\\nb" port=25$/)
    assert.deepEqual(others, [])
  })

  it('has the usual time where none is asked for, and the form asked for in JSON', async () => {
    const plain = open({ place: { kind: 'file', path: at('iso'), format: 'text' } })
    const json = open({ place: { kind: 'file', path: at('json'), time: '%% "%Y"' } })
    for (const log of [plain, json]) {
      log.write('info', {}, 'said')
      await log.close()
    }
    assert.match(String(await texts('iso')), /^\d{4}-\d\d-\d\dT[\d:.]+Z /)
    const { time } = JSON.parse(String(await texts('json'))) as { readonly time: string }
    assert.match(time, /^% "\d{4}"$/)
  })

  it('has lines of some plugins whatever their level is', async () => {
    const log = open({ place: { kind: 'file', path: at('chosen'), format: 'text' }, level: 'warn', plugins: ['dnsbl'] })
    log.write('debug', { plugin: 'dnsbl' }, 'first')
    log.write('info', { plugin: 'relay' }, 'second')
    log.write('warn', {}, 'third')
    await log.close()
    assert.deepEqual(
      (await texts('chosen')).map((line) => / (first|second|third)\b/.exec(line)?.[1]),
      ['first', 'third'],
    )
  })

  it('has its prefix before the text of lines that waited', async () => {
    const kept = { until: 'accepted', most: 100 } as const
    const log = open({ place: { kind: 'file', path: at('kept'), format: 'text' }, prefix: '`', kept })
    log.write('info', { connection: 'c' }, 'taken')
    log.write('debug', { connection: 'c' }, 'too quiet')
    log.settle?.('c', { of: 'transaction', refused: false })
    log.write('info', { connection: 'c' }, 'never settled')
    await log.close()
    assert.match(String(await texts('kept')), /: `taken connection=c$/)
  })

  it('may be a program, which is given every line', async () => {
    const log = open({ place: { kind: 'program', path: '/usr/bin/tee', arguments: [at('program')], format: 'text' } })
    log.write('info', {}, 'one')
    log.write('info', {}, '$(two)')
    await log.close()
    const lines = await texts('program')
    assert.deepEqual(
      lines.map((line) => line.replace(/^.*\]: /, '')),
      ['one', '$(two)'],
    )
    assert.equal(log.lost(), 0)
  })

  it('that cannot be run costs lines, and nothing else', async () => {
    const log = open({ place: { kind: 'program', path: at('nowhere'), arguments: [] } })
    log.write('info', {}, 'one')
    await new Promise((resolve) => setImmediate(resolve))
    log.write('info', {}, 'two')
    await log.close()
    assert.ok(log.lost() >= 1)
  })
})

describe('a log file whose name changes', () => {
  function files(path: string, ways: { nosplit?: true; reopen?: true } = {}) {
    const clock = { now: new Date(2026, 10, 20, 23, 59) }
    const all = openFiles({ path: at(path), ...ways }, () => clock.now)
    const write = (session: string | undefined, text: string): void => {
      all.turnTo(session)
      all.write(`${text}\n`)
    }
    return { all, write, tomorrow: () => (clock.now = new Date(2026, 10, 21)) }
  }

  it('is another one tomorrow', async () => {
    const { all, write, tomorrow } = files('day-%Y%m%d')
    write('s', 'today')
    tomorrow()
    write('s', 'tomorrow')
    write(undefined, 'too')
    await all.close()
    assert.deepEqual(await texts('day-20261120'), ['today'])
    assert.deepEqual(await texts('day-20261121'), ['tomorrow', 'too'])
  })

  it('is that of its first line for a session that is not to be split', async () => {
    const { all, write, tomorrow } = files('whole-%d', { nosplit: true })
    write('old', 'one')
    tomorrow()
    write('old', 'two')
    write('new', 'three')
    write(undefined, 'four')
    all.leave('old')
    write('old', 'five')
    await all.close()
    assert.deepEqual(await texts('whole-20'), ['one', 'two'])
    assert.deepEqual(await texts('whole-21'), ['three', 'four', 'five'])
  })

  it('is one for each session, however many there are', async () => {
    const { all, write } = files('of-%i')
    for (let session = 0; session < 100; session += 1) write(`s${session}`, 'hello')
    for (let session = 0; session < 100; session += 1) write(`s${session}`, 'bye')
    write(undefined, 'server')
    await all.close()
    const names = (await readdir(directory)).filter((name) => name.startsWith('of-'))
    assert.equal(names.length, 101)
    assert.deepEqual(await texts('of-s0'), ['hello', 'bye'])
    assert.deepEqual(await texts('of-parent'), ['server'])
    assert.equal(all.lost(), 0)
  })

  it('is opened anew for each session that asks for it', async () => {
    const { all, write } = files('anew', { reopen: true })
    write('one', 'first')
    await rename(at('anew'), at('anew.1'))
    write('one', 'second')
    write('two', 'third')
    await all.close()
    assert.deepEqual(await texts('anew.1'), ['first', 'second'])
    assert.deepEqual(await texts('anew'), ['third'])
  })

  it('loses the lines of a file that cannot be opened, and counts them', async () => {
    const { all, write, tomorrow } = files('%d')
    await rm(at('21'), { force: true, recursive: true })
    write('s', 'one')
    tomorrow()
    const broken = openFiles({ path: at('fine') }, () => new Date())
    assert.throws(() => openFiles({ path: at('none/x') }, () => new Date()), { code: 'ENOENT' })
    await Promise.all([all.close(), broken.close()])
    const gone = files('there-%i')
    gone.all.turnTo('a/b')
    gone.all.write('lost\n')
    assert.equal(gone.all.lost(), 1)
    assert.equal(gone.all.hasRoom(), false)
    gone.write('fine', 'kept')
    await gone.all.close()
    assert.deepEqual(await texts('there-fine'), ['kept'])
  })
})

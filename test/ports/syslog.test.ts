/** The log in several places, and to syslog: RFC 5424 by UDP, `logger` on the socket of this machine. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import { openLog } from '../../src/ports/log/open-log.ts'
import { openSyslog } from '../../src/ports/log/syslog.ts'
import { header, MESSAGE_OCTETS, messageText, priority } from '../../src/ports/log/syslog-message.ts'

const MAIL = { facility: 'mail', tag: 'postern' } as const

let directory = ''
before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-syslog-'))))
after(() => rm(directory, { recursive: true }))

describe('a syslog message', () => {
  it('has the priority of facility and level', () => {
    assert.deepEqual(
      [priority('mail', 'debug'), priority('mail', 'info'), priority('local7', 'warn'), priority('user', 'error')],
      ['<23>', '<22>', '<188>', '<11>'],
    )
  })

  it('says when, where and who', () => {
    const time = new Date('2026-11-20T12:00:00.5Z')
    assert.equal(
      header(time, { hostname: 'mx.example.org', tag: 'postern', process: 4711 }),
      '1 2026-11-20T12:00:00.500Z mx.example.org postern 4711 - - ',
    )
    assert.match(header(time, { hostname: ' ', tag: 'p', process: 1 }), /Z - p 1 /)
  })

  it('has fields behind the text, in quotes where they are no words', () => {
    const fields = { ip: '2001:db8::7', port: 25, ok: true, gone: undefined, helo: 'a b="c"', none: '' }
    assert.equal(
      messageText(fields, 'said "hi"'),
      'said "hi" ip=2001:db8::7 port=25 ok=true helo="a b=\\"c\\"" none=""',
    )
  })

  it('is one line of printable ASCII, whatever was said, and nothing of it is lost', () => {
    const anything = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(anything, anything, (text, value) => {
        const message = messageText({ value }, text)
        assert.match(message, /^[ -~]*$/)
        const quoted = /value=(".*")$/s.exec(message)?.[1]
        if (quoted !== undefined && text === '') assert.equal(JSON.parse(quoted), value)
      }),
    )
  })
})

interface Receiver {
  readonly port: number
  readonly next: () => Promise<string>
}

async function receiver(test: TestContext): Promise<Receiver> {
  const socket = createSocket('udp4')
  test.after(() => socket.close())
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const heard: string[] = []
  socket.on('message', (octets) => void heard.push(octets.toString()))
  const next = async (): Promise<string> => {
    if (heard.length === 0) await once(socket, 'message')
    return heard.shift() ?? ''
  }
  return { port: socket.address().port, next }
}

describe('syslog by UDP', () => {
  it('gets a datagram for each line that counts', async (test) => {
    const { port, next } = await receiver(test)
    const log = openSyslog({ level: 'warn', place: { kind: 'udp', address: '127.0.0.1', port, ...MAIL } })
    log.write('info', {}, 'too quiet')
    log.write('warn', { helo: 'a\r\n<0>1 forged' }, 'odd')
    assert.match(await next(), /^<20>1 \S+Z \S+ postern \d+ - - odd helo="a\\r\\n<0>1 forged"$/)
    log.write('error', {}, 'x'.repeat(5000))
    assert.equal((await next()).length, MESSAGE_OCTETS)
    await Promise.all([log.close(), log.close()])
    log.write('error', {}, 'late')
    assert.equal(log.lost(), 0)
  })

  it('that nobody listens to costs lines, and nothing else', async () => {
    const log = openSyslog({ level: 'info', place: { kind: 'udp', address: '127.0.0.1', port: 1, ...MAIL } })
    log.write('info', {}, 'nowhere to go')
    log.write('info', {}, 'nor this')
    await assert.doesNotReject(log.close())
  })

  it('drops and counts what it cannot keep up with', async (test) => {
    const { port } = await receiver(test)
    const log = openSyslog({ level: 'info', place: { kind: 'udp', address: '127.0.0.1', port, ...MAIL } })
    for (let index = 0; index < 1500; index += 1) log.write('info', {}, 'again')
    assert.equal(log.lost(), 500)
    await log.close()
  })
})

const hasPrograms = ['logger', 'python3'].every((program) => spawnSync(program, ['--version']).status === 0)

describe('syslog on this machine', { skip: hasPrograms ? false : 'logger or python3 is not installed' }, () => {
  async function daemon(
    test: TestContext,
    path: string,
  ): Promise<{ child: ChildProcess; next: () => Promise<string> }> {
    const script = join(import.meta.dirname, '../support/notify-socket.py')
    const child = spawn('python3', [script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    test.after(() => child.kill())
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    const next = async (): Promise<string> => String((await lines.next()).value)
    assert.equal(await next(), 'ready')
    return { child, next }
  }

  it('gets lines through logger, with its time and our process', async (test) => {
    const path = join(directory, 'log')
    const { next } = await daemon(test, path)
    const log = openSyslog({ level: 'info', place: { kind: 'socket', path, ...MAIL } })
    log.write('debug', {}, 'too quiet')
    log.write('error', { helo: 'a\n<0>forged' }, 'odd')
    assert.match(
      await next(),
      new RegExp(
        String.raw`^\["<19>\w{3} [ \d]\d [\d:]+ postern\[${process.pid}\]: odd helo=\\"a\\\\n<0>forged\\""\]$`,
      ),
    )
    log.write('warn', {}, 'last words')
    await Promise.all([log.close(), log.close()])
    assert.match(await next(), /<20>.*: last words"\]$/)
    assert.equal(log.lost(), 0)
  })

  it('that is not there costs lines, and nothing else', async () => {
    const log = openSyslog({ level: 'info', place: { kind: 'socket', path: join(directory, 'nobody'), ...MAIL } })
    for (let index = 0; index < 3; index += 1) log.write('error', {}, 'x'.repeat(100))
    await assert.doesNotReject(log.close())
    log.write('error', {}, 'late')
  })
})

describe('a log in several places', () => {
  it('has lines where they count', async (test) => {
    const { port, next } = await receiver(test)
    const [all, few] = ['all.log', 'few.log'].map((name) => join(directory, name)) as [string, string]
    const log = openLog([
      { level: 'debug', place: { kind: 'file', path: all } },
      { level: 'error', place: { kind: 'file', path: few } },
      { level: 'warn', place: { kind: 'udp', address: '127.0.0.1', port, ...MAIL } },
    ])
    log.write('debug', {}, 'one')
    log.write('warn', {}, 'two')
    log.write('error', {}, 'three')
    log.reopen()
    await log.close()
    const texts = async (path: string): Promise<readonly unknown[]> =>
      (await readFile(path, 'utf8'))
        .split('\n')
        .slice(0, -1)
        .map((line) => (JSON.parse(line) as { msg: string }).msg)
    assert.deepEqual(await texts(all), ['one', 'two', 'three'])
    assert.deepEqual(await texts(few), ['three'])
    assert.match(await next(), /two$/)
    assert.match(await next(), /three$/)
    assert.equal(log.lost(), 0)
  })

  it('is not opened when one of them cannot be', () => {
    assert.throws(() => openLog([{ level: 'info', place: { kind: 'file', path: join(directory, 'no/where') } }]), {
      code: 'ENOENT',
    })
  })
})

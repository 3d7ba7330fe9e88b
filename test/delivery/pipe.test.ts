import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { DeliveryOutcome } from '../../src/core/delivery.ts'
import { pipe } from '../../src/delivery/pipe.ts'
import { checkArguments } from '../../src/delivery/program/arguments.ts'
import { qmailQueue } from '../../src/delivery/qmail-queue.ts'
import { systemClock } from '../../src/ports/system-clock.ts'
import { brokenJob, CONTENT, deliveryJob, type JobParts } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { ProgramDirectory } from '../support/program.ts'

const LF_CONTENT = CONTENT.replaceAll('\r\n', '\n')
const BOTH = ['bob@example.org', 'eve@example.org']

let programs: ProgramDirectory
before(async () => (programs = await ProgramDirectory.make()))
after(() => programs.remove())

async function throughPipe(body: string, parts: JobParts = {}, options: object = {}): Promise<DeliveryOutcome> {
  const program = await programs.script('program', body)
  return answer(deliveryTarget(pipe, { program, ...options }), deliveryJob(parts))
}

describe('pipe', () => {
  it('gives the program the message with LF, and its arguments without a shell', async () => {
    const args = ['-f', '%s', '--exact=$HOME;`id`', '100%%', '--', '%r']
    const job = { from: '', to: ['"a b"@example.org', '-rf@example.org'] }
    const body = 'cat > $DIR/in; for a; do echo "<$a>"; done > $DIR/args; env > $DIR/env'
    assert.deepEqual(await throughPipe(body, job, { arguments: args }), { kind: 'delivered', text: 'Queued! T1' })
    assert.equal(await programs.read('in'), LF_CONTENT)
    assert.deepEqual((await programs.read('args')).split('\n'), [
      '<-f>',
      '<>',
      '<--exact=$HOME;`id`>',
      '<100%>',
      '<-->',
      '<"a b"@example.org>',
      '<-rf@example.org>',
      '',
    ])
    assert.match(await programs.read('env'), /^PATH=\/usr\/local/m)
    assert.doesNotMatch(await programs.read('env'), /^(?:HOME|NODE|USER|SHELL)/m)
  })

  it('passes on every octet of a large message', async () => {
    const content = Buffer.from(`Subject: x\r\n\r\n${'.\r\n\xff\0 long line '.repeat(100_000)}\r\n`, 'latin1')
    assert.equal((await throughPipe('cat > $DIR/in', { content })).kind, 'delivered')
    assert.equal(await programs.read('in'), content.toString('latin1').replaceAll('\r\n', '\n'))
  })

  const codes: readonly (readonly [string, DeliveryOutcome])[] = [
    ['exit 0', { kind: 'delivered', text: 'Queued! T1' }],
    ['exit 65', { kind: 'refused', text: 'Message was found to be malformed', status: '5.6.0' }],
    ['exit 67', { kind: 'refused', text: 'No such recipient', status: '5.1.1' }],
    ['exit 77', { kind: 'refused', text: 'Message was not permitted', status: '5.7.1' }],
    ['exit 100', { kind: 'refused', text: 'Message was refused', status: '5.3.0' }],
    ['exit 1', { kind: 'deferred', text: 'Delivery failed (exit code 1)', status: '4.3.0' }],
    ['exit 64', { kind: 'deferred', text: 'Delivery failed (exit code 64)', status: '4.3.0' }],
    ['exit 75', { kind: 'deferred', text: 'Delivery failed (exit code 75)', status: '4.3.0' }],
    ['exit 111', { kind: 'deferred', text: 'Delivery failed (exit code 111)', status: '4.3.0' }],
    ['kill -SEGV $$', { kind: 'deferred', text: 'Delivery failed (it was stopped)', status: '4.3.0' }],
    ['exec /no/such/program', { kind: 'deferred', text: 'Delivery failed (exit code 127)', status: '4.3.0' }],
  ]
  for (const [body, expected] of codes)
    it(`answers ${expected.kind} to \`${body}\``, async () => {
      assert.deepEqual(await throughPipe(`cat >/dev/null; ${body}`), expected)
    })

  it('judges a program that does not read by its exit', async () => {
    const content = `Subject: x\r\n\r\n${'x\r\n'.repeat(1_000_000)}`
    assert.equal((await throughPipe('exit 0', { content })).kind, 'delivered')
    assert.equal((await throughPipe('exec <&-; exit 67', { content })).kind, 'refused')
  })

  it('defers when there is no program', async () => {
    for (const program of ['/no/such/program', programs.path]) {
      const target = deliveryTarget(pipe, { program })
      const text = 'Delivery failed (it could not be started)'
      assert.deepEqual(await answer(target, deliveryJob()), { kind: 'deferred', text, status: '4.3.0' })
    }
  })

  it('logs what the program said, bounded, and does not tell the client', async () => {
    const logged: unknown[] = []
    const log = { write: (_level: string, fields: object) => void logged.push(fields) }
    const said = await throughPipe('cat >/dev/null; yes secret | head -c 100000; echo more >&2; exit 75', {
      ports: { log },
    })
    assert.ok(!said.text.includes('secret'))
    const [fields] = logged
    assert.ok(typeof fields === 'object' && fields !== null && 'output' in fields && typeof fields.output === 'string')
    assert.match(fields.output, /^(?:secret\n)+/)
    assert.ok(fields.output.length <= 8192)
  })

  it('does not wait for what the program left behind', async () => {
    const clock = systemClock()
    const body = 'cat >/dev/null; (exec sleep 30) & echo $! > $DIR/left; exit 0'
    const began = performance.now()
    assert.equal((await throughPipe(body, { ports: { clock } })).kind, 'delivered')
    process.kill(Number(await programs.read('left')))
    assert.ok(performance.now() - began < 20_000)
  })
})

/** Resolves when the file is there. */
async function appeared(name: string): Promise<void> {
  while (!existsSync(join(programs.path, name))) await setTimeout(5)
}

/** Rejects if the process of the file lives on. */
async function died(name: string): Promise<void> {
  const pid = Number(await programs.read(name))
  for (;;) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await setImmediate()
  }
}

describe('a program that takes too long', () => {
  it('is killed with what it started, and the message is deferred', async () => {
    const clock = fakeClock()
    const body = 'sleep 1000 & echo $! > $DIR/child; echo $$ > $DIR/parent.new; mv $DIR/parent.new $DIR/parent; wait'
    const said = throughPipe(body, { ports: { clock } }, { timeout: '1m' })
    await appeared('parent')
    clock.advance(60_000)
    await Promise.all([died('parent'), died('child')])
    // Its last words are waited for.
    clock.advance(1000)
    assert.deepEqual(await said, { kind: 'deferred', text: 'Delivery failed (it was stopped)', status: '4.3.0' })
    assert.equal(clock.pending(), 0)
  })
})

describe('a program that has half of a message', () => {
  const body = 'head -c 1 > $DIR/first; cat > /dev/null; touch $DIR/taken'

  it('is killed before its input ends, when the message breaks off', async () => {
    const program = await programs.script('half', body)
    await assert.rejects(deliveryTarget(pipe, { program }).deliver(brokenJob(new Error('spool gone'))), /spool gone/)
    assert.ok(!existsSync(join(programs.path, 'taken')))
  })

  for (const bad of ['a\nb\r\n', 'a\rb\r\n', 'end\r', '\n.\n'])
    it(`is killed, when it holds a bare CR or LF: ${JSON.stringify(bad)}`, async () => {
      const content = `Subject: x\r\n\r\n${'line\r\n'.repeat(50_000)}${bad}`
      const text = 'Message holds a bare CR or LF'
      assert.deepEqual(await throughPipe(body, { content }), { kind: 'refused', text, status: '5.6.0' })
      assert.ok(!existsSync(join(programs.path, 'taken')))
    })
})

describe('pipe, once for each recipient', () => {
  it('puts the answers together, and leaves out those who have it', async () => {
    const body = 'cat >/dev/null; echo "$2 $4 $5" >> $DIR/runs; [ "$4" != eve ] || [ -e $DIR/space ] || exit 75'
    const program = await programs.script('lda', body)
    const target = deliveryTarget(pipe, { program, arguments: ['-d', '%u', '--', '%l', '%d'] })
    assert.deepEqual(await answer(target, deliveryJob({ to: BOTH })), {
      kind: 'deferred',
      text: 'Not all recipients have it yet. Delivery failed (exit code 75)',
      status: '4.3.0',
    })
    await programs.script('space', '')
    assert.equal((await answer(target, deliveryJob({ to: BOTH }))).kind, 'delivered')
    assert.deepEqual((await programs.read('runs')).split('\n'), [
      'bob@example.org bob example.org',
      'eve@example.org eve example.org',
      'eve@example.org eve example.org',
      '',
    ])
  })

  it('tells each where each is told', async () => {
    const program = await programs.script('mixed', 'cat >/dev/null; [ "$2" = bob ] || exit 67')
    const target = deliveryTarget(pipe, { program, arguments: ['-d', '%l'] })
    const { perRecipient } = await target.deliver(deliveryJob({ to: [...BOTH, 'postmaster'], repliesEach: true }))
    assert.deepEqual(
      perRecipient?.map(({ kind }) => kind),
      ['delivered', 'refused', 'refused'],
    )
  })

  it('gives no program an address that could be an option, or lead elsewhere', async () => {
    const program = await programs.script('touchy', 'touch $DIR/touched')
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['-d', '%l'], '-rf@example.org'],
      [['-d', '%u'], '--help@example.org'],
      [['--', '%l'], '"../../etc"@example.org'],
      [['--box=%l'], '".."@example.org'],
      [['--', '/var/mail/%l'], '"a/b"@example.org'],
    ]
    for (const [args, to] of cases) {
      const said = await answer(deliveryTarget(pipe, { program, arguments: args }), deliveryJob({ to: [to] }))
      const text = 'An address cannot be passed on to the program'
      assert.deepEqual(said, { kind: 'refused', text, status: '5.1.3' }, to)
    }
    assert.ok(!existsSync(join(programs.path, 'touched')))
  })
})

describe('arguments of a program', () => {
  it('may hold an address where none can be an option', () => {
    assert.equal(checkArguments(['-f', '%s', '--', '%r']), false)
    assert.equal(checkArguments(['-f%s', '100%%']), false)
    for (const one of [['-d', '%u'], ['--', '%l'], ['user=%u'], ['%%%d']]) assert.equal(checkArguments(one), true)
  })

  const bad: readonly (readonly [readonly string[], RegExp])[] = [
    [['%u'], /put `--` before it/],
    [['deliver', '%s'], /put `--` before it/],
    [['-t', '%r'], /put `--` before it/],
    [['--', 'to=%r'], /must be the whole argument/],
    [['--', '%r', '%u'], /use either/],
    [['%x'], /the places are/],
    [['50%'], /the places are/],
    [['a\0b'], /NUL/],
  ]
  for (const [args, message] of bad)
    it(`cannot be ${JSON.stringify(args)}`, () => assert.throws(() => checkArguments(args), message))

  it('belong to a program with an absolute path and a time', () => {
    assert.throws(() => deliveryTarget(pipe, { program: 'cat' }), /absolute path/)
    assert.throws(() => deliveryTarget(qmailQueue, { program: '/x', timeout: '0s' }), /longer than nothing/)
  })
})

/** Builtins about the conversation itself, in a real session: its octets, its clock, its replies. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadSite } from '../../src/compiler/load-site.ts'
import { compileEnvironment } from '../../src/cli/wiring.ts'
import type { RunProgram } from '../../src/core/ports.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { findingLines } from '../compiler/memory-site.ts'
import { type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

/** A session of a site with these plugins, which accepts what they do not refuse. */
async function sessionOf(plugins: string, options: RigOptions = {}): Promise<Rig> {
  const text = `hostname: mx.example.org\nplugins: [${plugins}, ./ok.yaml]\n`
  const ok =
    'plugin: ok\nhooks: { rcpt: [{ id: ok, match: always, return: OK }], queue: [{ id: ok, match: always, return: OK }] }\n'
  const texts = new Map([
    ['/site/postern.yaml', text],
    ['/site/ok.yaml', ok],
    ['/site/help', 'NOOP NOOP does nothing\n'],
  ])
  const report = new Report()
  const environment = compileEnvironment(report)
  const files: typeof environment.files = { read: async (path) => texts.get(path) ?? environment.files.read(path) }
  const { site } = await loadSite('/site/postern.yaml', { ...environment, files })
  assert.ok(site, findingLines(report).join('\n'))
  const hearsEarly = site.program.words?.has('early_talker') ?? false
  const rig = smtpRig({
    dispatch: createDispatcher(site.program, { deadline: 30_000, trace: false }),
    hearsEarly,
    ...options,
  })
  rig.session.start()
  return rig
}

const GREETING = '220 mx.example.org ESMTP Postern ready\r\n'

async function greeted(plugins: string, hello: string, options: RigOptions = {}): Promise<Rig> {
  const rig = await sessionOf(plugins, options)
  await rig.settle()
  await rig.say(`${hello} client.example\r\n`)
  rig.heard()
  return rig
}

async function repliesTo(rig: Rig, ...lines: readonly string[]): Promise<readonly string[]> {
  await rig.say(lines.map((line) => `${line}\r\n`).join(''))
  return rig.heard().split('\r\n').slice(0, -1)
}

const EARLY = '554 5.7.1 Connecting host started transmitting before SMTP greeting'

describe('earlytalker', () => {
  it('greets a client that keeps silent, when it has listened long enough', async () => {
    const rig = await sessionOf('earlytalker: { wait: 2s }')
    await rig.settle()
    assert.equal(rig.heard(), '')
    rig.clock.advance(2000)
    await rig.settle()
    assert.equal(rig.heard(), GREETING)
  })

  it('refuses one that speaks, as soon as it does', async () => {
    const rig = await sessionOf('earlytalker: { wait: 2s }')
    await rig.settle()
    assert.deepEqual(await repliesTo(rig, 'EHLO spam.example'), [EARLY])
    assert.ok(rig.wire.closed)
  })

  it('refuses one that has spoken while its name was looked up', async () => {
    const rig = await sessionOf('earlytalker')
    assert.deepEqual(await repliesTo(rig, 'EHLO spam.example', 'MAIL FROM:<a@spam.example>'), [EARLY])
  })

  it('with reject 0 lets it in, and obeys what it said', async () => {
    const rig = await sessionOf('earlytalker: { reject: 0 }')
    const heard = await repliesTo(rig, 'HELO spam.example')
    assert.deepEqual(heard, [GREETING.trim(), '250 mx.example.org Hi Unknown [192.0.2.7]'])
  })

  it('with defer_reject greets it, and refuses at MAIL', async () => {
    const rig = await sessionOf('earlytalker: { defer_reject: true }')
    const heard = await repliesTo(rig, 'HELO spam.example', 'MAIL FROM:<a@spam.example>')
    assert.deepEqual(heard.slice(-1), ['550 5.7.1 Connecting host started transmitting before SMTP greeting'])
    assert.equal(rig.wire.closed, false)
  })

  it('with naughty leaves it to the plugin naughty', async () => {
    const rig = await sessionOf('earlytalker: { reject: naughty, reject_type: temp }, naughty')
    const heard = await repliesTo(rig, 'HELO spam.example', 'MAIL FROM:<a@spam.example>', 'RCPT TO:<x@example.org>')
    assert.deepEqual(heard.slice(-2), [
      '250 2.1.0 <a@spam.example>, sender OK',
      '450 4.7.1 (earlytalker) Connecting host started transmitting before SMTP greeting',
    ])
  })

  it('that listens at DATA alone leaves who speaks before the greeting to the protocol', async () => {
    const rig = await sessionOf('earlytalker: { check_at: data }')
    assert.deepEqual(await repliesTo(rig, 'EHLO spam.example'), ['554 5.5.1 You spoke before the greeting'])
  })

  it('at DATA refuses content that comes before the 354', async () => {
    const rig = await greeted('earlytalker: { check_at: data }', 'HELO')
    await repliesTo(rig, 'MAIL FROM:<a@b.example>', 'RCPT TO:<x@example.org>')
    assert.deepEqual(await repliesTo(rig, 'DATA'), [])
    assert.deepEqual(await repliesTo(rig, 'Subject: hi'), [
      '554 5.7.1 Connecting host started transmitting before it was asked for the message',
    ])
  })

  it('at DATA asks for the content when the client has waited', async () => {
    const rig = await greeted('earlytalker: { check_at: data }', 'HELO')
    await repliesTo(rig, 'MAIL FROM:<a@b.example>', 'RCPT TO:<x@example.org>', 'DATA')
    rig.clock.advance(1000)
    await rig.settle()
    assert.match(rig.heard(), /^354 /)
  })

  it('waits for nobody who has gone', async () => {
    const rig = await sessionOf('earlytalker')
    await rig.settle()
    rig.session.gone()
    await rig.settle()
    assert.equal(rig.heard(), '')
    assert.ok(rig.wire.closed)
  })
})

describe('tarpit', () => {
  it('lets nobody wait who was not refused', async () => {
    const rig = await greeted('tarpit', 'HELO')
    assert.deepEqual(await repliesTo(rig, 'NOOP'), ['250 2.0.0 OK'])
  })

  it('lets who was refused wait for every reply from then on, and longer in the end', async () => {
    const rig = await greeted('tarpit: { delay: 5s, more_after: 2, more_delay: 20s }', 'HELO')
    assert.deepEqual(await repliesTo(rig, 'FOO'), ['500 5.5.1 Unrecognized command'])
    for (const [line, seconds, reply] of [
      ['NOOP', 5, '250 2.0.0 OK'],
      ['BAR', 5, '500 5.5.1 Unrecognized command'],
      ['NOOP', 20, '250 2.0.0 OK'],
    ] as const) {
      assert.deepEqual(await repliesTo(rig, line), [])
      rig.clock.advance(seconds * 1000 - 1)
      await rig.settle()
      assert.equal(rig.heard(), '')
      rig.clock.advance(1)
      await rig.settle()
      assert.equal(rig.heard(), `${reply}\r\n`)
    }
  })
})

describe('noop_counter', () => {
  it('closes at the third NOOP in a row', async () => {
    const rig = await greeted('noop_counter', 'EHLO')
    assert.deepEqual(await repliesTo(rig, 'NOOP', 'NOOP', 'HELP', 'NOOP', 'NOOP', 'NOOP', 'NOOP'), [
      '250 2.0.0 OK',
      '250 2.0.0 OK',
      ...(await repliesTo(await greeted('noop_counter', 'EHLO'), 'HELP')),
      '250 2.0.0 OK',
      '250 2.0.0 OK',
      '521 5.5.1 Stop wasting my time, too many consecutive NOOPs',
    ])
    assert.ok(rig.wire.closed)
  })

  it('begins anew with a transaction, and with its end', async () => {
    const rig = await greeted('noop_counter: { max: 2 }', 'HELO')
    const heard = await repliesTo(
      rig,
      'NOOP',
      'MAIL FROM:<>',
      'NOOP',
      'RCPT TO:<x@example.org>',
      'NOOP',
      'RSET',
      'NOOP',
    )
    assert.deepEqual(
      heard.filter((reply) => !reply.startsWith('250')),
      [],
    )
    assert.equal(rig.wire.closed, false)
  })
})

it('connection_time says how long the connection was open', async () => {
  const rig = await greeted('connection_time', 'HELO')
  rig.clock.advance(12_345)
  await repliesTo(rig, 'QUIT')
  rig.session.gone()
  await rig.settle()
  assert.ok(rig.log.some(({ text }) => text === 'connection from 192.0.2.7 was open for 12.345 s'))
})

it('help answers for the commands it knows', async () => {
  const rig = await greeted('help: { help: ./help }', 'HELO')
  assert.deepEqual(await repliesTo(rig, 'HELP', 'HELP noop', 'HELP BDAT', 'HELP ../x'), [
    "214 2.0.0 Try 'HELP COMMAND' for getting help on COMMAND",
    '214 2.0.0 NOOP does nothing',
    '214 2.0.0 No help available for SMTP command: BDAT',
    '502 5.5.1 Invalid command name',
  ])
})

describe('quit_fortune', () => {
  const fortune: RunProgram = async () => ({ kind: 'exit', code: 0, output: 'You will\n\ttravel.\n' })

  it('tells who said HELO', async () => {
    const rig = await greeted('quit_fortune', 'HELO', { ports: { run: fortune } })
    assert.deepEqual(await repliesTo(rig, 'QUIT'), [
      '221-2.0.0 mx.example.org closing connection.',
      '221 2.0.0 / You will travel.',
    ])
    assert.ok(rig.wire.closed)
  })

  it('says the usual words where there is none', async () => {
    const rig = await greeted('quit_fortune', 'HELO', {
      ports: { run: async () => ({ kind: 'failed', because: 'ENOENT' }) },
    })
    assert.deepEqual(await repliesTo(rig, 'QUIT'), [
      '221 2.0.0 mx.example.org closing connection. Have a wonderful day.',
    ])
  })
})

it('dont_require_anglebrackets takes bare addresses, with their parameters', async () => {
  const rig = await greeted('dont_require_anglebrackets', 'EHLO')
  const lines = ['MAIL FROM:ann@example.net SIZE=100', 'RCPT TO: bob@example.org', 'RCPT TO:<eve@example.org>']
  assert.deepEqual(await repliesTo(rig, ...lines), [
    '250 2.1.0 <ann@example.net>, sender OK',
    '250 2.1.5 <bob@example.org>, recipient ok',
    '250 2.1.5 <eve@example.org>, recipient ok',
  ])
  const broken = await repliesTo(rig, 'RSET', 'MAIL FROM:<ann@example.net', 'MAIL FROM:')
  assert.deepEqual(
    broken.map((reply) => reply.slice(0, 3)),
    ['250', '501', '501'],
  )
})

describe('parse_addr_withhelo', () => {
  it('after HELO takes bare addresses, and no parameters', async () => {
    const rig = await greeted('parse_addr_withhelo', 'HELO')
    assert.deepEqual(
      await repliesTo(
        rig,
        'MAIL FROM:<ann@example.net> SIZE=100',
        'MAIL FROM:ann@example.net',
        'RCPT TO:bob@example.org',
      ),
      [
        '550 5.5.4 No parameters allowed in MAIL',
        '250 2.1.0 <ann@example.net>, sender OK',
        '250 2.1.5 <bob@example.org>, recipient ok',
      ],
    )
  })

  it('after EHLO changes nothing', async () => {
    const rig = await greeted('parse_addr_withhelo', 'EHLO')
    const [bare, ...others] = await repliesTo(rig, 'MAIL FROM:ann@example.net', 'MAIL FROM:<ann@example.net> SIZE=100')
    assert.match(bare ?? '', /^501 /)
    assert.deepEqual(others, ['250 2.1.0 <ann@example.net>, sender OK'])
  })
})

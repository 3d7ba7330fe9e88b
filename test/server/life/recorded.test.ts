/** Decisions are recorded so that they can be asked again, and hold nothing that is masked. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseMailbox } from '../../../src/core/mail/address.ts'
import type { HookContext } from '../../../src/core/context.ts'
import { newRecipient, newTransaction, type Transaction } from '../../../src/core/session.ts'
import { verdict } from '../../../src/core/verdict.ts'
import { createDispatcher } from '../../../src/engine/dispatch.ts'
import { checkWithAjv } from '../../../src/language/ajv.ts'
import { toJsonSchema } from '../../../src/language/schema/json-schema.ts'
import { SESSION_SCHEMA } from '../../../src/language/files/session-schema.ts'
import type { DecisionRecord } from '../../../src/server/life/decision-record.ts'
import { Recorder, type RecorderOptions } from '../../../src/server/life/recorded.ts'
import type { SessionRecord } from '../../../src/testing/session-record.ts'
import { loadTexts, sound, tell } from '../../compiler/memory-site.ts'
import { contextAt } from '../../support/hook-context.ts'
import { fakePorts, outcomeOf, smtpConnection } from '../../support/smtp-rig.ts'

const SETTINGS: RecorderOptions['settings'] = { all: false, headers: [], mask: [] }

function recorder(settings: Partial<RecorderOptions['settings']> = {}) {
  const records: DecisionRecord[] = []
  const hash = (text: string): string => `hash-${Buffer.from(text).toString('hex')}`
  const asWritten = (record: DecisionRecord): DecisionRecord => JSON.parse(JSON.stringify(record)) as DecisionRecord
  const write = (record: DecisionRecord): void => void records.push(asWritten(record))
  const one = new Recorder({ settings: { ...SETTINGS, ...settings }, write, hash })
  return { records, one }
}

function addressIn(text: string) {
  return parseMailbox(text) ?? assert.fail(text)
}

function envelope(recipients: readonly string[] = []): Transaction {
  const transaction = newTransaction('t1')
  transaction.sender = addressIn('ann@example.net')
  transaction.recipients.push(...recipients.map((text) => newRecipient(addressIn(text))))
  return transaction
}

const SITE = {
  'postern.yaml': 'hostname: mx.example.org\nplugins: [./a.yaml]\n',
  'a.yaml': [
    'plugin: a',
    'hooks:',
    '  connect:',
    '    - { id: mark, match: { remote_ip: 192.0.2.7 }, set: { note.seen: true } }',
    '  mail:',
    '    - { id: other, match: { sender.domain: other.example }, return: DENY }',
    '    - { id: trial, match: { sender.domain: example.net }, return: DENY, message: On trial, mode: monitor }',
    '    - { id: bulk, match: { sender.domain: example.net }, return: DENY, message: "No mail from ${sender}" }',
  ].join('\n'),
}

async function realDispatch(one: Recorder) {
  const { program } = sound(await loadTexts(SITE))
  return one.recorded(createDispatcher(program, { deadline: 1000, trace: true }), program.revision)
}

describe('a record', () => {
  it('says what was known, which rules held, and what they said', async () => {
    const { records, one } = recorder()
    const dispatch = await realDispatch(one)
    const connection = smtpConnection('192.0.2.7')
    await dispatch(contextAt('connect', { connection }))
    await dispatch(contextAt('mail', { connection, transaction: envelope() }))
    const [connect, mail] = records
    assert.deepEqual(connect?.notes_out, { connection: { seen: true }, transaction: {} })
    assert.equal(mail?.id, 'c1.2')
    assert.deepEqual(
      mail.path.map(({ rule, mode }) => [rule, mode]),
      [
        ['trial', 'monitor'],
        ['bulk', undefined],
      ],
    )
    assert.deepEqual(mail.decision, {
      return: 'DENY',
      message: 'No mail from ann@example.net',
      meaning: 'refuse',
      plugin: 'a',
      rule: 'bulk',
      at: '/site/a.yaml:8:7',
    })
    assert.equal(mail.would?.[0]?.message, 'On trial')
    assert.deepEqual(mail.facts['notes'], { connection: { seen: true }, transaction: {} })
    assert.ok(Number.isInteger(mail.took_us) && mail.took_us >= 0)
  })

  it('holds a session that can be asked again, with the same answer', async () => {
    const { records, one } = recorder()
    const dispatch = await realDispatch(one)
    await dispatch(contextAt('mail', { connection: smtpConnection('192.0.2.7'), transaction: envelope() }))
    const facts = (records[0]?.facts ?? {}) as SessionRecord
    assert.deepEqual(checkWithAjv(toJsonSchema(SESSION_SCHEMA, { params: false }), facts), [])
    const told = await tell(sound(await loadTexts(SITE)), facts)
    const again = told.decisions.find(({ hook }) => hook === 'mail')
    assert.deepEqual([again?.rule, again?.message], ['bulk', records[0]?.decision.message])
  })

  it('has TLS, proxies and XFORWARD in the words of a session, without the keys of the channel', async () => {
    const client = { subject: 'CN=c.example', fingerprint: 'AB:CD', verified: true }
    const tls = { protocol: 'TLSv1.3', cipher: 'AEAD', serverName: 'mx.example.org', client }
    const connection = {
      ...smtpConnection('192.0.2.7'),
      anonymous: true,
      proxy: { ip: '10.0.0.1', authority: 'mx.example.org', uniqueId: 'id7' },
      tls: { ...tls, channelBindings: new Map([['tls-exporter', Buffer.from('secret')]]) },
      xforward: new Map([['addr', '192.0.2.99']]),
    }
    const all = recorder()
    await (await realDispatch(all.one))(contextAt('mail', { connection, transaction: envelope() }))
    const facts = all.records[0]?.facts ?? {}
    assert.deepEqual(checkWithAjv(toJsonSchema(SESSION_SCHEMA, { params: false }), facts), [])
    assert.deepEqual(facts['tls'], { protocol: 'TLSv1.3', cipher: 'AEAD', server_name: 'mx.example.org', client })
    assert.deepEqual(facts['proxy'], { ip: '10.0.0.1', authority: 'mx.example.org', unique_id: 'id7' })
    assert.deepEqual([facts['anonymous'], facts['xforward']], [true, { addr: '192.0.2.99' }])
    const some = recorder({ mask: ['remote_ip'] })
    await (await realDispatch(some.one))(contextAt('mail', { connection, transaction: envelope() }))
    const written = JSON.stringify(some.records)
    for (const gone of ['192.0.2.99', '10.0.0.1', 'AB:CD', 'c.example']) assert.ok(!written.includes(gone), gone)
    assert.deepEqual(some.records[0]?.facts['tls'], { protocol: 'TLSv1.3', cipher: 'AEAD' })
  })

  it('has the DNS answers of the whole session, in its words', async () => {
    const { records, one } = recorder()
    const answers = ['found', 'none', 'failed', 'late'] as const
    const ports = {
      ...fakePorts(),
      resolver: {
        resolve: async (name: string) =>
          name === 'found'
            ? ({ kind: 'found', records: ['127.0.0.2'] } as const)
            : name === 'none'
              ? ({ kind: 'none' } as const)
              : ({ kind: 'failed', because: name === 'late' ? 'ETIMEOUT' : 'ESERVFAIL' } as const),
      },
    }
    const dispatch = one.recorded(async ({ hook, ports: { resolver } }: HookContext) => {
      for (const name of answers) if (hook === 'connect') await resolver.resolve(name, 'A')
      return outcomeOf(hook, verdict('DENY'))
    }, 'r1')
    const connection = smtpConnection()
    await dispatch(contextAt('connect', { connection, ports }))
    await dispatch(contextAt('mail', { connection, ports, transaction: envelope() }))
    assert.deepEqual(records[1]?.facts['dns'], {
      'found A': ['127.0.0.2'],
      'none A': 'NXDOMAIN',
      'failed A': 'SERVFAIL',
      'late A': 'TIMEOUT',
    })
  })

  it('is not written where nothing happened, unless all hooks are wanted', async () => {
    for (const [all, wanted] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const { records, one } = recorder({ all })
      await one.recorded(({ hook }) => outcomeOf(hook, verdict('DECLINED')), 'r1')(contextAt('connect'))
      assert.equal(records.length, wanted)
    }
  })

  it('is written when nobody accepted a recipient', async () => {
    const { records, one } = recorder()
    const recipient = newRecipient(addressIn('bob@example.org'))
    const dispatch = one.recorded(({ hook }) => outcomeOf(hook, verdict('DECLINED')), 'r1')
    await dispatch(contextAt('rcpt', { transaction: envelope(['first@example.org']), recipient }))
    assert.deepEqual([records[0]?.decision.meaning, records[0]?.facts['rcpt']], ['refuse', ['bob@example.org']])
  })

  it('names a hundred recipients and counts the others', async () => {
    const { records, one } = recorder({ all: true })
    const many = Array.from({ length: 130 }, (_, number) => `r${number}@example.org`)
    const dispatch = one.recorded(({ hook }) => outcomeOf(hook, verdict('OK')), 'r1')
    await dispatch(contextAt('queue', { transaction: envelope(many) }))
    const { facts, rcpt_left_out: leftOut } = records[0] ?? assert.fail('nothing was recorded')
    assert.deepEqual([(facts['rcpt'] as string[]).length, leftOut], [100, 30])
  })
})

describe('a mask', () => {
  const everything = ['remote_ip', 'helo', 'auth', 'sender', 'rcpt'] as const

  async function maskedRecord(mask: RecorderOptions['settings']['mask']): Promise<DecisionRecord> {
    const { records, one } = recorder({ mask })
    const connection = smtpConnection('192.0.2.7')
    connection.remoteHost = 'host-192-0-2-7.example.net'
    connection.hello = { verb: 'EHLO', name: 'helo.example.net' }
    connection.auth = { user: 'annuser', mechanism: 'PLAIN' }
    connection.notes.set('who', 'ann@example.net')
    const dispatch = one.recorded(async ({ hook, ports, connection: { notes } }) => {
      await ports.resolver.resolve('7.2.0.192.bl.example', 'A')
      notes.set('again', 'ann@example.net')
      return outcomeOf(hook, verdict('DENY', 'Not from ann@example.net at 192.0.2.7'))
    }, 'r1')
    const recipient = newRecipient(addressIn('bob@example.org'))
    await dispatch(contextAt('rcpt', { connection, transaction: envelope(), recipient }))
    return records[0] ?? assert.fail('nothing was recorded')
  }

  it('leaves no word of what is masked anywhere', async () => {
    const text = JSON.stringify(await maskedRecord(everything))
    for (const word of ['192.0.2.7', '192-0-2-7', '7.2.0.192', 'helo.example', 'annuser', 'ann@', 'bob@'])
      assert.ok(!text.includes(word), `${word} is in ${text}`)
  })

  it('keeps equality', async () => {
    const [one, other] = [await maskedRecord(['sender']), await maskedRecord(['sender'])]
    assert.deepEqual(one.masked, other.masked)
    assert.match(String(one.masked?.['sender']), /^hash-/)
  })

  it('leaves the rest', async () => {
    const { facts, decision } = await maskedRecord(['sender'])
    assert.deepEqual([facts['remote_ip'], facts['rcpt'], decision.rule], ['192.0.2.7', ['bob@example.org'], 'rcpt'])
    assert.equal('dns' in facts || 'notes' in facts || 'message' in decision, false)
  })
})

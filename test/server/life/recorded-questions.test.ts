/** What words asked outside is in the record of a decision, so that other rules can be asked with the same answers. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { QuestionAnswer } from '../../../src/core/question.ts'
import { newRecipient, newTransaction } from '../../../src/core/session.ts'
import { createDispatcher } from '../../../src/engine/dispatch.ts'
import { checkWithAjv } from '../../../src/language/ajv.ts'
import { toJsonSchema } from '../../../src/language/schema/json-schema.ts'
import { SESSION_SCHEMA } from '../../../src/language/files/session-schema.ts'
import type { DecisionRecord } from '../../../src/server/life/decision-record.ts'
import { Recorder, type RecorderOptions } from '../../../src/server/life/recorded.ts'
import { type Judged, judge } from '../../../src/testing/replay.ts'
import { VOCABULARY } from '../../../src/cli/wiring.ts'
import { loadTexts, sound } from '../../compiler/memory-site.ts'
import { address } from '../../support/address.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { contextAt } from '../../support/hook-context.ts'
import { fakePorts, smtpConnection } from '../../support/smtp-rig.ts'

const RULES = `
    - id: access
      match:
        sql: { database: "sqlite:access.db", query: "SELECT action FROM access WHERE sender = \${sender}" }
        sql.action: reject
      return: DENY
      message: "it says \${sql.action}"
    - id: nobody
      match: { not: { ldap: { url: "ldap://ldap.example", base: dc=example, filter: "(mail=\${rcpt})", tls: none } } }
      return: DENY
      message: No such mailbox
    - id: score
      match:
        http: { url: "https://score.example/\${remote_ip}", values: [score], token: env:TOKEN }
        http.score: { gte: LIMIT }
      return: DENY
      message: "score \${http.score}"
`

const siteWith = async (limit: number, more = '') =>
  sound(
    await loadTexts(
      {
        'postern.yaml': 'hostname: mx.example.org\nplugins: [./a.yaml]\n',
        'a.yaml': `plugin: a\nhooks:\n  rcpt:${RULES.replace('LIMIT', String(limit))}${more}`,
      },
      {},
      VOCABULARY,
    ),
  )

const found = (values: Readonly<Record<string, string>>): QuestionAnswer => ({
  kind: 'found',
  values: new Map(Object.entries(values)),
})

type Answers = Readonly<Record<'sql' | 'ldap' | 'http', QuestionAnswer>>
const ANSWERS: Answers = { sql: found({ action: 'ok' }), ldap: found({ dn: 'cn=x' }), http: found({ score: '7' }) }

async function recordOf(over: Partial<Answers> = {}, settings: Partial<RecorderOptions['settings']> = {}) {
  const records: DecisionRecord[] = []
  const write = (record: DecisionRecord): void =>
    void records.push(JSON.parse(JSON.stringify(record)) as DecisionRecord)
  const recorder = new Recorder({
    settings: { all: true, headers: [], mask: [], ...settings },
    write,
    hash: (text) => `#${text.length}`,
  })
  const { program } = await siteWith(5)
  const dispatch = recorder.recorded(createDispatcher(program, { deadline: 1000, trace: true }), program.revision)
  const transaction = Object.assign(newTransaction('t1'), { sender: address('ann@example.net') })
  const answers = { ...ANSWERS, ...over }
  const ports = { ...fakePorts(), questions: { ask: async ({ kind }: { kind: keyof Answers }) => answers[kind] } }
  const recipient = newRecipient(address('bob@example.org'))
  await dispatch(contextAt('rcpt', { connection: smtpConnection('192.0.2.7'), transaction, recipient, ports }))
  return records[0] ?? assert.fail('nothing was recorded')
}

async function replayed(record: DecisionRecord, limit: number, more = ''): Promise<Judged> {
  const site = await siteWith(limit, more)
  return judge(record, {
    hostname: site.hostname,
    dispatch: createDispatcher(site.program, { deadline: 1000, trace: true }),
    policies: undefined,
    split: site.program.split,
    world: { clock: fakeClock(), log: { write: () => undefined } },
  })
}

describe('the record of a decision', () => {
  it('has what was asked outside, by who was asked, and no secret', async () => {
    const { facts } = await recordOf()
    assert.deepEqual(facts['sql'], {
      'sqlite:access.db': { "SELECT action FROM access WHERE sender = 'ann@example.net'": { action: 'ok' } },
    })
    assert.deepEqual(facts['ldap'], { 'ldap://ldap.example/dc=example': { '(mail=bob@example.org)': { dn: 'cn=x' } } })
    assert.deepEqual(facts['http'], { 'https://score.example': { 'GET /192.0.2.7': { score: '7' } } })
    assert.deepEqual(checkWithAjv(toJsonSchema(SESSION_SCHEMA, { params: false }), facts), [])
    assert.ok(!JSON.stringify(facts).includes('TOKEN'))
  })

  const CASES: readonly (readonly [string, Partial<Answers>, string])[] = [
    ['a row', { sql: found({ action: 'reject' }) }, 'it says reject'],
    ['no entry', { ldap: { kind: 'none' } }, 'No such mailbox'],
    ['a score', {}, 'score 7'],
  ]
  for (const [name, answers, message] of CASES)
    it(`is decided again with the same answers: ${name}`, async () => {
      const record = await recordOf(answers)
      assert.equal(record.decision.message, message)
      const again = await replayed(record, 5)
      assert.deepEqual('message' in again && again.message, message)
    })

  it('is decided otherwise by other rules with the same answers', async () => {
    const again = await replayed(await recordOf(), 8)
    assert.equal('ending' in again && again.by, undefined)
  })

  it('who did not answer then does not answer again', async () => {
    const record = await recordOf({ sql: { kind: 'failed', because: 'away' } })
    const again = await replayed(record, 8)
    assert.equal('ending' in again && again.ending, 'defer')
  })

  it('what was not asked then is undetermined, never the same', async () => {
    const more = `    - { id: other, match: { http: { url: "https://other.example/" } }, return: DENY }\n`
    assert.deepEqual(await replayed(await recordOf(), 8, more), {
      undetermined: ['"http": { "https://other.example": { "GET /": "NONE" } }'],
    })
  })

  it('is without all of it where something is masked: questions hold facts', async () => {
    const { facts } = await recordOf({}, { mask: ['sender'] })
    assert.deepEqual(
      ['sql', 'ldap', 'http'].filter((kind) => kind in facts),
      [],
    )
  })

  it('leaves out what is too long to be kept', async () => {
    const { facts } = await recordOf({ sql: found({ action: 'x'.repeat(9000) }) })
    assert.deepEqual([facts['sql'], 'ldap' in facts], [undefined, true])
  })
})

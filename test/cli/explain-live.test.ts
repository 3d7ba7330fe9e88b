/** A session whose questions are put to the DNS: each once, and what was given counts before what is asked. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { answeredSession } from '../../src/cli/sessions/answered-session.ts'
import { type Explained, explainSession } from '../../src/cli/sessions/explain-session.ts'
import { loadCheckedSite } from '../../src/cli/open-site.ts'
import { openTerminal } from '../../src/cli/terminal.ts'
import type { DnsAnswer } from '../../src/core/ports.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import { folder } from './folder.ts'

const TEXTS = {
  'postern.yaml': 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./house.yaml, rcpt_ok]\n',
  'house.yaml': `plugin: house
hooks:
  rcpt:
    - { id: first, match: { dnsbl: { zones: [a.example, b.example] } }, return: DENY, message: "\${dnsbl.zone}" }
    - { id: again, match: { dnsbl: { zones: [b.example, c.example] } }, return: DENY, message: "\${dnsbl.zone}" }
`,
}
const SESSION: SessionRecord = {
  remote_ip: '192.0.2.7',
  sender: 'a@b.example',
  rcpt: 'bob@example.org',
  dns: { '7.2.0.192.a.example A': 'NXDOMAIN' },
}

const ANSWERS: ReadonlyMap<string, DnsAnswer> = new Map([
  ['7.2.0.192.b.example A', { kind: 'none' }],
  ['7.2.0.192.c.example A', { kind: 'found', records: ['127.0.0.2'] }],
])

interface Asked {
  readonly explained: Explained
  readonly questions: readonly string[]
}

async function explain(context: TestContext, isLive: boolean): Promise<Asked> {
  const questions: string[] = []
  const live = async (question: string): Promise<DnsAnswer> => {
    questions.push(question)
    return ANSWERS.get(question) ?? { kind: 'failed', because: 'timeout' }
  }
  const site = await loadCheckedSite(join(folder(context, TEXTS).path, 'postern.yaml'), openTerminal())
  const explained = await explainSession(site, SESSION, { message: undefined, live: isLive ? live : undefined })
  return { explained, questions }
}

describe('DNS that is asked', () => {
  it('answers what the session does not, each question once', async (context) => {
    const { explained, questions } = await explain(context, true)
    assert.equal(explained.decisions.find(({ hook }) => hook === 'rcpt')?.message, 'c.example')
    assert.deepEqual(explained.asked, [])
    assert.ok(!questions.includes('7.2.0.192.a.example A'))
    assert.deepEqual(questions, [...new Set(questions)])
  })

  it('is part of the test that is made of it', async (context) => {
    const { explained } = await explain(context, true)
    const { dns = {} } = answeredSession(SESSION, explained)
    assert.equal(dns['7.2.0.192.a.example A'], 'NXDOMAIN')
    assert.equal(dns['7.2.0.192.b.example A'], 'NXDOMAIN')
    assert.deepEqual(dns['7.2.0.192.c.example A'], ['127.0.0.2'])
  })

  it('is not asked unless that is wanted', async (context) => {
    const { explained, questions } = await explain(context, false)
    assert.deepEqual(questions, [])
    assert.equal(explained.heard, undefined)
    assert.deepEqual(answeredSession(SESSION, explained).dns, {
      '7.2.0.192.a.example A': 'NXDOMAIN',
      '7.2.0.192.b.example A': 'SERVFAIL',
      '7.2.0.192.c.example A': 'SERVFAIL',
    })
  })
})

it('questions to databases that nobody answers fail in the test too', () => {
  const what = '"sql": { "postgres://db.example/mail": { "SELECT \\"a\\"": "NONE" } }'
  const explained: Explained = { decisions: [], accepted: [], relay_client: false, asked: [{ kind: 'question', what }] }
  assert.deepEqual(answeredSession({}, explained), {
    sql: { 'postgres://db.example/mail': { 'SELECT "a"': 'FAILED' } },
  })
})

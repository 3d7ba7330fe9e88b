/** Lines of a decision log that somebody else wrote: they are none, or change nothing but the figures. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { folder } from './folder.ts'

const SITE = `hostname: mx.example.org
local_domains: [example.org]
plugins: [rcpt_ok]
`

const RECORD = {
  v: 1,
  id: 'c1.1',
  time: '2026-11-20T12:00:00.000Z',
  hook: 'rcpt',
  facts: { sender: 'a@example.net', rcpt: ['bob@example.org'] },
  decision: { return: 'DENY' },
}

const NONE: Readonly<Record<string, unknown>> = {
  'a hook that is none': { ...RECORD, hook: '__proto__' },
  'a return code that is none': { ...RECORD, decision: { return: 'constructor' } },
  'no return code': { ...RECORD, decision: {} },
  'a list in place of facts': { ...RECORD, facts: [] },
  'a path that is no list': { ...RECORD, path: 'x' },
  'steps that are none': { ...RECORD, path: [null] },
  'trials that are none': { ...RECORD, would: [{}] },
  'a name that steers the terminal': { ...RECORD, id: '\u001b]0;owned\u0007' },
}

for (const [what, record] of Object.entries(NONE))
  it(`a line with ${what} is no record, and is named`, async (test) => {
    const place = folder(test, { 'postern.yaml': SITE, 'log.ndjson': JSON.stringify(record) })
    const { code, stderr } = await place.postern(['replay', 'log.ndjson'])
    assert.match(stderr, /log\.ndjson:1: this is no record of a decision/)
    assert.notEqual(code, 0)
  })

it('a million brackets are no record', async (test) => {
  const place = folder(test, { 'postern.yaml': SITE, 'log.ndjson': '['.repeat(1_000_000) })
  assert.match((await place.postern(['replay', 'log.ndjson'])).stderr, /log\.ndjson:1: this is no record/)
})

it('what strangers said in a record does not steer the terminal', async (test) => {
  const facts = { remote_ip: '192.0.2.1', sender: 'a@example.net', rcpt: 'bob\u202e\u009b31m\u001b[2J@example.org' }
  const record = { ...RECORD, facts, masked: { '\u001b[31mhelo': 'x' } }
  const place = folder(test, { 'postern.yaml': SITE, 'log.ndjson': JSON.stringify(record) })
  const { stdout, stderr } = await place.postern(['replay', 'log.ndjson'])
  assert.match(stdout, /first: /)
  assert.doesNotMatch(stdout + stderr, /[\u001b\u007f-\u009f\u202e]/)
})

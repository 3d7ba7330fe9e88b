/** Policy tests: inline ones, suites, and what they say when they fail. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestedFile } from '../../src/testing/run-tests.ts'
import { runTexts } from './memory-tests.ts'

const HOUSE = `plugin: house
params: { limit: { type: integer, default: 2 } }
lists: { partners: { file: lists/partners, of: ip, optional: true } }
hooks:
  connect:
    - { id: partner, match: { remote_ip: { in_list: partners } }, set: { immune: true } }
  rcpt:
    - { id: full, match: { rcpt.count: { gte: "\${limit}" } }, unless: { immune: true }, return: DENYSOFT }
  data_post:
    - { id: mine, match: { header.Subject: mine }, return: DENY }
`
const SITE = 'hostname: mx.example.com\nplugins: [./rules/house.yaml]\n'

async function run(
  path: string,
  files: Readonly<Record<string, string>>,
  isWanted = (_: string) => true,
): Promise<TestedFile> {
  return runTexts(path, files, { isWanted: ({ suite, name }) => isWanted(`${suite}: ${name}`) })
}

function inline(tests: string): Readonly<Record<string, string>> {
  return { '/site/rules/house.yaml': `${HOUSE}tests:\n${tests}`, '/site/postern.yaml': SITE }
}

/** `name`, or `name: what is wrong`. */
function said({ results, diagnostics }: TestedFile): readonly string[] {
  return [
    ...diagnostics.map(({ code, range, message }) => `${range.start.line}:${range.start.column} ${code} ${message}`),
    ...results.map(({ name, passed, mismatches, problems }) => {
      const wrong = [...mismatches.map((one) => `${one.field} ${one.expected}, not ${one.actual}`), ...problems]
      assert.equal(passed, wrong.length === 0)
      return [name, ...wrong].join(': ')
    }),
  ]
}

const MANY = 'sender: a@example.net, rcpt: [a@example.org, b@example.org, c@example.org]'

describe('inline tests', () => {
  it('ask their plugin alone: where it does not decide, the session goes on', async () => {
    const tests = `  - { name: the third waits, given: { ${MANY} }, expect: { hook: rcpt, rcpt: c@example.org, rule: full, accepted: [a@example.org, b@example.org] } }\n`
    assert.deepEqual(said(await run('/site/rules/house.yaml', inline(tests))), ['the third waits'])
  })

  it('give it parameters, and entries for its lists', async () => {
    const tests = `  - { name: one, params: { limit: 1 }, given: { ${MANY} }, expect: { accepted: a@example.org } }
  - { name: partner, lists: { partners: [192.0.2.0/24] }, given: { remote_ip: 192.0.2.7, ${MANY} }, expect: { immune: true, return: DECLINED } }
`
    assert.deepEqual(said(await run('/site/rules/house.yaml', inline(tests))), ['one', 'partner'])
  })

  it('say why the rule that was expected did not apply, where none did', async () => {
    const rules = `plugin: house
hooks:
  mail:
    - { id: bulk, match: { sender.domain: bulk.example }, unless: { remote_ip: 192.0.2.0/24 }, return: DENY }
    - { id: last, match: { sender.user: eve }, return: DENY }
tests:
  - { name: bulk, given: { remote_ip: 192.0.2.7, sender: a@bulk.example }, expect: { hook: mail, rule: bulk } }
`
    const { results } = await run('/site/rules/house.yaml', { '/site/rules/house.yaml': rules })
    assert.deepEqual(results[0]?.because, ['remote_ip: 192.0.2.0/24 → hit, saw 192.0.2.7 (`192.0.2.0/24`)'])
  })

  it('say what does not hold', async () => {
    const tests = `  - { name: wrong, given: { ${MANY} }, expect: [{ hook: connect, return: DENY }, { accepted: [] }] }\n`
    assert.deepEqual(said(await run('/site/rules/house.yaml', inline(tests))), [
      'wrong: return DENY, not DECLINED: accepted [], not a@example.org, b@example.org',
    ])
  })

  it('show the comparisons that led to the last decision', async () => {
    const tests = `  - { name: wrong, given: { ${MANY} }, expect: { score: 5 } }\n`
    const { results } = await run('/site/rules/house.yaml', inline(tests))
    assert.deepEqual(results[0]?.because, ['immune: true → miss, saw false', 'rcpt.count: { gte: 2 } → hit, saw 2'])
  })

  it('fail by the name of the DNS question that they do not answer', async () => {
    const plugin = 'plugin: p\nhooks: { connect: [{ id: a, match: { fcrdns: true }, return: DENY }] }\n'
    const tests =
      'tests: [{ name: t, given: { dns: { 1.2.0.192.in-addr.arpa PTR: [mx.example] } }, expect: { hook: connect } }]\n'
    assert.deepEqual(said(await run('/site/p.yaml', { '/site/p.yaml': plugin + tests })), [
      't: DNS was asked for `mx.example A`, which the test does not answer: add it to `given.dns`',
    ])
  })

  it('that cannot be a session say why', async () => {
    const tests = `  - { name: address, given: { sender: nobody, rcpt: a@example.org }, expect: { hook: mail } }
  - { name: client, given: { remote_ip: mx }, expect: { hook: connect } }
  - { name: parameter, params: { limit: many }, expect: { hook: connect } }
`
    assert.deepEqual(said(await run('/site/rules/house.yaml', inline(tests))), [
      'address: `nobody` is no mail address; an SMTP server would answer 501',
      'client: `mx` is no IP address',
      'parameter: /site/rules/house.yaml:14: parameter `limit` must be an integer, got a string',
    ])
  })

  it('are not run when one of them is no test', async () => {
    const tests = `  - { name: fine, expect: { hook: connect } }
  - { name: empty, expect: {} }
  - { nam: typo, expect: { hook: connect } }
`
    assert.deepEqual(said(await run('/site/rules/house.yaml', inline(tests))), [
      '13:28 TST902 a test that expects nothing cannot fail',
      '14:7 CFG101 unknown key `nam` in a test',
    ])
  })

  it('run by their names', async () => {
    const tests = '  - { name: one, expect: { hook: connect } }\n  - { name: two, expect: { hook: connect } }\n'
    const tested = await run('/site/rules/house.yaml', inline(tests), (name) => name === 'house: two')
    assert.deepEqual(said(tested), ['two'])
  })
})

describe('suites', () => {
  const files = { '/site/rules/house.yaml': HOUSE, '/site/postern.yaml': SITE, '/site/lists/partners': '192.0.2.7\n' }

  async function suite(text: string): Promise<readonly string[]> {
    const mail = 'Subject: mine\r\n\r\nhello\r\n'
    return said(await run('/site/tests/a.yaml', { ...files, '/site/tests/a.yaml': text, '/site/tests/mine.eml': mail }))
  }

  it('ask a whole site, in which nobody who says nothing is accepted', async () => {
    const text = `suite: s\nsite: ../postern.yaml\ntests:\n  - { name: t, given: { ${MANY} }, expect: { hook: rcpt, return: DECLINED, accepted: [] } }\n`
    assert.deepEqual(await suite(text), ['t'])
  })

  it('or one plugin, named as a file beside them', async () => {
    for (const plugin of ['../rules/house.yaml', './../rules/house.yaml'])
      assert.deepEqual(
        await suite(
          `suite: s\nplugin: ${plugin}\ntests:\n  - { name: t, given: { ${MANY} }, expect: { rule: full } }\n`,
        ),
        ['t'],
      )
  })

  it('merge what is given to all tests into each', async () => {
    const text = `suite: s
plugin: ../rules/house.yaml
given: { remote_ip: 192.0.2.7, ${MANY} }
tests:
  - { name: partner, expect: { immune: true } }
  - { name: other, given: { remote_ip: 192.0.2.8 }, expect: { immune: false, rule: full } }
`
    assert.deepEqual(await suite(text), ['partner', 'other'])
  })

  it('may give a message from a file', async () => {
    const text = `suite: s\nplugin: ../rules/house.yaml\ntests:\n  - { name: t, given: { sender: "<>", rcpt: a@example.org, message: mine.eml }, expect: { hook: data_post, rule: mine } }\n`
    assert.deepEqual(await suite(text), ['t'])
  })

  it('name what they test', async () => {
    assert.deepEqual(await suite('suite: s\ntests:\n  - { name: t, expect: { hook: connect } }\n'), [
      '1:8 CFG103 a suite names what it tests',
    ])
  })

  it('of a site that does not load say why, in each test', async () => {
    const text = 'suite: s\nsite: ../nowhere.yaml\ntests:\n  - { name: t, expect: { hook: connect } }\n'
    assert.deepEqual(await suite(text), ['t: /site/nowhere.yaml:1: there is no file /site/nowhere.yaml'])
  })

  it('that expect nothing are told so', async () => {
    assert.deepEqual(await suite('suite: s\nsite: ../postern.yaml\ntests:\n  - { name: t, expect: [] }\n'), [
      '4:24 TST902 a test that expects nothing cannot fail',
    ])
  })
})

/** lookup: a key made of facts, in a list at hand or anywhere else. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lookup } from '../../src/vocabulary/lookup.ts'
import { folder } from '../cli/folder.ts'
import { answerOf } from './ask.ts'

const PAIRS = { in: ['192.0.2.7/friend.example gold', '192.0.2.7/foe.example', '192.0.2.8/friend.example silver'] }

describe('lookup', () => {
  const asked = (key: string, more: object = {}) => answerOf(lookup, { ...PAIRS, key, ...more }, {})

  it('finds what stands behind the key', async () => {
    const { truth, found } = await asked('192.0.2.7/Friend.Example')
    assert.deepEqual([truth, found], ['hit', { key: '192.0.2.7/Friend.Example', value: 'gold' }])
  })

  it('finds an entry without a value', async () => {
    assert.deepEqual((await asked('192.0.2.7/foe.example')).found, { key: '192.0.2.7/foe.example' })
  })

  it('may be asked for some values only', async () => {
    const truths = await Promise.all(
      ['192.0.2.7/friend.example', '192.0.2.8/friend.example', '192.0.2.7/foe.example'].map((key) =>
        asked(key, { value: ['Gold', 'bronze'] }),
      ),
    )
    assert.deepEqual(
      truths.map(({ truth }) => truth),
      ['hit', 'miss', 'miss'],
    )
    assert.equal(truths[1]?.found?.['value'], 'silver')
  })

  it('misses what is not there, and nothing at all', async () => {
    assert.equal((await asked('192.0.2.9/friend.example')).truth, 'miss')
    assert.equal((await asked('')).truth, 'miss')
  })
})

const SITE = {
  'postern.yaml': 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./house.yaml, rcpt_ok]\n',
  'house.yaml': `plugin: house
lists:
  partners: { source: "sqlite:partners.db#table=partners&key=pair&value=rank", of: string }
hooks:
  rcpt:
    - id: known
      match: { lookup: { in: partners, key: "\${remote_ip}/\${sender.domain}", value: [gold] } }
      return: OK
      message: "a partner, \${lookup.value}"
`,
  'house.test.yaml': `suite: partners
site: ./postern.yaml
given: { remote_ip: 192.0.2.7, sender: ann@friend.example, rcpt: x@elsewhere.example }
tests:
  - name: a partner of rank
    given: { sources: { "sqlite:partners.db#table=partners&key=pair&value=rank": { 192.0.2.7/friend.example: gold } } }
    expect: { hook: rcpt, rule: known, message: "a partner, gold" }
  - name: the database is away
    given: { sources: { "sqlite:partners.db#table=partners&key=pair&value=rank": FAILED } }
    expect: { hook: rcpt, return: DENYSOFT, unknown: true }
`,
}

describe('lookup in a database', () => {
  it('is asked by nobody offline: tests say what it answers', async (test) => {
    const of = folder(test, SITE)
    for (const command of ['check', 'test']) {
      const { code, stdout } = await of.postern([command])
      assert.equal(code, 0, stdout)
    }
    const explained = await of.postern([
      'explain',
      '--ip',
      '192.0.2.7',
      '--from',
      'ann@friend.example',
      '--rcpt',
      'x@elsewhere.example',
    ])
    assert.match(explained.stdout, /unknown house\/known/)
  })
})

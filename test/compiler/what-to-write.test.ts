/** What findings say to write instead, for what is typed where a rule wants something else. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VOCABULARY } from '../../src/cli/wiring.ts'
import { findingLines, loadTexts } from './memory-site.ts'

async function helpFor(condition: string): Promise<string | undefined> {
  const { report } = await loadTexts(
    {
      'postern.yaml': 'hostname: mx.example.org\nlisten: [{ port: 25 }]\nplugins: [./house.yaml]\n',
      'house.yaml': `plugin: house\nhooks:\n  data_post:\n    - { id: a, match: { ${condition} }, return: DENY }\n`,
    },
    {},
    VOCABULARY,
  )
  return report.sorted()[0]?.help
}

const CASES: readonly (readonly [condition: string, help: string])[] = [
  ['sender: "a@b.example, c@d.example"', 'each is an entry of its own; in a rule: `[a@b.example, c@d.example]`'],
  ['sender.domain: a.example b.example', 'each is an entry of its own; in a rule: `[a.example, b.example]`'],
  ['remote_ip: "192.0.2.7;10.0.0.0/8"', 'each is an entry of its own; in a rule: `[192.0.2.7, 10.0.0.0/8]`'],
  [
    'rcpt.domain: { in_list: local_domains }',
    'say in the site file which domains are yours: `local_domains: lists/rcpthosts`',
  ],
  ['remote_ip: mail.example.org', 'the name of a client is `remote_host`'],
  ['dnsbl: { zones: ["https://bl.example/x"] }', 'the zone alone: `bl.example`'],
  ['dnsbl: bl.example', 'write `{ zones: … }`'],
  ['rcpt.domain: { length: 11 }', 'it is a map; keys allowed in it: gt, gte, lt, lte, between'],
  ['size: { gt: 10MB }', 'in octets, write `10000000`'],
  [
    'header.Subject: #1 offer',
    '` #` begins a comment, which takes the rest of the line with it: put a text that has one in quotes',
  ],
]

describe('a finding says what to write', () => {
  for (const [condition, help] of CASES)
    it(`for ${condition}`, async () => {
      assert.equal(await helpFor(condition), help)
    })
})

describe('a ruleset', () => {
  it('that hands on a parameter it does not have is told which it has', async () => {
    const { report } = await loadTexts(
      {
        'postern.yaml': 'hostname: mx.example.org\nlisten: [{ port: 25 }]\nplugins: [./strict.yaml]\n',
        'strict.yaml':
          'ruleset: strict\nparams: { zones: { type: text, default: bl.example } }\nplugins:\n  - ./house.yaml: { names: "${zoness}", text: "${helo}" }\n',
        'house.yaml':
          'plugin: house\nparams: { names: { type: text, optional: true }, text: { type: text } }\nhooks: {}\n',
      },
      {},
      VOCABULARY,
    )
    assert.deepEqual(findingLines(report), ['strict.yaml:4:31 CFG111 ruleset `strict` has no parameter `zoness`'])
    assert.equal(report.sorted()[0]?.label, 'did you mean `zones`?')
  })
})

/** Completion: what could be typed at the cursor, in files that are half typed as well. `|` is the cursor. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { complete, type Completion } from '../../../src/cli/lsp/complete.ts'
import { atCursor } from './house.ts'

const SITE = `hostname: mx.example.org
local_domains: [example.org]
plugins:
  - ./rules/house.yaml
  - use: ./rules/notes.yaml
    skippable: true
  - rcpt_ok
`
const NOTES = `plugin: notes
settings:
  reject_at: { type: number }
hooks:
  connect:
    - id: seen
      match: { remote_ip: 192.0.2.1 }
      set: { note.seen: true, note.points: 3 }
`
const SUITE = `suite: house
plugin: ./rules/house.yaml
tests:
  - name: one
    expect: { rule: | }
`
const HOUSE = `plugin: house
params:
  zone: { type: text, summary: A zone }
lists:
  partners: { of: ip, entries: [192.0.2.1] }
  spammers: { of: address, file: lists/spammers }
hooks:
  connect:
    - id: partner
      match: { remote_ip: { in_list: partners } }
      return: DECLINED
  rcpt:
    - id: spammer
      match: { sender: { in_list: spammers } }
      return: DENY
`

const OTHERS = { 'postern.yaml': SITE, 'rules/notes.yaml': NOTES, 'rules/house.yaml': HOUSE }

function at(name: string, marked: string): readonly Completion[] {
  const { file, text, offset, model } = atCursor(name, marked, OTHERS)
  return complete(file, text, offset, model)
}

/** Behind the head of a plugin. */
function inHouse(rest: string): readonly Completion[] {
  return at('rules/house.yaml', `plugin: house\nlists:\n  partners: { of: ip }\n  spammers: { of: address }\n${rest}`)
}

function labels(found: readonly Completion[]): readonly string[] {
  return found.map(({ label }) => label)
}

interface Case {
  readonly name: string
  readonly text: string
  readonly offers: readonly string[]
  readonly without?: readonly string[]
  readonly file?: string
}

const CASES: readonly Case[] = [
  {
    name: 'keys of a plugin, but for those given',
    text: '|',
    offers: ['hooks', 'params'],
    without: ['plugin', 'lists'],
  },
  { name: 'hooks', text: 'hooks:\n  con|', offers: ['connect', 'rcpt', 'data_post'] },
  {
    name: 'keys of a rule, in a file that ends in the middle of it',
    text: 'hooks:\n  rcpt:\n    - id: a\n      m|',
    offers: ['match', 'unless', 'message', 'return'],
    without: ['id', 'deliver'],
  },
  { name: 'delivery targets at queue', text: 'hooks:\n  queue:\n    - id: a\n      deliver: { |', offers: ['maildir'] },
  {
    name: 'facts known at connect, and no others',
    text: 'hooks:\n  connect:\n    - id: a\n      match: { |',
    offers: ['remote_ip', 'remote_host', 'note.seen', 'any', 'dnsbl'],
    without: ['sender', 'rcpt', 'header.', 'body', 'policy.reject_at', 'spf'],
  },
  {
    name: 'facts known at rcpt',
    text: 'hooks:\n  rcpt:\n    - id: a\n      match:\n        |',
    offers: ['sender.domain', 'rcpt', 'policy.reject_at', 'note.points', 'always'],
    without: ['header.', 'body'],
  },
  {
    name: 'facts that all hooks of a chain know',
    text: 'hooks:\n  connect, mail:\n    - id: a\n      match: { |',
    offers: ['remote_ip'],
    without: ['sender', 'helo'],
  },
  {
    name: 'facts within any, in a bracket that is not closed, with rules below',
    text: 'hooks:\n  mail:\n    - id: a\n      match: { any: [{ immune: true }, { se|\n    - id: b\n      match: always\n',
    offers: ['sender', 'sender.domain'],
    without: ['rcpt', 'match'],
  },
  {
    name: 'operators of an address',
    text: 'hooks:\n  connect:\n    - id: a\n      match: { remote_ip: { |',
    offers: ['in', 'in_list', 'exists'],
    without: ['regex', 'gt', 'older_than'],
  },
  {
    name: 'operators of a number',
    text: 'hooks:\n  mail:\n    - id: a\n      match:\n        mail.size:\n          |',
    offers: ['gt', 'between', 'exists'],
    without: ['in_list', 'regex'],
  },
  {
    name: 'operators of a note by the type of its value',
    text: 'hooks:\n  rcpt:\n    - id: a\n      match: { note.points: { |',
    offers: ['gt', 'lte'],
    without: ['regex'],
  },
  {
    name: 'operators of a family',
    text: 'hooks:\n  data_post:\n    - id: a\n      match: { header.Subject: { |',
    offers: ['regex', 'contains'],
    without: ['gt'],
  },
  {
    name: 'lists of the kind that fits',
    text: 'hooks:\n  connect:\n    - id: a\n      match: { remote_ip: { in_list: | } }',
    offers: ['partners'],
    without: ['spammers', 'local_domains'],
  },
  {
    name: 'lists of other files are not offered, those of the site are',
    text: 'hooks:\n  rcpt:\n    - id: a\n      match: { rcpt.domain: { in_list: lo| } }',
    offers: ['local_domains'],
    without: ['partners'],
  },
  {
    name: 'options of a word',
    text: 'hooks:\n  connect:\n    - id: a\n      match:\n        dnsbl:\n          |',
    offers: ['zones'],
  },
  {
    name: 'what a word found, behind it',
    text: 'hooks:\n  connect:\n    - id: a\n      match: { dnsbl: { zones: [a.example] }, dn| }',
    offers: ['dnsbl.zone', 'dnsbl.address'],
    without: ['list.reason'],
  },
  {
    name: 'return codes of the hook',
    text: 'hooks:\n  data_headers_end:\n    - id: a\n      match: always\n      return: |',
    offers: ['DECLINED', 'DENY_DISCONNECT'],
    without: ['OK', 'DENY', 'DONE'],
  },
  {
    name: 'hooks that can still refuse',
    text: 'hooks:\n  helo:\n    - id: a\n      match: always\n      return: DENY\n      reply_at: |',
    offers: ['mail', 'rcpt'],
    without: ['connect', 'disconnect', 'queue_post'],
  },
  {
    name: 'notes to set',
    text: 'hooks:\n  rcpt:\n    - id: a\n      match: always\n      set: { |',
    offers: ['note.', 'note.seen', 'relay_client'],
    without: ['config.greeting', 'policy.reject_at'],
  },
  {
    name: 'names within a text',
    text: 'hooks:\n  mail:\n    - id: a\n      match: { dnsbl: { zones: [a.example] } }\n      return: DENY\n      message: "no ${se|"',
    offers: ['sender', 'sender.domain', 'dnsbl.zone', 'note.seen'],
    without: ['rcpt', 'body'],
  },
  { name: 'values of a key', text: 'hooks:\n  mail:\n    - id: a\n      mode: |', offers: ['enforce', 'monitor'] },
  {
    name: 'true and false',
    text: 'hooks:\n  mail:\n    - id: a\n      match: { sender.null: | }',
    offers: ['true', 'false'],
  },
  { name: 'kinds of lists', text: 'params:\n  a: { list: | }', offers: ['ip', 'address'] },
  { name: 'nothing within a comment', text: 'hooks: # co|', offers: [], without: ['connect'] },
  { name: 'keys of a test', text: 'tests:\n  - name: a\n    given: { |', offers: ['remote_ip', 'rcpt'] },
  { name: 'plugins', file: 'postern.yaml', text: `${SITE}  - |`, offers: ['dnsbl', './rules/house.yaml', 'use'] },
  { name: 'parameters of a plugin', file: 'postern.yaml', text: `${SITE}  - dnsbl: { |`, offers: ['zones'] },
  {
    name: 'parameters in the long form',
    file: 'postern.yaml',
    text: `${SITE}  - use: dnsbl\n    with:\n      |`,
    offers: ['zones'],
  },
  {
    name: 'facts for the hooks of a plugin',
    file: 'postern.yaml',
    text: `${SITE}  - use: ./rules/house.yaml\n    unless: { |`,
    offers: ['remote_ip'],
    without: ['sender'],
  },
  { name: 'settings of a site', file: 'postern.yaml', text: `${SITE}l|`, offers: ['listen', 'limits', 'log'] },
  { name: 'rules of the plugin under test', file: 'house.test.yaml', text: SUITE, offers: ['partner', 'spammer'] },
  {
    name: 'rules of all plugins of the site under test',
    file: 'site.test.yaml',
    text: SUITE.replace('plugin: ./rules/house.yaml', 'site: ./postern.yaml'),
    offers: ['partner', 'seen'],
  },
  { name: 'settings of a policy', file: 'policies/ann.yaml', text: 'settings:\n  |', offers: ['reject_at'] },
  {
    name: 'plugins that a recipient may skip',
    file: 'policies/ann.yaml',
    text: 'skip: [|',
    offers: ['notes'],
    without: ['house'],
  },
  { name: 'beginnings of a new file', file: 'new.yaml', text: '|x', offers: ['plugin', 'suite', 'hostname'] },
]

describe('completion', () => {
  for (const { name, text, offers, without = [], file } of CASES)
    it(`offers ${name}`, () => {
      const found = labels(file === undefined ? inHouse(text) : at(file, text))
      for (const one of offers) assert.ok(found.includes(one), `${one} is missing in ${found.join(' ')}`)
      for (const one of without) assert.ok(!found.includes(one), `${one} does not belong here`)
    })

  it('replaces what has been typed, and adds a colon where there is none', () => {
    const text = 'hooks:\n  mail:\n    - id: a\n      ret|rn'
    const one = inHouse(text).find(({ label }) => label === 'return')
    const { offset } = atCursor(
      'a',
      `plugin: house\nlists:\n  partners: { of: ip }\n  spammers: { of: address }\n${text}`,
    )
    assert.deepEqual([one?.text, one?.from, one?.to], ['return: ', offset - 3, offset + 2])
    const kept = inHouse('hooks:\n  mail:\n    - id: a\n      ret|: DENY').find(({ label }) => label === 'return')
    assert.equal(kept?.text, 'return')
  })
})

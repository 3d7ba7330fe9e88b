/** From names to where they are made, to who uses them, to other names. `|` is the cursor. */
import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, it } from 'node:test'
import { hoverAt } from '../../../src/cli/lsp/hover.ts'
import { definitionsAt, type Place, referencesAt, renameAt } from '../../../src/cli/lsp/navigate.ts'
import { outlineOf, type Part } from '../../../src/cli/lsp/outline.ts'
import type { Sheet } from '../../../src/cli/lsp/mention.ts'
import type { SiteModel } from '../../../src/cli/lsp/site-model.ts'
import { modelOf, ROOT } from './house.ts'

const FILES: Readonly<Record<string, string>> = {
  'postern.yaml': `hostname: mx.example.org
local_domains: lists/rcpthosts
plugins:
  - ./rules/house.yaml: { helpers: lists/helpers }
  - use: ./rules/other.yaml
    unless: { note.seen: true }
  - badmailfrom: { badmailfrom: lists/bad }
  - rcpt_ok
`,
  'rules/house.yaml': `plugin: house
params:
  helpers: { list: ip, summary: Who helps }
lists:
  partners: { of: ip, file: lists/partners.txt }
hooks:
  connect:
    - id: partner
      summary: Friends of the house
      match: { remote_ip: { in_list: partners } }
      set: { note.seen: true }
      return: DECLINED
    - id: helper
      match: { remote_ip: { in_list: "\${helpers}" } }
      log: "\${note.seen | never}"
  helo, ehlo:
    - id: again
      match: { note.seen: true }
      return: DENY
tests:
  - name: a partner
    lists: { partners: [192.0.2.1] }
    given: { remote_ip: 192.0.2.1 }
    expect: { rule: partner, notes: { seen: true } }
  - name: many
    table:
      - [remote_ip, rule]
      - [192.0.2.1, partner]
      - [192.0.2.2, again]
`,
  'rules/other.yaml': `plugin: other
lists:
  partners: { of: ip, entries: [] }
hooks:
  connect:
    - { id: partner, match: { note.seen: false, remote_ip: { in_list: partners } }, return: DENY }
`,
  'house.test.yaml': `suite: house
plugin: ./rules/house.yaml
tests:
  - { name: one, params: { helpers: [192.0.2.1] }, expect: [{ rule: partner }] }
`,
  'site.test.yaml': `suite: site
site: ./postern.yaml
tests:
  - { name: one, expect: { rule: partner, plugin: house } }
  - { name: two, expect: { rule: partner } }
  - { name: three, expect: { rule: again } }
`,
}

interface Here {
  readonly sheet: Sheet
  readonly offset: number
  readonly model: SiteModel
}

/** The cursor is put behind `before`, in the middle of `name`. */
function at(name: string, around: string): Here {
  const [left = '', right = ''] = around.split('|')
  const text = FILES[name] ?? assert.fail(name)
  assert.equal(text.split(left + right).length, 2, `${around} stands once`)
  const model = modelOf(FILES)
  const sheet = model.sheets.get(posix.join(ROOT, name)) ?? assert.fail(name)
  return { sheet, offset: text.indexOf(left + right) + left.length, model }
}

function shown(places: readonly Place[], model: SiteModel): readonly string[] {
  return places.map(({ file, from, to }) => {
    const text = model.sheets.get(file)?.text ?? ''
    const line = text.slice(0, from).split('\n').length
    return `${posix.relative(ROOT, file)}:${line} ${text.slice(from, to)}`.trim()
  })
}

function definitions(name: string, around: string): readonly string[] {
  const { sheet, offset, model } = at(name, around)
  return shown(definitionsAt(sheet, offset, model), model)
}

describe('going to a definition', () => {
  for (const [name, file, around, wanted] of [
    ['of a list', 'rules/house.yaml', 'in_list: part|ners', ['rules/house.yaml:5 partners', 'lists/partners.txt:1']],
    ['of a list parameter', 'rules/house.yaml', '"${hel|pers}"', ['rules/house.yaml:3 helpers']],
    ['of an argument', 'postern.yaml', '{ hel|pers:', ['rules/house.yaml:3 helpers']],
    ['of a note', 'rules/other.yaml', 'note.s|een', ['rules/house.yaml:11 seen']],
    ['of a note in a text', 'rules/house.yaml', '${note.se|en', ['rules/house.yaml:11 seen']],
    ['of a rule, from a test beside it', 'rules/house.yaml', 'rule: part|ner', ['rules/house.yaml:8 partner']],
    ['of a rule, from a table', 'rules/house.yaml', '192.0.2.1, part|ner', ['rules/house.yaml:8 partner']],
    ['of a rule, from a suite', 'house.test.yaml', 'rule: |partner', ['rules/house.yaml:8 partner']],
    ['of a rule of the plugin named', 'site.test.yaml', 'rule: part|ner, plugin', ['rules/house.yaml:8 partner']],
    ['of a rule that only one plugin has', 'site.test.yaml', 'rule: ag|ain', ['rules/house.yaml:17 again']],
    ['of no rule, where two could be meant', 'site.test.yaml', 'rule: part|ner } }', []],
    ['of a plugin of the site', 'postern.yaml', './rules/ho|use.yaml', ['rules/house.yaml:1']],
    ['of a site under test', 'site.test.yaml', './post|ern', ['postern.yaml:1']],
    ['of a list file', 'rules/house.yaml', 'lists/part|ners', ['lists/partners.txt:1']],
    ['of the list file of an argument', 'postern.yaml', 'lists/he|lpers', ['lists/helpers:1']],
    ['of the domains', 'postern.yaml', 'lists/rcpt|hosts', ['lists/rcpthosts:1']],
  ] as const)
    it(name, () => assert.deepEqual(definitions(file, around), wanted))

  it('of a builtin', () => {
    const { sheet, offset, model } = at('postern.yaml', '- rcpt|_ok')
    assert.match(definitionsAt(sheet, offset, model)[0]?.file ?? '', /builtins\/rcpt_ok\.yaml$/)
  })
})

describe('references', () => {
  it('of a note are those of the whole site', () => {
    const { sheet, offset, model } = at('rules/other.yaml', 'note.s|een')
    assert.deepEqual(shown(referencesAt(sheet, offset, model), model), [
      'postern.yaml:6 seen',
      'rules/house.yaml:11 seen',
      'rules/house.yaml:15 seen',
      'rules/house.yaml:18 seen',
      'rules/house.yaml:24 seen',
      'rules/other.yaml:6 seen',
    ])
  })

  it('of a list are those of its plugin', () => {
    const { sheet, offset, model } = at('rules/house.yaml', 'in_list: part|ners')
    const lines = shown(referencesAt(sheet, offset, model), model)
    assert.deepEqual(
      lines,
      [5, 10, 22].map((line) => `rules/house.yaml:${line} partners`),
    )
  })
})

describe('renaming', () => {
  const rename = (name: string, around: string, to: string): readonly string[] | string => {
    const { sheet, offset, model } = at(name, around)
    const renamed = renameAt(sheet, offset, to, model)
    return renamed.ok ? shown(renamed.places, model) : renamed.because
  }

  it('changes a rule and the tests that mean it', () => {
    assert.deepEqual(rename('house.test.yaml', 'rule: part|ner', 'friend'), [
      'rules/house.yaml:8 partner',
      'rules/house.yaml:24 partner',
      'rules/house.yaml:28 partner',
      'house.test.yaml:4 partner',
      'site.test.yaml:4 partner',
    ])
  })

  it('changes a parameter, its arguments and its tests', () => {
    assert.deepEqual(rename('rules/house.yaml', '  hel|pers: {', 'friends'), [
      'postern.yaml:4 helpers',
      'rules/house.yaml:3 helpers',
      'rules/house.yaml:14 helpers',
      'house.test.yaml:4 helpers',
    ])
  })

  it('refuses what is no name, what is taken, and what is not ours', () => {
    assert.match(String(rename('rules/house.yaml', '- id: part|ner', 'Ü')), /is no name for a rule/)
    assert.match(String(rename('rules/house.yaml', '- id: part|ner', 'helper')), /there is a rule `helper` already/)
    assert.match(String(rename('postern.yaml', '{ badmail|from:', 'mine')), /not a file of this site/)
    assert.match(String(rename('postern.yaml', '- rcpt|_ok', 'mine')), /no name here/)
  })
})

describe('hovering', () => {
  for (const [name, file, around, wanted] of [
    ['a fact', 'rules/house.yaml', 'match: { remote|_ip: { in_list: part', /^Fact remote_ip: The client's address/],
    ['an operator', 'rules/house.yaml', 'in|_list: partners', /^Operator in_list/],
    ['a hook', 'rules/house.yaml', '  conn|ect:', /^Hook connect: Before the greeting/],
    ['one hook of two', 'rules/house.yaml', 'helo, eh|lo', /^Hook ehlo/],
    ['a return code', 'rules/house.yaml', 'return: DE|NY', /^DENY: refuse: 550 5\.7\.1/],
    ['a key', 'rules/house.yaml', '      lo|g:', /^log: Writes a line to the log/],
    ['a note', 'rules/other.yaml', 'note.s|een', /^Note seen: a boolean\n\nSet by\n {2}house, hook connect/],
    [
      'a list',
      'rules/house.yaml',
      'in_list: part|ners',
      /^List partners: entries of kind ip\nFrom lists\/partners\.txt/,
    ],
    [
      'a rule',
      'house.test.yaml',
      'rule: part|ner',
      /^Rule partner of plugin house, hook connect\nFriends of the house/,
    ],
    ['a builtin', 'postern.yaml', '- rcpt|_ok', /^Plugin rcpt_ok: /],
    ['an argument', 'postern.yaml', '{ hel|pers:', /^List helpers: entries of kind ip\nWho helps/],
    ['a setting of a site', 'postern.yaml', 'host|name', /^hostname \(a string\): Our own name/],
  ] as const)
    it(`shows ${name}`, () => {
      const { sheet, offset, model } = at(file, around)
      assert.match(hoverAt(sheet, offset, model)?.text ?? '', wanted)
    })
})

describe('the outline', () => {
  const lines = (parts: readonly Part[], depth = 0): readonly string[] =>
    parts.flatMap(({ name, detail, parts: inner }) => [
      `${'  '.repeat(depth)}${name}${detail && ` ${detail}`}`,
      ...lines(inner, depth + 1),
    ])

  it('has hooks and rules, lists, parameters, tests', () => {
    const sheet = modelOf(FILES).sheets.get(`${ROOT}/rules/house.yaml`) ?? assert.fail()
    assert.deepEqual(lines(outlineOf(sheet)), [
      'params',
      '  helpers Who helps',
      'lists',
      '  partners',
      'hooks',
      '  connect',
      '    partner DECLINED',
      '    helper',
      '  helo, ehlo',
      '    again DENY',
      'tests',
      '  a partner',
      '  many',
    ])
  })

  it('has the plugins of a site; a part holds its name and its parts', () => {
    const { sheets } = modelOf(FILES)
    const site = sheets.get(`${ROOT}/postern.yaml`) ?? assert.fail()
    const [plugins] = outlineOf(site)
    assert.deepEqual(
      plugins?.parts.map(({ name }) => name),
      ['./rules/house.yaml', './rules/other.yaml', 'badmailfrom', 'rcpt_ok'],
    )
    const holds = ({ from, to, nameFrom, nameTo, parts }: Part): boolean =>
      from <= nameFrom && nameTo <= to && parts.every((one) => from <= one.from && one.to <= to && holds(one))
    for (const sheet of sheets.values()) assert.ok(outlineOf(sheet).every(holds), sheet.file)
  })
})

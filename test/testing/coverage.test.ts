/** What tests reach of the rules, against what stands in the files. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Report } from '../../src/language/diagnostic.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { CoverageTally, coverageOf } from '../../src/testing/coverage.ts'
import { type Coverage, missedGates, percentOf } from '../../src/testing/covered.ts'
import type { RuleFile } from '../../src/testing/coverage-inventory.ts'
import { runTexts, type Texts } from './memory-tests.ts'

/** Runs the tests in `path` and measures all of the texts. */
async function cover(path: string, texts: Texts): Promise<Coverage> {
  const tally = new CoverageTally()
  const { diagnostics } = await runTexts(path, texts, {
    observe: (outcomes) => {
      for (const outcome of outcomes) tally.note(outcome)
    },
  })
  assert.deepEqual(diagnostics, [])
  return coverageOf(Object.entries(texts).flatMap(ruleFile), tally, (file) => file.replace('/site/', ''))
}

function ruleFile([path, text]: readonly [string, string]): readonly RuleFile[] {
  const root = parseYaml(text, path, new Report())
  return root?.kind === 'map' ? [{ path, root }] : []
}

const PATH = '/site/house.yaml'

async function coverPlugin(rules: string, ...tests: readonly string[]): Promise<Coverage> {
  const file = `plugin: house\n${rules}tests:\n${tests.map((test) => `  - { name: t, ${test} }\n`).join('')}`
  return cover(PATH, { [PATH]: file })
}

/** `rule evaluated/matched`, with its reply where it has one. */
function rulesIn({ files }: Coverage): readonly string[] {
  return files.flatMap(({ rules }) =>
    rules.map(
      ({ rule, evaluated, matched, reply }) => `${rule} ${evaluated}/${matched}${reply ? ` said ${reply.spoken}` : ''}`,
    ),
  )
}

/** `place test hit/missed/unknown`. */
function conditionsIn({ files }: Coverage): readonly string[] {
  return files.flatMap(({ rules, conditions }) =>
    [...rules.flatMap((rule) => rule.conditions), ...conditions].map(
      ({ line, column, test, hit, missed, unknown }) => `${line}:${column} ${test} ${hit}/${missed}/${unknown}`,
    ),
  )
}

const FROM_SPAM = 'given: { sender: a@spam.example }, expect: { hook: mail }'
const FROM_HAM = 'given: { sender: a@ham.example }, expect: { hook: mail }'

describe('rules', () => {
  const rules = `hooks:
  mail:
    - { id: spam, match: { sender.domain: spam.example }, return: DENY }
    - { id: ham, match: { sender.domain: ham.example }, set: { immune: true } }
  rcpt:
    - { id: trap, match: always, return: DENY }
`

  it('are counted as evaluated, matched and reached', async () => {
    const coverage = await coverPlugin(
      rules,
      FROM_SPAM,
      FROM_SPAM,
      'given: { sender: a@b.example }, expect: { hook: mail }',
    )
    assert.deepEqual(rulesIn(coverage), ['spam 3/2 said 2', 'ham 1/0', 'trap 0/0 said 0'])
    assert.deepEqual(coverage.rules, { matched: 1, evaluated: 2, total: 3 })
    assert.deepEqual(coverage.replies, { used: 1, total: 2 })
    assert.equal(coverage.percent, 33.3)
  })

  it('are named with their hook and place', async () => {
    const { files } = await coverPlugin(rules, FROM_SPAM)
    assert.deepEqual(
      files.flatMap(({ file, rules: of }) =>
        of.map(({ rule, hook, line, column }) => [file, rule, hook, line, column]),
      ),
      [
        ['house.yaml', 'spam', 'mail', 4, 7],
        ['house.yaml', 'ham', 'mail', 5, 7],
        ['house.yaml', 'trap', 'rcpt', 7, 7],
      ],
    )
  })

  it('that stand under two hooks are one', async () => {
    const twice = 'hooks: { "helo, ehlo": [{ id: a, match: { helo: bad.example }, return: DENY }] }\n'
    const coverage = await coverPlugin(
      twice,
      'given: { helo: bad.example }, expect: { return: DENY }',
      'given: { helo: bad.example, helo_verb: HELO }, expect: { return: DENY }',
    )
    assert.deepEqual(rulesIn(coverage), ['a 2/2 said 2'])
    assert.equal(coverage.files[0]?.rules[0]?.hook, 'helo, ehlo')
  })

  it('that no test switches on are there and never reached', async () => {
    const off = `params: { strict: { type: boolean, default: false } }
hooks: { mail: [{ id: a, enabled: { strict: true }, match: always, return: DENY }] }
`
    assert.deepEqual(rulesIn(await coverPlugin(off, FROM_SPAM)), ['a 0/0 said 0'])
    assert.deepEqual(rulesIn(await coverPlugin(off, FROM_SPAM, `params: { strict: true }, ${FROM_HAM}`)), [
      'a 1/1 said 1',
    ])
  })

  it('that cannot be decided are evaluated, not matched', async () => {
    const unsure = 'hooks: { mail: [{ id: a, match: { resolvable: true }, on_unknown: skip, return: DENY }] }\n'
    const dns = 'dns: { "spam.example MX": TIMEOUT, "spam.example A": TIMEOUT, "spam.example AAAA": TIMEOUT }'
    const coverage = await coverPlugin(unsure, `given: { sender: a@spam.example, ${dns} }, expect: { unknown: true }`)
    assert.deepEqual(rulesIn(coverage), ['a 1/0 said 0'])
    assert.deepEqual(conditionsIn(coverage), ['2:35 resolvable: true 0/0/1'])
  })
})

describe('replies', () => {
  const delayed =
    'hooks: { mail: [{ id: a, match: always, unless: { immune: true }, return: DENY, reply_at: rcpt }] }\n'

  it('that wait for a later hook count when they are spoken', async () => {
    assert.deepEqual(rulesIn(await coverPlugin(delayed, FROM_SPAM)), ['a 1/1 said 0'])
    const coverage = await coverPlugin(
      delayed,
      'given: { sender: a@b.example, rcpt: x@example.org }, expect: { return: DENY }',
    )
    assert.deepEqual(rulesIn(coverage), ['a 1/1 said 1'])
  })

  it('count in monitor mode, where nobody hears them', async () => {
    const monitor = 'hooks: { mail: [{ id: a, match: always, return: DENY, mode: monitor }] }\n'
    assert.deepEqual(rulesIn(await coverPlugin(monitor, FROM_SPAM)), ['a 1/1 said 1'])
  })

  it('are none where a rule says DECLINED or nothing', async () => {
    const silent = `hooks: { mail: [{ id: a, match: always, set: { immune: true } }, { id: b, match: always, return: DECLINED }] }\n`
    const coverage = await coverPlugin(silent, FROM_SPAM)
    assert.deepEqual(rulesIn(coverage), ['a 1/1', 'b 1/1'])
    assert.deepEqual(coverage.replies, { used: 0, total: 0 })
  })
})

describe('conditions', () => {
  const rules = `hooks:
  mail:
    - id: a
      match:
        any: [{ sender.domain: spam.example }, { not: { sender.user: a } }]
      unless: { all: [{ immune: true }, { relay_client: true }] }
      return: DENY
`

  it('are counted one by one, both ways, as they were asked', async () => {
    const coverage = await coverPlugin(rules, FROM_SPAM, FROM_HAM)
    assert.deepEqual(conditionsIn(coverage), [
      '6:17 sender.domain: spam.example 1/1/0',
      '6:57 sender.user: a 1/0/0',
      '7:25 immune: true 0/2/0',
      '7:43 relay_client: true 0/0/0',
    ])
    assert.deepEqual(coverage.conditions, { both: 1, total: 4 })
  })

  it('of a plugin in a site or ruleset count too', async () => {
    const texts = {
      [PATH]: 'plugin: house\nhooks: { mail: [{ id: a, match: always, return: DENY }] }\n',
      '/site/postern.yaml':
        'hostname: mx.example.org\nplugins:\n  - { use: ./house.yaml, unless: { sender.domain: ham.example } }\n',
      '/site/a.test.yaml': `suite: a\nsite: ./postern.yaml\ntests: [{ name: x, ${FROM_HAM} }, { name: y, ${FROM_SPAM} }]\n`,
    }
    const coverage = await cover('/site/a.test.yaml', texts)
    assert.deepEqual(conditionsIn(coverage), ['3:36 sender.domain: ham.example 1/1/0'])
    assert.deepEqual(rulesIn(coverage), ['a 2/1 said 1'])
    assert.deepEqual(
      coverage.files.map(({ file }) => file),
      ['house.yaml', 'postern.yaml'],
    )
  })
})

describe('lists', () => {
  it('are used when something was found in them', async () => {
    const rules = `params: { more: { list: domain, default: [] } }
lists:
  listed: { of: domain, entries: [spam.example] }
  other: { of: domain, entries: [other.example] }
  idle: { of: domain, entries: [idle.example] }
hooks:
  mail:
    - { id: a, match: { sender.domain: { in_list: listed } }, return: DENY }
    - { id: b, match: { sender.domain: { in_list: other } }, return: DENY }
    - { id: c, match: { sender.domain: { in_list: "\${more}" } }, return: DENY }
`
    const ham = `lists: { more: [ham.example] }, ${FROM_HAM}`
    const { lists, files } = await coverPlugin(rules, FROM_SPAM, ham)
    assert.deepEqual(lists, { used: 2, total: 4 })
    assert.deepEqual(files[0]?.lists, [
      { list: 'listed', line: 4, hits: 1 },
      { list: 'other', line: 5, hits: 0 },
      { list: 'idle', line: 6, hits: 0 },
      { list: 'more', line: 2, hits: 1 },
    ])
  })
})

describe('the percentage', () => {
  it('is 100 only of everything', () => {
    assert.equal(percentOf(1999, 2000), 99.9)
    assert.equal(percentOf(99_999, 100_000), 99.9)
    assert.equal(percentOf(0, 0), 100)
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (some, more) => {
        const percent = percentOf(some, some + more)
        assert.ok(percent >= 0 && percent <= 100)
        assert.equal(percent === 100, more === 0)
      }),
    )
  })

  it('is a gate that nothing to cover does not open', () => {
    const of = (matched: number, total: number): Coverage => ({
      percent: percentOf(matched, total),
      rules: { matched, evaluated: matched, total },
      conditions: { both: 0, total: 0 },
      replies: { used: 0, total: 0 },
      lists: { used: 0, total: 0 },
      files: [],
    })
    assert.equal(missedGates({ ...of(19, 20), fail_under: 95 }).length, 0)
    assert.equal(missedGates({ ...of(18, 20), fail_under: 95 }).length, 1)
    assert.equal(missedGates({ ...of(0, 20), fail_under: 0 }).length, 0)
    assert.equal(missedGates({ ...of(0, 0), fail_under: 0 }).length, 1)
  })
})

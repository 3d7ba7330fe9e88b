/** One test, many cases: tables row by row, steps on a time axis, expectations for each recipient; and how they fail. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defineMatcher } from '../../src/core/word.ts'
import type { TestedFile, TestResult } from '../../src/testing/run-tests.ts'
import { runTexts } from './memory-tests.ts'

const PATH = '/site/rules/house.yaml'
const HOUSE = `plugin: house
params: { most: { type: integer, default: 3 } }
lists: { friends: { of: domain, entries: [friend.example] } }
hooks:
  connect:
    - { id: nameless, match: { remote_host: { exists: false } }, set: { note.nameless: true } }
  rcpt:
    - { id: trap, match: { rcpt: trap@example.org }, return: DENY }
    - { id: many, match: { rcpt.count: { gte: "\${most}" } }, return: DENYSOFT }
    - { id: friend, match: { sender.domain: { in_list: friends } }, return: OK }
`

/** Says hit when it was asked before, less than an hour ago. */
const seen = defineMatcher({
  name: 'seen',
  summary: 'Was asked before',
  stage: 'connection',
  options: { type: 'object', properties: {} },
  onUnknown: 'defer',
  compile: () => async (context) => {
    const answer = await context.ports.store?.increment('seen', 1, 3_600_000)
    return { truth: answer?.kind === 'done' ? (answer.value > 1 ? 'hit' : 'miss') : 'unknown' }
  },
})

function run(tests: string, text = HOUSE): Promise<TestedFile> {
  const matchers = new Map([[seen.name, seen]])
  return runTexts(PATH, { [PATH]: `${text}tests:\n${tests}` }, { vocabulary: { matchers, deliveries: new Map() } })
}

/** `name status`, or what is wrong. */
function ends({ results, diagnostics }: TestedFile): readonly string[] {
  return [...diagnostics.map(({ code, message }) => `${code} ${message}`), ...results.map(end)]
}

function end({ name, status, mismatches, problems }: TestResult): string {
  const wrong = mismatches.map(({ field, expected, actual, about }) =>
    [...(about === undefined ? [] : [`[${about}]`]), `${field} ${expected} ≠ ${actual}`].join(' '),
  )
  return [`${name} ${status}`, ...wrong, ...problems].join(': ')
}

describe('a table', () => {
  it('is a test for each row, with its values for its name', async () => {
    const tests = `
  - name: who is refused
    given: { sender: a@b.example }
    table:
      - [rcpt, return, rule]
      - [trap@example.org, DENY, trap]
      - [x@example.org, DECLINED, none]
      - [x@example.org, DENY, none]
`
    assert.deepEqual(ends(await run(tests)), [
      'who is refused › trap@example.org, DENY, trap passed',
      'who is refused › x@example.org, DECLINED, none passed',
      'who is refused › x@example.org, DENY, none failed: return DENY ≠ DECLINED',
    ])
  })

  it('may name its rows, and stands where they stand', async () => {
    const tests = `
  - name: t
    given: { sender: a@b.example }
    table:
      - [name, rcpt, return]
      - [the trap, trap@example.org, DENY]
`
    const [result] = (await run(tests)).results
    assert.deepEqual([result?.name, result?.at.range.start.line], ['t › the trap', 17])
  })

  it('has columns for parameters, lists and what lies deeper', async () => {
    const tests = `
  - name: t
    given: { sender: a@other.example, rcpt: [x@example.org, y@example.org] }
    expect: { hook: rcpt, rcpt: y@example.org }
    table:
      - [name, params.most, lists.friends, given.env.A, expect.rule, expect.notes.nameless]
      - [many, 1, [friend.example], b, many, true]
      - [friend, 9, [other.example], b, friend, true]
      - [nobody, 9, ~, b, none, true]
`
    assert.deepEqual(ends(await run(tests)), ['t › many passed', 't › friend passed', 't › nobody passed'])
  })

  it('leaves out what a row does not say; a client without a name is something said', async () => {
    const tests = `
  - name: t
    given: { remote_host: mx.b.example, sender: a@b.example, rcpt: x@example.org }
    expect: { notes: { nameless: absent } }
    table:
      - [name, remote_host, return, expect.notes.nameless]
      - [named, mx.c.example, ~, ~]
      - [nameless, ~, ~, true]
`
    assert.deepEqual(ends(await run(tests)), ['t › named passed', 't › nameless passed'])
  })

  it('adds to a list of expectations', async () => {
    const tests = `
  - name: t
    given: { sender: a@b.example }
    expect: [{ hook: connect, return: DECLINED }]
    table: [[name, rcpt, expect.hook, rule], [one, trap@example.org, rcpt, trap], [two, x@example.org, rcpt, trap]]
`
    assert.deepEqual(ends(await run(tests)), [
      't › one passed',
      't › two failed: [rcpt x@example.org: 450 4.7.1 No plugin decided if relaying is allowed by no rule] rule trap ≠ none',
    ])
  })

  it('adds one expectation for all its columns', async () => {
    const tests = `
  - name: t
    given: { sender: a@b.example, rcpt: [trap@example.org, x@example.org] }
    expect: [{ hook: connect, return: DECLINED }]
    table: [[expect.rcpt, rule], [trap@example.org, trap], [x@example.org, none]]
`
    assert.deepEqual(ends(await run(tests)), ['t › trap@example.org, trap passed', 't › x@example.org, none passed'])
  })

  it('that does not fit runs nothing', async () => {
    const tests = '  - { name: t, table: [[rcpt, retrun], [a@example.org, DENY]] }\n'
    assert.deepEqual(ends(await run(tests)), [
      'TST903 the table has a column `retrun`, which is no key of a session or an expectation',
    ])
  })

  it('may be skipped or to do as a whole', async () => {
    const table = 'given: { sender: a@b.example }, table: [[rcpt, return], [trap@example.org, OK]]'
    assert.deepEqual(
      ends(await run(`  - { name: s, skip: later, ${table} }\n  - { name: d, todo: later, ${table} }\n`)),
      ['s › trap@example.org, OK skipped', 'd › trap@example.org, OK todo: return OK ≠ DENY'],
    )
  })
})

describe('recipients', () => {
  const given = 'given: { sender: a@b.example, rcpt: [x@example.org, trap@example.org] }'

  it('have an expectation each', async () => {
    const good =
      '{ recipients: { x@example.org: DECLINED, trap@example.org: { rule: trap, reply: 550 } }, accepted: x@example.org }'
    assert.deepEqual(ends(await run(`  - { name: t, ${given}, expect: ${good} }\n`)), ['t passed'])
  })

  it('are told apart when they fail', async () => {
    const bad = '{ recipients: { x@example.org: DENY, trap@example.org: { return: OK } } }'
    assert.deepEqual(ends(await run(`  - { name: t, ${given}, expect: ${bad} }\n`)), [
      't failed: [rcpt x@example.org: 450 4.7.1 No plugin decided if relaying is allowed by no rule] return DENY ≠ DECLINED: [rcpt trap@example.org: 550 5.7.1 relaying denied by house/trap (/site/rules/house.yaml:8:7)] return OK ≠ DENY',
    ])
  })
})

describe('steps', () => {
  const SEEN = `plugin: house
hooks:
  connect: [{ id: again, match: { seen: {} }, return: DENYSOFT }]
  mail: [{ id: late, match: { time.hour: 13 }, return: DENY }]
`

  it('are sessions in one world, whose clock moves', async () => {
    const tests = `
  - name: t
    steps:
      - { at: 0s, expect: { hook: connect, return: DECLINED } }
      - { at: 59m, expect: { hook: connect, rule: again } }
      - { at: 1h, expect: { hook: connect, return: DECLINED } }
`
    assert.deepEqual(ends(await run(tests, SEEN)), ['t passed'])
  })

  it('share nothing with the next test', async () => {
    const one = '{ hook: connect, return: DECLINED }'
    assert.deepEqual(ends(await run(`  - { name: a, expect: ${one} }\n  - { name: b, expect: ${one} }\n`, SEEN)), [
      'a passed',
      'b passed',
    ])
  })

  it('begin when the test says, and say themselves what is different', async () => {
    const tests = `
  - name: t
    given: { now: "2026-11-20T12:30:00Z", sender: a@b.example }
    steps:
      - { at: 0s, given: { sender: c@d.example }, expect: { hook: mail, reply: 250 2.1.0 <c@d.example> } }
      - { at: 3h, expect: { hook: mail, return: DECLINED } }
`
    assert.deepEqual(ends(await run(tests, SEEN.replace('time.hour: 13', 'sender: x@y.example'))), ['t passed'])
  })

  it('that fail say when', async () => {
    const tests = `
  - name: t
    steps:
      - { at: 0s, expect: { hook: connect, return: DECLINED } }
      - { at: 5m, expect: { hook: connect, return: OK } }
`
    assert.deepEqual(ends(await run(tests, SEEN)), [
      't failed: [at 5m, connect: 421 4.7.1 Connection from you temporarily denied, bye bye. by house/again (/site/rules/house.yaml:3:13)] return OK ≠ DENYSOFT',
    ])
  })
})

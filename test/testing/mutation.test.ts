/** Which mutants a rule file has, how each reads, and which of them tests notice. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Report } from '../../src/language/diagnostic.ts'
import type { MapNode } from '../../src/language/node.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { acceptancesIn } from '../../src/testing/mutation/acceptance.ts'
import { diffOf } from '../../src/testing/mutation/diff.ts'
import type { Mutant } from '../../src/testing/mutation/mutant.ts'
import { mutantsOf } from '../../src/testing/mutation/mutants-of.ts'
import {
  idleAcceptances,
  type Judged,
  runMutant,
  sample,
  TouchedRules,
} from '../../src/testing/mutation/run-mutants.ts'
import { prepareTests, runTest, type TestEnvironment } from '../../src/testing/run-tests.ts'
import { memoryEnvironment } from './memory-tests.ts'

const PATH = '/site/rules/house.yaml'

function rootOf(text: string): MapNode {
  const root = parseYaml(text, PATH, new Report())
  assert.equal(root?.kind, 'map')
  return root
}

function mutantsIn(text: string): readonly Mutant[] {
  return mutantsOf(PATH, rootOf(text), new Set(['backend']))
}

function rcpt(...rules: readonly string[]): string {
  return `plugin: house\nhooks:\n  rcpt:\n${rules.map((rule) => `    - ${rule}\n`).join('')}`
}

/** `mutation: what`. */
function saidOf(text: string): readonly string[] {
  return mutantsIn(text).map(({ mutation, what }) => `${mutation}: ${what}`)
}

describe('mutants of a rule', () => {
  it('are its absence, another answer, each condition turned round, no exemptions', () => {
    const rule = '{ id: a, match: { helo: x, not: { sender: y@z.example } }, unless: { immune: true }, return: DENY }'
    assert.deepEqual(saidOf(rcpt(rule)), [
      'delete: rule `a` is gone',
      'negate: `helo` is turned round',
      'negate: `sender` is turned round',
      'unless: the exemptions are gone',
      'negate: `immune` is turned round',
      'return: `DENY` is DENYSOFT',
    ])
  })

  it('have another number, amount or network than it', () => {
    const match = '{ rcpt.count: { gt: 3 }, date: { older_than: 5d }, remote_ip: 10.0.0.0/8, score: { lt: -1 } }'
    const numbers = saidOf(rcpt(`{ id: a, match: ${match}, add: { score: 2 }, return: DECLINED }`)).filter((one) =>
      /^n[ue][mt]/.test(one),
    )
    assert.deepEqual(numbers, [
      'number: `3` is 2',
      'number: `3` is 4',
      'number: `5d` is 4d',
      'number: `5d` is 6d',
      'network: `10.0.0.0/8` is 10.0.0.0/7',
      'network: `10.0.0.0/8` is 10.0.0.0/9',
      'number: `-1` is -2',
      'number: `-1` is 0',
      'number: `2` is 1',
      'number: `2` is 3',
    ])
  })

  it('lack one of several values, but never the only one', () => {
    const said = saidOf(rcpt('{ id: a, match: { helo: [x, y], sender: [z@z.example] }, return: DENY }'))
    assert.deepEqual(
      said.filter((one) => one.startsWith('value')),
      ['value: `x` is gone', 'value: `y` is gone'],
    )
  })

  it('ask words that tests answer for as they did before', () => {
    assert.deepEqual(saidOf(rcpt('{ id: a, match: { backend: { of: 6, hosts: [x, y] } }, log: a }')), [
      'delete: rule `a` is gone',
      'negate: `backend` is turned round',
    ])
  })

  it('answer what their hook can say, also where a parameter says it', () => {
    const text = (hook: string, code: string, more = ''): string =>
      `plugin: a\nparams: { how: { type: return_code, default: DENYSOFT } }\nhooks:\n  ${hook}:\n    - { id: a, match: always, return: ${code}${more} }\n`
    const flipped = (...written: Parameters<typeof text>): string | undefined =>
      saidOf(text(...written)).find((one) => one.startsWith('return'))
    assert.equal(flipped('rcpt', 'OK'), 'return: `OK` is DENY')
    assert.equal(flipped('rcpt', '"${how}"'), 'return: `${how}` is DENY')
    assert.equal(flipped('noop', 'DENY'), 'return: `DENY` is DENY_DISCONNECT')
    assert.equal(flipped('data_headers_end', 'DENY_DISCONNECT'), 'return: `DENY_DISCONNECT` is DENYSOFT_DISCONNECT')
    assert.equal(flipped('noop', 'DENYSOFT', ', reply_at: rcpt'), 'return: `DENYSOFT` is DENY')
    assert.equal(flipped('disconnect', 'DECLINED'), undefined)
  })

  it('change places with its neighbour', () => {
    const rules = ['a', 'b', 'c'].map((id) => `{ id: ${id}, match: always, log: ${id} }`)
    assert.deepEqual(
      saidOf(rcpt(...rules)).filter((one) => one.startsWith('swap')),
      ['swap: rule `b` comes before `a`', 'swap: rule `c` comes before `b`'],
    )
  })
})

describe('mutants of lists and entries', () => {
  it('lack an entry, or have another network', () => {
    const lists =
      'plugin: a\nlists: { nets: { of: ip, entries: [10.0.0.0/8, 192.0.2.7] }, far: { of: ip, file: far } }\n'
    const hooks = 'hooks: { connect: [{ id: a, match: { remote_ip: { in_list: nets } }, set: { immune: true } }] }\n'
    const of = mutantsIn(`${lists}${hooks}`).filter(({ name }) => name === 'nets')
    assert.deepEqual(
      of.map(({ what, touches }) => [what, touches]),
      ['`10.0.0.0/8` is gone', '`10.0.0.0/8` is 10.0.0.0/7', '`10.0.0.0/8` is 10.0.0.0/9', '`192.0.2.7` is gone'].map(
        (what) => [what, [`${PATH}:3:38`]],
      ),
    )
  })

  it('are those of conditions in a site', () => {
    const site =
      'hostname: a.example\nplugins:\n  - relay\n  - { use: dnsbl, match: { listener: mx }, unless: { relay_client: true } }\n'
    assert.deepEqual(saidOf(site), [
      'negate: `listener` is turned round',
      'unless: the exemptions are gone',
      'negate: `relay_client` is turned round',
    ])
  })
})

describe('a mutant as a diff', () => {
  function diffs(text: string): readonly string[] {
    return mutantsIn(text).map(({ edit }) =>
      diffOf(edit, text)
        .map(({ sign, text: line }) => `${sign}${line.trim()}`)
        .join(' '),
    )
  }

  it('has the lines that change', () => {
    const text = `plugin: a
hooks:
  rcpt:
    - id: a
      match:
        helo: [x, y]
      unless: { immune: true }
      return: DENY
`
    assert.deepEqual(diffs(text), [
      '-- id: a -match: -helo: [x, y] -…',
      '-helo: [x, y] +not: { helo: [x, y] }',
      '-helo: [x, y] +helo: [y]',
      '-helo: [x, y] +helo: [x]',
      '-unless: { immune: true }',
      '-unless: { immune: true } +unless: { not: { immune: true } }',
      '-return: DENY +return: DENYSOFT',
    ])
  })

  it('shows a block that is turned round one level deeper', () => {
    const text = `plugin: a
hooks:
  rcpt:
    - id: a
      match:
        helo:
          starts_with: x
      log: a
`
    const [, negated] = mutantsIn(text)
    assert.ok(negated)
    assert.deepEqual(
      diffOf(negated.edit, text).flatMap(({ sign, text: line }) => (sign === '+' ? [line] : [])),
      ['        not:', '          helo:', '            starts_with: x'],
    )
  })

  it('of two rules that change places has the first of them twice', () => {
    const [a, b] = ['{ id: a, match: always, log: a }', '{ id: b, match: always, log: b }']
    const swap = mutantsIn(rcpt(a, b)).find(({ mutation }) => mutation === 'swap')
    assert.ok(swap)
    assert.deepEqual(
      diffOf(swap.edit, rcpt(a, b)).map(({ sign, text: line }) => `${sign} ${line.trim()}`),
      [`- - ${a}`, `  - ${b}`, `+ - ${a}`],
    )
  })
})

interface Outcome {
  readonly fates: readonly string[]
  readonly judged: readonly Judged[]
  readonly idle: readonly string[]
}

/** `fate mutation name`, in the order of the text. */
async function mutate(rules: string, ...tests: readonly string[]): Promise<Outcome> {
  const text = `${rules}tests:\n${tests.map((test, index) => `  - { name: t${index}, ${test} }\n`).join('')}`
  const touched = new TouchedRules()
  const environment: TestEnvironment = { ...memoryEnvironment({ [PATH]: text }), trees: new Map() }
  const prepared = await prepareTests(PATH, text, environment)
  assert.deepEqual(prepared.diagnostics, [])
  for (const test of prepared.tests) {
    const observe: TestEnvironment['observe'] = (outcomes) => touched.note(test, outcomes)
    assert.ok((await runTest(test, { ...environment, observe })).passed, test.test.name)
  }
  const judged: Judged[] = []
  for (const mutant of mutantsIn(text)) judged.push(await runMutant(mutant, touched, environment))
  return {
    judged,
    fates: judged.map(({ fate, mutant: { mutation, name } }) => `${fate} ${mutation} ${name}`),
    idle: idleAcceptances(acceptancesIn(rootOf(text)), judged).map(({ reason }) => reason),
  }
}

const TRAP = '{ id: trap, match: { rcpt: trap@example.org }, return: DENY }'
const TO_TRAP = 'given: { sender: a@b.example, rcpt: trap@example.org }'
const TO_BOB = 'given: { sender: a@b.example, rcpt: bob@example.org }'

describe('mutants', () => {
  it('are killed by tests that look closely', async () => {
    const { fates } = await mutate(
      rcpt(TRAP),
      `${TO_TRAP}, expect: { return: DENY }`,
      `${TO_BOB}, expect: { return: DECLINED }`,
    )
    assert.deepEqual(fates, ['killed delete trap', 'killed negate trap', 'killed return trap'])
  })

  it('survive tests that do not', async () => {
    const { fates } = await mutate(rcpt(TRAP), `${TO_TRAP}, expect: { rule: trap }`)
    assert.deepEqual(fates, ['killed delete trap', 'killed negate trap', 'survived return trap'])
  })

  it('are asked of those tests only that touch them', async () => {
    const other = '{ id: other, match: { rcpt: other@example.org }, return: OK }'
    const { judged } = await mutate(rcpt(TRAP, other), `${TO_TRAP}, expect: { return: DENY }`)
    assert.deepEqual(
      judged
        .map(({ fate, tests, mutant }) => [mutant.name, mutant.mutation, fate, tests])
        .filter(([name]) => name === 'other'),
      [
        ['other', 'delete', 'survived', 0],
        ['other', 'negate', 'survived', 0],
        ['other', 'return', 'survived', 0],
      ],
    )
  })

  it('that would not load do not count', async () => {
    const set = '{ id: set, match: always, set: { note.a: true } }'
    const read = '{ id: read, match: { note.a: true }, return: DENY }'
    const { fates } = await mutate(rcpt(set, read), `${TO_BOB}, expect: { return: DENY }`)
    assert.ok(fates.includes('refused delete set'), fates.join('\n'))
  })

  it('that only change the order count where some session tells it', async () => {
    const bob = '{ id: bob, match: { rcpt: bob@example.org }, return: DENY }'
    const any = '{ id: any, match: always, return: DENY }'
    const tests = [`${TO_TRAP}, expect: { return: DENY }`, `${TO_BOB}, expect: { return: DENY }`]
    assert.ok((await mutate(rcpt(TRAP, bob), ...tests)).fates.includes('same swap trap'))
    assert.ok((await mutate(rcpt(TRAP, any), ...tests)).fates.includes('survived swap trap'))
    const named = [`${TO_TRAP}, expect: { rule: trap }`]
    assert.ok((await mutate(rcpt(TRAP, any), ...named)).fates.includes('killed swap trap'))
  })

  it('may survive for a reason that is stated, for all or for some of them', async () => {
    const test = `${TO_TRAP}, expect: { rule: trap }`
    const stated = (mutation: string): string => rcpt(TRAP.replace(' }, return', ` }, mutation: ${mutation}, return`))
    assert.ok((await mutate(stated('{ accept: why not }'), test)).fates.includes('accepted return trap'))
    assert.ok((await mutate(stated('{ accept: why not, of: [swap] }'), test)).fates.includes('survived return trap'))
  })

  it('that all die make a stated reason idle', async () => {
    const rule = TRAP.replace('return: DENY', 'return: DENY, mutation: { accept: nobody knows }')
    const tests = [`${TO_TRAP}, expect: { return: DENY }`, `${TO_BOB}, expect: { return: DECLINED }`]
    assert.deepEqual((await mutate(rcpt(rule), ...tests)).idle, ['nobody knows'])
  })
})

describe('a sample', () => {
  it('is from everywhere alike, and all where there are few', () => {
    assert.deepEqual(sample([1, 2, 3], 3), [1, 2, 3])
    assert.deepEqual(sample([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 5), [0, 2, 4, 6, 8])
    assert.deepEqual(sample([1, 2, 3], 0), [])
    assert.equal(sample(Array.from({ length: 1000 }), 37).length, 37)
  })
})

/** Tests that are left out, that fail for now, that name rules nobody asked, and runs that stop early. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestedFile } from '../../src/testing/run-tests.ts'
import { runTexts, type Texts } from './memory-tests.ts'

const PATH = '/site/rules/house.yaml'
const HOUSE = `plugin: house
params: { strict: { type: boolean, default: false } }
hooks:
  mail:
    - { id: spammer, match: { sender.domain: spam.example }, return: DENY }
  rcpt:
    - { id: late, match: { sender.domain: late.example }, return: DENYSOFT }
    - { id: trap, enabled: { strict: true }, match: { rcpt: trap@example.org }, return: DENY }
`
const TRAP = 'given: { sender: a@example.net, rcpt: trap@example.org }, expect: { hook: rcpt, return: DENY }'
const SPAM = 'given: { sender: a@spam.example }, expect: { hook: mail, return: DENY }'

function inline(...tests: readonly string[]): Texts {
  return { [PATH]: `${HOUSE}tests:\n${tests.map((test) => `  - ${test}\n`).join('')}` }
}

async function run(...tests: readonly string[]): Promise<TestedFile> {
  return runTexts(PATH, inline(...tests))
}

/** `name status reason: problems`. */
function ends({ results }: TestedFile): readonly string[] {
  return results.map(({ name, status, passed, reason, problems }) => {
    assert.equal(passed, status !== 'failed')
    return `${[name, status, ...(reason === undefined ? [] : [reason])].join(' ')}${problems.map((one) => `: ${one}`).join('')}`
  })
}

describe('skip', () => {
  it('leaves a test out, with its reason', async () => {
    const tested = await run(`{ name: a, skip: waits for DNS, ${TRAP} }`, `{ name: b, ${SPAM} }`)
    assert.deepEqual(ends(tested), ['a skipped waits for DNS', 'b passed'])
  })

  it('needs a reason', async () => {
    const { results, diagnostics } = await run(`{ name: a, skip: "", ${TRAP} }`)
    assert.deepEqual([results, diagnostics.map(({ code }) => code)], [[], ['CFG112']])
  })
})

describe('todo', () => {
  it('is a test that fails, as it says', async () => {
    assert.deepEqual(ends(await run(`{ name: a, todo: "#12", ${TRAP} }`)), ['a todo #12'])
  })

  it('turns red when it holds', async () => {
    assert.deepEqual(ends(await run(`{ name: a, todo: "#12", params: { strict: true }, ${TRAP} }`)), [
      'a failed: it holds by now, and is still marked `todo: #12`: delete the mark',
    ])
  })

  it('does not stand for a test that cannot run', async () => {
    const tested = await run(`{ name: a, todo: "#12", given: { sender: nobody }, expect: { hook: mail } }`)
    assert.deepEqual(ends(tested), ['a failed: `nobody` is no mail address; an SMTP server would answer 501'])
    const { results } = await run(`{ name: b, todo: "#12", params: { strict: maybe }, ${TRAP} }`)
    assert.deepEqual([results[0]?.status, results[0]?.problems.length], ['failed', 1])
  })

  it('has no effect beside `skip`, which is a finding', async () => {
    const { results, diagnostics } = await run(`{ name: a, skip: no, todo: yes, ${TRAP} }`)
    assert.deepEqual(results, [])
    assert.deepEqual(
      diagnostics.map(({ code, message }) => `${code} ${message}`),
      ['CFG115 `todo` has no effect beside `skip`'],
    )
    const suite = `suite: all\nplugin: ./rules/house.yaml\ntests:\n  - { name: a, skip: a, todo: b, ${TRAP} }\n`
    const tested = await runTexts('/site/a.test.yaml', { ...inline(), '/site/a.test.yaml': suite })
    assert.deepEqual(
      tested.diagnostics.map(({ code }) => code),
      ['CFG115'],
    )
  })
})

describe('a test that names a rule', () => {
  it('holds when the rule decided', async () => {
    const tested = await run('{ name: a, given: { sender: a@spam.example }, expect: { rule: spammer } }')
    assert.deepEqual(ends(tested), ['a passed'])
  })

  it('says that the rule was never asked', async () => {
    const expect = 'expect: [{ hook: mail, return: DENY }, { rule: late }]'
    assert.deepEqual(ends(await run(`{ name: a, given: { sender: a@spam.example }, ${expect} }`)), [
      'a failed: rule `late` was never asked',
    ])
  })

  it('says that there is no such rule in what it judges', async () => {
    const site = 'hostname: mx.example.org\nplugins: [./rules/house.yaml]\n'
    const suite =
      'suite: all\nsite: ./postern.yaml\ntests:\n' +
      '  - { name: off, given: { sender: a@example.net, rcpt: trap@example.org }, expect: { rule: trap } }\n' +
      '  - { name: typo, given: { sender: a@spam.example }, expect: { plugin: house, rule: spamer } }\n' +
      '  - { name: none, given: { sender: a@example.net }, expect: { hook: mail, rule: none } }\n'
    const tested = await runTexts('/site/a.test.yaml', {
      [PATH]: HOUSE,
      '/site/postern.yaml': site,
      '/site/a.test.yaml': suite,
    })
    assert.deepEqual(ends(tested), [
      'off failed: there is no rule `trap` here',
      'typo failed: there is no rule `spamer` in `house` here; did you mean `spammer`?',
      'none passed',
    ])
  })
})

describe('a test that fails', () => {
  it('says what was decided by which rule, and shows the comparisons of that rule', async () => {
    const { results } = await run('{ name: a, given: { sender: a@spam.example }, expect: { hook: mail, return: OK } }')
    assert.equal(results[0]?.decided, `mail: 550 5.7.1 <a@spam.example>, denied by house/spammer (${PATH}:5:7)`)
    assert.deepEqual(results[0]?.because, ['sender.domain: spam.example → hit, saw spam.example (`spam.example`)'])
  })

  it('shows the rule that decided early, where its refusal was spoken late', async () => {
    const delayed = HOUSE.replace('return: DENY }', 'return: DENY, reply_at: rcpt }')
    const test =
      '{ name: a, given: { sender: a@spam.example, rcpt: b@example.org }, expect: { hook: rcpt, return: OK } }'
    const { results } = await runTexts(PATH, { [PATH]: `${delayed}tests: [${test}]\n` })
    assert.match(results[0]?.decided ?? '', /^rcpt b@example\.org: 550 .* by house\/spammer /)
    assert.deepEqual(results[0]?.because, ['sender.domain: spam.example → hit, saw spam.example (`spam.example`)'])
  })
})

describe('a run', () => {
  const three = [`{ name: a, ${SPAM} }`, `{ name: b, ${TRAP} }`, `{ name: c, ${SPAM} }`]

  it('goes on behind a test that fails', async () => {
    assert.deepEqual(ends(await run(...three)), ['a passed', 'b failed', 'c passed'])
  })

  it('stops there when it is asked to', async () => {
    assert.deepEqual(ends(await runTexts(PATH, inline(...three), { bail: true })), ['a passed', 'b failed'])
  })

  it('shows what each test asked, and of which files, but not what is skipped', async () => {
    const seen: unknown[] = []
    const tests = [`{ name: a, ${SPAM} }`, `{ name: b, skip: not now, ${TRAP} }`]
    await runTexts(PATH, inline(...tests), {
      observe: (outcomes, files) => seen.push([outcomes.map(({ hook }) => hook), files]),
    })
    assert.deepEqual(seen, [[['pre_connection', 'connect', 'mail'], [PATH]]])
  })
})

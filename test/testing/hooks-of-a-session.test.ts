/** Every hook that a client can bring about is asked offline too, at its time. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { TestedFile } from '../../src/testing/run-tests.ts'
import { defineMatcher } from '../../src/core/word.ts'
import { runTexts } from './memory-tests.ts'

const PATH = '/site/rules/house.yaml'

/** Asks somebody who is not there. */
const backend = {
  ...defineMatcher({
    name: 'backend',
    summary: 'Takes the password',
    stage: 'greeting',
    options: { type: 'object', properties: {} },
    onUnknown: 'defer',
    finds: { quota: 'How much room there is' },
    compile: () => () => assert.fail('nobody is asked in a test'),
  }),
  outside: true,
}

function run(rules: string, ...tests: readonly string[]): Promise<TestedFile> {
  const text = `plugin: house\nhooks:\n${rules}tests:\n${tests.map((test) => `  - { name: t, ${test} }\n`).join('')}`
  const matchers = new Map([[backend.name, backend]])
  return runTexts(PATH, { [PATH]: text }, { vocabulary: { matchers, deliveries: new Map() } })
}

async function passes(rules: string, ...tests: readonly string[]): Promise<void> {
  const { results, diagnostics } = await run(rules, ...tests)
  assert.deepEqual([diagnostics, results.flatMap(({ mismatches, problems }) => [...mismatches, ...problems])], [[], []])
  assert.equal(results.length, tests.length)
}

async function problemsOf(rules: string, test: string): Promise<readonly string[]> {
  return (await run(rules, test)).results.flatMap(({ problems }) => problems)
}

const LOGIN =
  '  auth:\n    - { id: known, match: { backend: {} }, return: OK, message: "${backend.quota | no} room" }\n'
const ANN = 'auth: { user: ann, password: secret }'
const MAIL = 'sender: a@b.example, rcpt: x@example.org'

describe('auth', () => {
  it('is asked where the session says a password, and makes a relay client', async () => {
    await passes(
      LOGIN,
      `given: { ${ANN}, answers: { backend: hit } }, expect: { hook: auth, return: OK, reply: 235, relay_client: true }`,
      `given: { ${ANN}, answers: { backend: miss } }, expect: { hook: auth, return: DECLINED, relay_client: false }`,
      `given: { ${ANN}, answers: { backend: unknown } }, expect: { hook: auth, return: DENYSOFT, unknown: true }`,
    )
  })

  it('is not asked where the client has logged in before', async () => {
    const rules = `${LOGIN}  mail:\n    - { id: ann, match: { auth.user: ann }, return: OK }\n`
    await passes(rules, 'given: { auth: { user: ann }, sender: a@b.example }, expect: { hook: mail, rule: ann }')
  })

  it('tells later hooks who logged in, and a login that failed ends nothing', async () => {
    const rules = `${LOGIN}  mail:\n    - { id: ann, match: { auth.user: ann, auth.mechanism: LOGIN }, return: DENY }\n`
    const login = 'auth: { user: ann, password: secret, mechanism: login }, sender: a@b.example'
    await passes(
      rules,
      `given: { ${login}, answers: { backend: hit } }, expect: { hook: mail, rule: ann }`,
      `given: { ${login}, answers: { backend: miss } }, expect: { hook: mail, rule: none }`,
    )
  })

  it('ends the session where a rule says so', async () => {
    const rules = '  auth:\n    - { id: no, match: always, return: DENY_DISCONNECT }\n'
    await passes(rules, `given: { ${ANN}, ${MAIL} }, expect: { rule: no, disconnect: true }`)
  })
})

describe('a word that asks somebody by itself', () => {
  it('needs an answer, and the failure says what to type', async () => {
    assert.deepEqual(await problemsOf(LOGIN, `given: { ${ANN} }, expect: { hook: auth }`), [
      '`backend` was asked, and nobody is there to answer: add `answers: { backend: hit }` to `given`',
    ])
  })

  it('may find something, and may answer one thing after the other', async () => {
    const hits = '{ backend: { truth: hit, found: { quota: much } } }'
    await passes(LOGIN, `given: { ${ANN}, answers: ${hits} }, expect: { hook: auth, message: much room }`)
    const rules = '  rcpt:\n    - { id: there, match: { backend: {} }, return: OK }\n'
    const three = 'sender: a@b.example, rcpt: [a@example.org, b@example.org, c@example.org]'
    await passes(
      rules,
      `given: { ${three}, answers: { backend: [hit, miss] } }, expect: { recipients: { a@example.org: OK, b@example.org: DECLINED, c@example.org: DECLINED } }`,
    )
  })

  it('that is none is a typing error', async () => {
    assert.deepEqual(await problemsOf(LOGIN, 'given: { answers: { bakcend: hit } }, expect: { hook: connect }'), [
      '`given.answers` has `bakcend`, and there is no such word; `postern list words` shows them',
    ])
  })
})

describe('hooks before an address is read', () => {
  it('may put another one in its place', async () => {
    const rules = `  mail_pre:
    - { id: batv, match: always, return: OK, message: "<plain@b.example>" }
  rcpt_pre:
    - { id: old, match: always, return: OK, message: "<new@example.org>" }
`
    await passes(
      rules,
      `given: { ${MAIL} }, expect: [{ hook: mail_pre, rule: batv }, { hook: mail, reply: "250 2.1.0 <plain@b.example>" }]`,
      `given: { ${MAIL} }, expect: [{ hook: rcpt_pre, rule: old }, { accepted: new@example.org }]`,
    )
  })
})

describe('hooks after the content', () => {
  const MESSAGE = `${MAIL}, headers: [[Subject, hi]], body: hello`
  const QUEUE = '  queue:\n    - { id: taken, match: always, return: OK }\n'

  it('received_line writes the field', async () => {
    const rules = '  received_line:\n    - { id: short, match: always, return: OK, message: by us }\n'
    await passes(rules, `given: { ${MESSAGE} }, expect: { hook: data_post, headers: { Received: by us } }`)
  })

  it('queue_post is asked for what was delivered', async () => {
    const post = '  queue_post:\n    - { id: told, match: always, set: { note.told: true } }\n'
    await passes(`${QUEUE}${post}`, `given: { ${MESSAGE} }, expect: { hook: queue, notes: { told: true } }`)
    await passes(
      `${QUEUE.replace('return: OK', 'return: DENY')}${post}`,
      `given: { ${MESSAGE} }, expect: { hook: queue, notes: { told: absent } }`,
    )
  })

  it('and what ends is told to plugins, whatever came before', async () => {
    const rules = ['reset_transaction', 'disconnect', 'post_connection']
      .map((hook) => `  ${hook}:\n    - { id: ${hook}, match: always, set: { note.${hook}: true } }\n`)
      .join('')
    const notes = 'notes: { reset_transaction: true, disconnect: true, post_connection: true }'
    await passes(
      rules,
      `given: { ${MAIL} }, expect: [{ hook: rcpt, ${notes} }, { hook: disconnect, return: DECLINED }]`,
    )
  })

  it('do not count as the last decision', async () => {
    const rules = '  disconnect:\n    - { id: bye, match: always, set: { note.bye: true } }\n'
    await passes(rules, 'given: { sender: a@b.example }, expect: { reply: 250 2.1.0 }')
  })
})

describe('deny and ok', () => {
  it('are asked, and what is asked there is covered', async () => {
    const rules = `  mail:
    - { id: no, match: { sender: bad@b.example }, return: DENY }
  deny:
    - { id: count, match: { relay_client: false }, add: { note.refused: 1 } }
`
    await passes(rules, 'given: { sender: bad@b.example }, expect: { hook: mail, return: DENY, notes: { refused: 1 } }')
  })
})

describe('logging', () => {
  it('hears of lines that rules write', async () => {
    const rules = `  mail:
    - { id: note, match: always, log: something is odd }
  logging:
    - { id: heard, match: always, set: { note.heard: true } }
`
    await passes(rules, 'given: { sender: a@b.example }, expect: { hook: mail, notes: { heard: true } }')
  })
})

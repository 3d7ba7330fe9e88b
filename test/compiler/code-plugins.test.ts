/** TypeScript plugins in a site: handlers, words, options, scopes. What is wrong with one is in faults/PLG*. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defineDelivery, defineMatcher, definePlugin, type PluginDefinition, verdict } from '../../src/index.ts'
import type { Decision } from '../../src/core/decision.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import { findingLines, loadTexts, sound, tell, type Told } from './memory-site.ts'

const WHOLE: SessionRecord = {
  helo: 'client.example',
  sender: 'a@example.net',
  rcpt: 'x@example.org',
  headers: [],
  body: 'hi',
}

interface Setting {
  readonly plugins: string
  readonly code: PluginDefinition
  readonly files?: Readonly<Record<string, string>>
}

function load({ plugins, code, files = {} }: Setting) {
  const site = `hostname: mx.example.org\nplugins: ${plugins}\n`
  return loadTexts({ 'postern.yaml': site, ...files }, { 'code.ts': { default: code } })
}

async function session(setting: Setting, given: SessionRecord = {}): Promise<Told> {
  return tell(sound(await load(setting)), { ...WHOLE, ...given })
}

function at(hook: string, { decisions }: Told): Decision {
  const decision = decisions.find((one) => one.hook === hook)
  assert.ok(decision, `the session does not reach ${hook}`)
  return decision
}

describe('a handler', () => {
  it('answers with a verdict, with effects, or with nothing', async () => {
    const code = definePlugin({
      name: 'house',
      hooks: {
        connect: () => undefined,
        ehlo: () => ({ effects: [{ kind: 'add_score', amount: 4 }] }),
        mail: async () => ({ effects: [{ kind: 'add_score', amount: 1 }], verdict: verdict('OK') }),
        rcpt: ({ recipient }) => verdict('DENY', `No such member ${recipient?.address.kind}`, '5.1.1'),
      },
    })
    const told = await session({ plugins: '[./code.ts]', code })
    assert.equal(at('connect', told).return, 'DECLINED')
    assert.equal(at('mail', told).return, 'OK')
    assert.equal(told.connection.score, 5)
    const { reply, plugin, rule } = at('rcpt', told)
    assert.deepEqual([reply, plugin, rule], ['550 5.1.1 No such member mailbox', 'house', 'rcpt'])
  })

  it('takes its turn in the order of the site', async () => {
    const code = definePlugin({ name: 'code', hooks: { rcpt: () => verdict('OK') } })
    const files = { 'a.yaml': 'plugin: a\nhooks: { rcpt: [{ id: no, match: always, return: DENY }] }\n' }
    const first = await session({ plugins: '[./code.ts, ./a.yaml]', code, files })
    const last = await session({ plugins: '[./a.yaml, ./code.ts]', code, files })
    assert.equal(at('rcpt', first).return, 'OK')
    assert.equal(at('rcpt', last).return, 'DENY')
  })

  it('that breaks defers the client, unless it says that it is to be skipped', async () => {
    const hooks = {
      rcpt: () => {
        throw new Error('the database is on holiday')
      },
    }
    const files = { 'ok.yaml': 'plugin: ok\nhooks: { rcpt: [{ id: ok, match: always, return: OK }] }\n' }
    const plugins = '[./code.ts, ./ok.yaml]'
    const deferred = await session({ plugins, files, code: definePlugin({ name: 'code', hooks }) })
    const skipped = await session({ plugins, files, code: definePlugin({ name: 'code', hooks, onError: 'skip' }) })
    assert.match(at('rcpt', deferred).reply, /^450 4\.3\.0 /)
    assert.equal(at('rcpt', skipped).return, 'OK')
  })

  it('that answers nonsense has broken', async () => {
    for (const nonsense of [
      'DENY',
      5,
      true,
      {},
      [],
      { verdict: 'DENY' },
      { effects: 'DENY' },
      { code: 'DENY', message: {} },
    ]) {
      const code = { name: 'code', hooks: { rcpt: () => nonsense } } as unknown as PluginDefinition
      assert.equal(
        at('rcpt', await session({ plugins: '[./code.ts]', code })).return,
        'DENYSOFT',
        JSON.stringify(nonsense),
      )
    }
  })
})

describe('an entry of a TypeScript plugin', () => {
  const code = definePlugin({ name: 'code', hooks: { rcpt: () => verdict('DENY') } })

  it('scopes it with match and unless', async () => {
    const plugins = '[{ use: ./code.ts, match: { sender.domain: example.net }, unless: { relay_client: true } }]'
    assert.equal(at('rcpt', await session({ plugins, code })).return, 'DENY')
    assert.equal(at('rcpt', await session({ plugins, code }, { relay_client: true })).return, 'DECLINED')
    assert.equal(at('rcpt', await session({ plugins, code }, { sender: 'a@example.com' })).return, 'DECLINED')
  })

  it('may know the site’s own lists', async () => {
    const site =
      'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [{ use: ./code.ts, unless: { rcpt.domain: { in_list: local_domains } } }]\n'
    const loaded = sound(await loadTexts({ 'postern.yaml': site }, { 'code.ts': { default: code } }))
    assert.equal(at('rcpt', await tell(loaded, WHOLE)).return, 'DECLINED')
    assert.equal(at('rcpt', await tell(loaded, { ...WHOLE, rcpt: 'x@example.com' })).return, 'DENY')
  })

  it('puts it in monitor mode', async () => {
    const told = await session({ plugins: '[{ use: ./code.ts, mode: monitor }]', code })
    assert.equal(at('rcpt', told).return, 'DECLINED')
    assert.deepEqual(
      told.outcomes.flatMap(({ monitored }) => monitored.map((one) => `${one.plugin} ${one.verdict.code}`)),
      ['code DENY'],
    )
  })

  it('exempts from a refusal that waits', async () => {
    const waits = definePlugin({ name: 'code', hooks: { ehlo: () => ({ code: 'DENY', replyAt: 'rcpt' }) } })
    const files = {
      'white.yaml':
        'plugin: white\nhooks: { mail: [{ id: w, match: { sender.domain: friend.example }, set: { immune: true } }] }\n',
    }
    const setting = { plugins: '[./white.yaml, { use: ./code.ts, unless: { immune: true } }]', code: waits, files }
    assert.equal(at('rcpt', await session(setting)).return, 'DENY')
    assert.equal(at('rcpt', await session(setting, { sender: 'a@friend.example' })).return, 'DECLINED')
  })
})

describe('options of a TypeScript plugin', () => {
  const code = definePlugin({
    name: 'members',
    options: {
      type: 'object',
      required: ['members'],
      properties: {
        members: { type: 'array', items: { type: 'string' } },
        wait: { type: 'string', format: 'duration', default: '5s' },
      },
    },
    setup: ({ members, wait }) => ({
      hooks: { rcpt: ({ connection }) => verdict('DENY', `${members.join(' ')} ${wait} ${connection.listener}`) },
    }),
  })

  it('arrive with their defaults, each instance with its own', async () => {
    const one = await session({ plugins: '[{ ./code.ts: { members: [ann] } }]', code })
    const both = await session({
      plugins:
        '[{ use: "./code.ts:1", with: { members: [bob], wait: 2m }, unless: { relay_client: true } }, { ./code.ts: { members: [ann] } }]',
      code,
    })
    assert.equal(at('rcpt', one).message, 'ann 5000 smtp')
    assert.deepEqual([at('rcpt', both).message, at('rcpt', both).plugin], ['bob 120000 smtp', 'members:1'])
  })

  it('are set up once, however many sessions follow', async () => {
    let count = 0
    const counting = definePlugin({
      name: 'counting',
      setup: () => ({ hooks: { rcpt: () => verdict('DENY', `${(count += 1)}`) } }),
    })
    const site = sound(await load({ plugins: '[./code.ts]', code: counting }))
    await tell(site, WHOLE)
    assert.equal(at('rcpt', await tell(site, WHOLE)).message, '2')
  })
})

describe('a word of a TypeScript plugin', () => {
  const member = defineMatcher({
    name: 'member',
    summary: 'Whether the recipient is a member',
    stage: 'recipient',
    onUnknown: 'defer',
    finds: { name: 'Its name' },
    options: { type: 'object', required: ['of'], properties: { of: { type: 'string', enum: ['club', 'board'] } } },
    compile:
      ({ of }) =>
      ({ recipient }) =>
        recipient?.address.kind === 'mailbox' && recipient.address.local === of
          ? { truth: 'hit', found: { name: of } }
          : { truth: 'miss' },
  })
  const code = definePlugin({ name: 'loyalty', words: [member] })
  const files = {
    'house.yaml':
      'plugin: house\nhooks: { rcpt: [{ id: m, match: { member: { of: club } }, return: OK, message: "welcome, ${member.name}" }] }\n',
  }

  for (const plugins of ['[./code.ts, ./house.yaml]', '[./house.yaml, ./code.ts]'])
    it(`is known to the rules of the site, in ${plugins}`, async () => {
      const told = await session({ plugins, code, files }, { rcpt: 'club@example.org' })
      assert.equal(at('rcpt', told).message, 'welcome, club')
    })

  it('may come from setup', async () => {
    const made = definePlugin({ name: 'loyalty', setup: async () => ({ words: [member] }) })
    const told = await session(
      { plugins: '[./house.yaml, ./code.ts]', code: made, files },
      { rcpt: 'club@example.org' },
    )
    assert.equal(at('rcpt', told).return, 'OK')
  })

  it('has its options checked where they are written', async () => {
    const wrong = {
      'house.yaml': 'plugin: house\nhooks:\n  rcpt:\n    - { id: m, match: { member: { of: pub } }, return: OK }\n',
    }
    const { report } = await load({ plugins: '[./house.yaml, ./code.ts]', code, files: wrong })
    assert.deepEqual(findingLines(report), ['house.yaml:4:39 CFG104 `of` cannot be `pub`'])
  })

  it('is asked where it can be', async () => {
    const early = {
      'house.yaml': 'plugin: house\nhooks:\n  mail:\n    - { id: m, match: { member: { of: club } }, return: OK }\n',
    }
    const { report } = await load({ plugins: '[./house.yaml, ./code.ts]', code, files: early })
    assert.deepEqual(findingLines(report), ['house.yaml:4:25 HOK402 `member` is not known yet in hook `mail`'])
  })

  it('is brought once', async () => {
    const { report } = await load({ plugins: '[./code.ts, "./code.ts:1"]', code })
    assert.deepEqual(findingLines(report), [
      'postern.yaml:2:22 PLG002 plugin `loyalty:1` brings a word `member`, and there is one already',
    ])
  })

  it('that answers nonsense is unknown', async () => {
    for (const nonsense of [undefined, null, 'hit', { truth: 'maybe' }, { truth: true }]) {
      const wrong = { ...member, compile: () => () => nonsense } as unknown as typeof member
      const told = await session(
        { plugins: '[./house.yaml, ./code.ts]', code: definePlugin({ name: 'wrong', words: [wrong] }), files },
        { rcpt: 'club@example.org' },
      )
      assert.equal(at('rcpt', told).return, 'DENYSOFT', JSON.stringify(nonsense))
    }
  })

  it('may deliver', async () => {
    const shelf = defineDelivery({
      name: 'shelf',
      summary: 'Puts it on the shelf',
      options: { type: 'object', properties: { row: { type: 'integer', default: 1 } } },
      compile: ({ row }) => ({
        name: `shelf:${row}`,
        deliver: async () => ({ kind: 'delivered', text: `On shelf ${row}` }),
      }),
    })
    const rules =
      'plugin: deliver\nhooks: { rcpt: [{ id: all, match: always, return: OK }], queue: [{ id: shelf, match: always, deliver: { shelf: { row: 3 } } }] }\n'
    const told = await session({
      plugins: '[./house.yaml, ./code.ts]',
      code: definePlugin({ name: 'shelf', words: [shelf] }),
      files: { 'house.yaml': rules },
    })
    assert.equal(at('queue', told).reply, '250 2.0.0 On shelf 3')
  })
})

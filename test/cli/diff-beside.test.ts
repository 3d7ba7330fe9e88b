/** `postern diff` beside the way of a message: commands, logins, lists, settings, policies of recipients. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { DiffReport } from '../../src/testing/diff/report.ts'
import { reportOf } from './diff-report.ts'
import { folder } from './folder.ts'

describe('diff of what is no rule on the way of a message', () => {
  const site = (house: string, more = ''): Readonly<Record<string, string>> => ({
    'postern.yaml': `hostname: mx.example.org\nlocal_domains: [example.org]\n${more}plugins: [./house.yaml, rcpt_ok]\n`,
    'house.yaml': `plugin: house\n${house}`,
  })
  const between = async (
    test: TestContext,
    before: Readonly<Record<string, string>>,
    after: Readonly<Record<string, string>>,
  ): Promise<DiffReport> => {
    const old = Object.entries(before).map(([name, text]) => [`before/${name}`, text] as const)
    return reportOf(folder(test, { ...Object.fromEntries(old), ...after }))
  }
  const rule = (hook: string, deed: string, match = 'always'): string =>
    `hooks: { ${hook}: [{ id: r, match: ${match}, ${deed} }] }\n`

  for (const [hook, command, changes] of [
    ['vrfy', 'VRFY someone@example.org', ['accept → reject', 'reject → accept']],
    ['noop', 'NOOP', ['accept → reject', 'reject → accept']],
    ['unrecognized_command', 'XYZZY', ['other words']],
  ] as const)
    it(`finds other answers at ${hook}, with a session that ends there`, async (test) => {
      const report = await between(
        test,
        site(rule(hook, 'return: DENY, message: Not here', '{ remote_ip: 192.0.2.0/24 }')),
        site(rule(hook, 'return: DENY, message: Not here', '{ remote_ip: 198.51.100.0/24 }')),
      )
      const here = report.differences.filter((one) => one.hook === hook)
      assert.deepEqual(new Set(here.map(({ change }) => change)), new Set<string>(changes))
      for (const { session, by } of here) {
        assert.deepEqual([session.commands, by], [[command], 'house/r'])
        assert.equal(session.sender, undefined)
      }
      assert.ok(report.not_proved.every((doubt) => !doubt.includes(hook)))
    })

  it('finds other words at HELP and QUIT', async (test) => {
    const text = (words: string): string =>
      `hooks: { help: [{ id: h, match: always, return: OK, message: ${words} }], quit: [{ id: q, match: always, return: OK, message: ${words} }] }\n`
    const { differences: found } = await between(test, site(text('old')), site(text('new')))
    assert.deepEqual(
      new Set(found.map(({ change, hook, by }) => `${change} at ${hook} by ${by}`)),
      new Set(['other words at help by house/h', 'other words at quit by house/q']),
    )
  })

  it('finds logins that succeed anew', async (test) => {
    const report = await between(
      test,
      site(rule('auth', 'return: DENY')),
      site(rule('auth', 'return: OK', '{ remote_ip: 192.0.2.0/24 }')),
    )
    const [found] = report.differences.filter(({ hook }) => hook === 'auth')
    assert.equal(found?.change, 'reject → accept')
    assert.equal(found.session.auth?.user, 'someone@example.org')
  })

  it('counts entries that came and went, and names who reads them', async (test) => {
    const house = (entries: string): string =>
      `lists: { p: { entries: [${entries}], of: ip } }\n${rule('connect', 'return: DENY', '{ remote_ip: { in_list: p } }')}`
    const { lists } = await between(
      test,
      site(house('192.0.2.1, 192.0.2.2')),
      site(house('192.0.2.2, 192.0.2.3, 192.0.2.4')),
    )
    assert.deepEqual(lists, [
      {
        list: 'p',
        added: { count: 2, some: ['192.0.2.3', '192.0.2.4'] },
        removed: { count: 1, some: ['192.0.2.1'] },
        read_by: ['connect house/r'],
      },
    ])
  })

  it('names settings by their keys, and shows no key of a certificate', async (test) => {
    const rules = rule('mail', 'return: DENY', '{ helo: no.example }')
    const report = await between(
      test,
      site(rules, 'listen: [{ name: mx, port: 25 }]\nallow_root: true\n'),
      site(rules, 'listen: [{ name: mx, port: 2525 }, { name: more, port: 26 }]\nlimits: { connections: 7 }\n'),
    )
    assert.ok(report.proved_same === false || report.settings.length > 0)
    const told = new Map(report.settings.map(({ key, before, after }) => [key, [before, after]]))
    assert.deepEqual(told.get('listen.mx.port'), ['25', '2525'])
    assert.deepEqual(told.get('listen.more.port'), [undefined, '26'])
    assert.deepEqual(told.get('allow_root'), ['true', 'false'])
    assert.equal(told.get('limits.connections')?.[1], '7')
    assert.deepEqual(
      [...told.keys()].filter((key) => key.includes('hostname')),
      [],
    )
  })

  it('names recipients whose policies changed, the keys, and a session', async (test) => {
    const rules = `settings: { lowest: { type: number, minimum: -9, maximum: 9 } }\n${rule('rcpt', 'return: DENY', '{ policy.lowest: { gt: 0 } }')}`
    const policies = (alice: string, more: Readonly<Record<string, string>>) => ({
      ...site(rules, 'recipients: { directory: policies, default: standard }\n'),
      'policies/standard.yaml': 'settings: { lowest: -1 }\n',
      'policies/example.org/alice.yaml': `settings: { lowest: ${alice} }\n`,
      ...more,
    })
    const report = await between(
      test,
      policies('0', { 'policies/example.org/bob.yaml': 'block: [x.example]\n' }),
      policies('1', { 'policies/example.org/carol.yaml': 'allow: [y.example]\n' }),
    )
    assert.deepEqual(report.policies, [
      { what: 'changed', policy: 'alice@example.org', keys: [{ key: 'settings.lowest', before: '0', after: '1' }] },
      { what: 'removed', policy: 'bob@example.org', keys: [{ key: 'block', before: '["x.example"]' }] },
      { what: 'added', policy: 'carol@example.org', keys: [{ key: 'allow', after: '["y.example"]' }] },
    ])
    const [found] = report.differences
    assert.deepEqual(
      [found?.change, found?.by, found?.session.rcpt],
      ['accept → reject', 'house/r', 'alice@example.org'],
    )
  })
})

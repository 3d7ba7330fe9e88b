/** `postern show`: what is in force, where each value comes from, and nothing that is secret. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { LIMITS } from '../../src/core/limits.ts'
import type { EffectiveParam, EffectiveSite } from '../../src/compiler/effective/report.ts'
import { folder } from './folder.ts'

const SITE = `hostname: mx.example.org
local_domains: [example.org, example.net]
limits: { recipients: 107, message_size: ${LIMITS.message_size.default} }
plugins:
  - ./own.yaml: { partners: lists/partners }
  - use: ./house.yaml
    with: { reject_type: soft }
    unless: { relay_client: true }
  - rcpt_ok
  - queue/discard
`

const OWN = `ruleset: own
params: { partners: { list: ip, default: [] }, code: { default: DENY } }
plugins:
  - ./partners.yaml: { partners: "\${partners}", code: "\${code}" }
`

const PARTNERS = `plugin: partners
params: { partners: { list: ip }, code: { type: return_code } }
hooks:
  connect:
    - { id: stranger, match: { not: { remote_ip: { in_list: "\${partners}" } } }, return: "\${code}", message: Not a partner, reply_at: rcpt }
`

const HOUSE = `plugin: house
params:
  reject_type: { type: return_code, default: DENY, summary: How it refuses }
  strict: { type: boolean, default: false }
hooks:
  rcpt:
    - { id: ours, match: { rcpt.domain: "\${hostname}" }, return: OK }
    - { id: many, summary: No crowds., match: { rcpt.count: { gte: 3 } }, return: "\${reject_type}" }
    - { id: none, enabled: { strict: true }, match: always, return: DENY }
`

const FILES = {
  'postern.yaml': SITE,
  'own.yaml': OWN,
  'partners.yaml': PARTNERS,
  'house.yaml': HOUSE,
  'lists/partners': '192.0.2.0/24\n198.51.100.7\n',
  'lists/morercpthosts': '',
}

async function shownIn(test: Parameters<typeof folder>[0], ...args: readonly string[]): Promise<EffectiveSite> {
  const { code, stdout, stderr } = await folder(test, FILES).postern(['show', '--as', 'json', ...args])
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as EffectiveSite
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((one) => one.name === name)
  assert.ok(found, name)
  return found
}

function bare({ summary: _, ...rest }: EffectiveParam): Omit<EffectiveParam, 'summary'> {
  return rest
}

describe('show', () => {
  it('says of each value where it comes from: the site, a ruleset, a plugin, or nobody', async (test) => {
    const { settings = [], plugins } = await shownIn(test)
    assert.deepEqual(named(settings, 'hostname'), {
      name: 'hostname',
      value: 'mx.example.org',
      from: 'given',
      at: 'postern.yaml:1',
    })
    assert.deepEqual(named(settings, 'store'), { name: 'store', value: 'memory:', from: 'default' })
    const [partners, house] = [named(plugins, 'partners'), named(plugins, 'house')]
    assert.deepEqual([partners.at, partners.file], ['own.yaml:4', 'partners.yaml'])
    assert.deepEqual(partners.parameters.map(bare), [{ name: 'code', value: 'DENY', from: 'given', at: 'own.yaml:2' }])
    assert.deepEqual(named(partners.lists, 'partners'), {
      name: 'partners',
      kind: 'ip',
      entries: 2,
      where: 'lists/partners',
      from: 'given',
      at: 'postern.yaml:5',
    })
    assert.deepEqual(house.entry, { unless: { value: { relay_client: true }, from: 'given', at: 'postern.yaml:8' } })
    assert.deepEqual(house.parameters.map(bare), [
      { name: 'reject_type', value: 'DENYSOFT', from: 'given', at: 'postern.yaml:7' },
      { name: 'strict', value: false, from: 'default', at: 'house.yaml:4' },
    ])
  })

  it('tells only those limits that are other ones', async (test) => {
    const { settings = [] } = await shownIn(test)
    const limits = settings.filter(({ name }) => name.startsWith('limits.'))
    assert.deepEqual(limits, [{ name: 'limits.recipients', value: 107, from: 'given', at: 'postern.yaml:3' }])
  })

  it('has rules in the order in which they are asked, the same as `list rules`', async (test) => {
    const of = folder(test, FILES)
    const { hooks } = JSON.parse((await of.postern(['show', '--as', 'json'])).stdout) as EffectiveSite
    const ours = hooks.flatMap(({ rules }) => rules.map(({ plugin, rule, hook }) => `${plugin}/${rule} ${hook}`))
    const listed = (await of.postern(['list', 'rules'])).stdout.trimEnd().split('\n')
    assert.deepEqual(
      ours,
      listed.map((line) => line.split(/ +/).slice(0, 2).join(' ')),
    )
    assert.deepEqual(ours.slice(0, 3), ['partners/stranger connect', 'house/ours rcpt', 'house/many rcpt'])
  })

  it('shows a rule as it is asked, and what its client hears', async (test) => {
    const { hooks, settings } = await shownIn(test, '--rule', 'stranger')
    const [rule] = hooks.flatMap(({ rules }) => rules)
    assert.equal(settings, undefined)
    assert.deepEqual(rule?.says, {
      match: { not: { remote_ip: { in_list: 'partners' } } },
      return: 'DENY',
      message: 'Not a partner',
      reply_at: 'rcpt',
    })
    assert.equal(rule?.reply, '550 5.7.1 Not a partner')
    assert.deepEqual(
      rule?.lists.map(({ name, entries, where }) => [name, entries, where]),
      [['partners', 2, 'lists/partners']],
    )
  })

  it('shows one rule for people, with the parameters in it and their places', async (test) => {
    const { stdout } = await folder(test, FILES).postern(['show', '--rule', 'house/many'])
    assert.equal(
      stdout,
      `postern.yaml  mx.example.org, rules ${/rules (\w+)/.exec(stdout)?.[1]}

hook rcpt
  house/many  house.yaml:8
    No crowds.
    entry unless    { relay_client: true }  postern.yaml:8
    match           { rcpt.count: { gte: 3 } }
    return          DENYSOFT
    reply           450 4.7.1 relaying denied
    \${reject_type}  DENYSOFT  postern.yaml:7
`,
    )
    const own = await folder(test, FILES).postern(['show', '--rule', 'house/ours'])
    assert.match(own.stdout, /^ {4}match +\{ rcpt\.domain: mx\.example\.org \}$/m)
    assert.match(own.stdout, /^ {4}\$\{hostname\} +mx\.example\.org {2}postern\.yaml:1$/m)
  })

  it('says why a rule is not there', async (test) => {
    const { stdout } = await folder(test, FILES).postern(['show', '--rule', 'none'])
    assert.match(
      stdout,
      /house\/none {2}house\.yaml:9 {2}switched off: enabled \{ strict: true \}\n {4}\$\{strict\} {2}false {2}default, house\.yaml:4$/m,
    )
  })

  it('shows one hook, with the plugins asked there', async (test) => {
    const { hooks, plugins } = await shownIn(test, '--hook', 'connect')
    assert.deepEqual(
      hooks.map(({ hook }) => hook),
      ['connect'],
    )
    assert.deepEqual(
      plugins.map(({ name }) => name),
      ['partners'],
    )
    const of = folder(test, FILES)
    assert.equal((await of.postern(['show', '--hook', 'data'])).code, 4)
    assert.equal((await of.postern(['show', '--hook', 'dat'])).code, 2)
    const near = await of.postern(['show', '--rule', 'house/manny'])
    assert.deepEqual([near.code, near.stderr], [2, 'postern: there is no rule house/manny; did you mean house/many?\n'])
    assert.equal((await of.postern(['show', 'nowhere.yaml'])).code, 3)
  })

  it('shows what a TypeScript plugin was given, and policies of recipients', async (test) => {
    const of = folder(test, {
      'postern.yaml': `hostname: mx.example.org
local_domains: [example.org]
recipients: { directory: policies, default: standard }
plugins:
  - ./own.ts: { places: 3, password: hunter2 }
  - use: ./house.yaml
    skippable: true
  - rcpt_ok
`,
      'policies/standard.yaml': 'settings: { most: 3 }\n',
      'own.ts': `import { definePlugin, verdict } from 'postern'
export default definePlugin({
  name: 'own',
  options: { type: 'object', properties: { places: { type: 'integer' }, password: { type: 'string' } } },
  hooks: { rcpt: () => verdict('DENY') },
})
`,
      'house.yaml': `plugin: house
settings: { most: { type: number } }
hooks:
  rcpt: [{ id: crowd, match: { rcpt.count: { gte: "\${policy.most}" } }, return: DENY }]
`,
      'lists/morercpthosts': '',
    })
    const { code, stdout, stderr } = await of.postern(['show', '--as', 'json'])
    assert.equal(code, 0, stderr)
    const { plugins, policies, hooks } = JSON.parse(stdout) as EffectiveSite
    assert.deepEqual(
      plugins[0]?.parameters.map(({ name, value, at }) => [name, value, at]),
      [
        ['places', 3, 'postern.yaml:5'],
        ['password', '***', 'postern.yaml:5'],
      ],
    )
    assert.equal(plugins[1]?.entry.skippable, 'postern.yaml:7')
    assert.deepEqual(policies, {
      settings: [{ name: 'most', type: 'number', at: 'house.yaml:2' }],
      skippable: ['house'],
      split_by: [],
    })
    assert.equal(hooks[0]?.rules[0]?.code, true)
  })

  it('never shows a secret, in any form', async (test) => {
    const of = folder(test, {
      'postern.yaml': `hostname: mx.example.org
local_domains: [example.org]
store: sqlite:state.db
plugins:
  - ./secret.yaml: { url: "https://user:hunter2@api.example/q?key=hunter2", api_token: hunter2, secrets: [hunter2], name: ann }
  - rcpt_ok
`,
      'secret.yaml': `plugin: secret
params:
  url: {}
  api_token: {}
  secrets: { list: string }
  name: {}
hooks:
  rcpt:
    - id: asked
      match: { sender.user: ["\${api_token}", "x\${api_token}", "\${name}"], sender: { in_list: "\${secrets}" } }
      return: DENY
      message: "\${url}"
      log: "token \${api_token}"
      set: { note.key: "\${api_token}" }
`,
      'lists/morercpthosts': '',
    })
    for (const as of ['text', 'json', 'markdown', 'dot']) {
      const { code, stdout, stderr } = await of.postern(['show', '--as', as])
      assert.equal(code, 0, stderr)
      assert.ok(!`${stdout}${stderr}`.includes('hunter2'), as)
    }
    const { stdout } = await of.postern(['show', '--rule', 'asked'])
    assert.match(stdout, /sender\.user: \["\*\*\*", "x\*\*\*", ann\]/)
    assert.match(stdout, /list secrets +of string, 1 entry, in place/)
  })

  it('is Markdown that says the same', async (test) => {
    const { stdout } = await folder(test, FILES).postern(['show', '--as', 'markdown'])
    assert.match(stdout, /^\| reject\\_type \| DENYSOFT \| postern\.yaml:7 \|$/m)
    assert.match(stdout, /^## Hook rcpt$/m)
    assert.match(stdout, /^house\/none is switched off \(house\.yaml:9\)/m)
  })
})

describe('show --as dot', () => {
  const graphviz = spawnSync('dot', ['-V']).error ? 'graphviz is not installed' : false

  it('says what may end where', async (test) => {
    const { stdout } = await folder(test, FILES).postern(['show', '--as', 'dot'])
    for (const line of [
      '"connect partners" -> "rcpt partners" [style=dashed, label="stranger"];',
      '"rcpt partners" -> "end refused" [style=solid, label="stranger at connect"];',
      '"rcpt house" -> "end later" [style=solid, label="many"];',
      '"rcpt house" -> "queue begins" [style=solid, label="ours"];',
      '"rcpt rcpt_ok" -> "end later" [style=dotted, label="nobody answers"];',
      '"queue queue/discard" -> "end delivered" [style=solid, label="deliver"];',
    ])
      assert.ok(stdout.includes(line), line)
    assert.ok(!stdout.includes('"none"'))
  })

  it('is a graph that Graphviz draws, whatever the file is called', { skip: graphviz }, async (test) => {
    const odd = 'a "b" \\N\n<c>.yaml'
    const of = folder(test, { ...FILES, [odd]: SITE })
    for (const site of ['postern.yaml', odd]) {
      const { stdout } = await of.postern(['show', site, '--as', 'dot'])
      const { status, stdout: drawn, stderr } = spawnSync('dot', ['-Tplain'], { input: stdout, encoding: 'utf8' })
      assert.deepEqual([status, stderr], [0, ''])
      const nodes = drawn.split('\n').filter((line) => line.startsWith('node '))
      assert.equal(nodes.length, 3 + 5 + 3)
    }
  })
})

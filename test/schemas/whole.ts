/** One file of each kind with every key, for tests that change it here and there. */
export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json }

const RULES: Json = [
  {
    id: 'first',
    summary: 'What it is for',
    enabled: { policy: ['strict', 'loose'], who: { exists: false } },
    match: {
      'sender.domain': ['spam.example', '.junk.example'],
      remote_ip: { in_list: 'partners' },
      relay_client: false,
      'rcpt.count': { gte: 1, lt: 100 },
      any: [{ helo: { regex: '^dsl-' } }, { not: { 'header.X-Old': { exists: true } } }, { all: ['always'] }],
      dnsbl: { zones: ['bl.example'], timeout: '5s' },
      'note.points': { gt: 3 },
      date: { older_than: '5d' },
      size: 500,
    },
    unless: { immune: true },
    on_unknown: 'skip',
    set: { 'note.points': 3, immune: true },
    add: { score: -1 },
    headers: { add: { 'X-A': 'a' }, replace: { 'X-B': 'b' }, remove: ['X-C'] },
    delay: '1s',
    log: { level: 'warn', text: 'seen ${sender}' },
    return: 'DENY',
    message: 'not ${sender | you}',
    status: '5.7.1',
    mode: 'monitor',
  },
  { id: 'second', match: 'always', log: 'text' },
]

const PLUGIN: Json = {
  plugin: 'house',
  summary: 'What it does',
  description: 'More about it',
  reference: 'qpsmtpd',
  params: {
    policy: { values: ['strict', 'loose'], default: 'loose', summary: 'How strict' },
    who: { type: 'text', optional: true },
    zones: { list: 'zone', default: ['bl.example'] },
  },
  lists: {
    partners: { of: 'ip', entries: ['192.0.2.7'], summary: 'Friends' },
    more: { of: 'ip', file: 'lists/more', optional: true },
  },
  notes: { points: { type: 'number', scope: 'connection', summary: 'Bad points' } },
  hooks: {
    data_post: RULES,
    'helo, ehlo': [{ id: 'hello', match: { helo: 'localhost' }, return: 'DENY', reply_at: 'rcpt' }],
    queue: [{ id: 'keep', match: 'always', deliver: { maildir: { path: 'mail' } } }],
  },
  tests: [{ name: 'a test', given: { helo: 'localhost' }, expect: { hook: 'ehlo', return: 'DECLINED' } }],
}

const SITE: Json = {
  hostname: 'mx.example.org',
  listen: [{ name: 'mx', address: '127.0.0.1', port: 2525 }],
  local_domains: ['example.org'],
  lists: 'lists',
  dns: { servers: ['192.0.2.53'], timeout: '5s' },
  log: { level: 'info', file: 'postern.log' },
  limits: { recipients: 100 },
  plugins: [
    './plugin.yaml',
    { './plugin.yaml:1': { policy: 'strict' } },
    {
      use: './plugin.yaml:2',
      with: { policy: 'loose' },
      match: { listener: 'mx' },
      unless: { relay_client: true },
      mode: 'monitor',
    },
  ],
}

const RULESET: Json = {
  ruleset: 'recommended',
  summary: 'What it is for',
  params: { policy: { values: ['strict', 'loose'], default: 'loose' } },
  plugins: [
    './plugin.yaml',
    { './plugin.yaml:1': { policy: '${policy}' } },
    { use: './plugin.yaml:2', mode: 'monitor' },
  ],
}

const SESSION: Json = {
  remote_ip: '192.0.2.7',
  remote_host: 'mx.example',
  remote_port: 40000,
  helo: 'mx.example',
  helo_verb: 'EHLO',
  auth: { user: 'ann', mechanism: 'PLAIN' },
  commands: ['NOOP'],
  sender: 'a@example.net',
  mail_params: { SIZE: '100' },
  rcpt: ['x@example.org'],
  rcpt_params: { NOTIFY: 'NEVER' },
  elapsed: 31,
  headers: [['Subject', 'hi']],
  body: 'hello',
  notes: { connection: { a: true }, transaction: { b: 3 } },
  env: { RELAYCLIENT: '' },
  now: '2026-11-20T12:00:00Z',
  dns: { 'a.example A': ['192.0.2.1'], 'b.example A': 'TIMEOUT' },
}

const SUITE: Json = {
  suite: 'house',
  site: '../postern.yaml',
  given: SESSION,
  tests: [
    {
      name: 'one',
      given: { rcpt: 'y@example.org' },
      expect: { hook: 'rcpt', return: 'OK', reply: '250', accepted: [], notes: { a: true } },
    },
    { name: 'two', expect: [{ score: 3 }, { headers: { Subject: 'hi' }, would: 'DENY' }] },
  ],
}

export const WHOLE_FILES = { plugin: PLUGIN, site: SITE, ruleset: RULESET, suite: SUITE, session: SESSION } as const
export type FileKind = keyof typeof WHOLE_FILES

export interface Change {
  /** `hooks.rcpt.0.match renamed` */
  readonly name: string
  readonly value: Json
}

const STRANGERS: readonly Json[] = [7, true, 'nonsense', [], {}, ['nonsense'], { nonsense: 1 }]

/** Each key renamed, each key left out, each value replaced by ones of other kinds. */
export function* changesOf(whole: Json, path = ''): Generator<Change> {
  for (const stranger of STRANGERS) yield { name: `${path} is ${JSON.stringify(stranger)}`, value: stranger }
  if (Array.isArray(whole)) yield* changesOfList(whole, path)
  else if (typeof whole === 'object') yield* changesOfMap(Object.entries(whole), path)
}

function* changesOfList(list: readonly Json[], path: string): Generator<Change> {
  for (const [index, item] of list.entries())
    for (const { name, value } of changesOf(item, `${path}.${index}`)) yield { name, value: list.with(index, value) }
}

function* changesOfMap(entries: readonly (readonly [string, Json])[], path: string): Generator<Change> {
  for (const [index, [key, value]] of entries.entries()) {
    const others = entries.toSpliced(index, 1)
    yield { name: `${path}.${key} left out`, value: Object.fromEntries(others) }
    yield { name: `${path}.${key} renamed`, value: Object.fromEntries(entries.with(index, [`${key}_`, value])) }
    for (const change of changesOf(value, `${path}.${key}`))
      yield { name: change.name, value: Object.fromEntries(entries.with(index, [key, change.value])) }
  }
}

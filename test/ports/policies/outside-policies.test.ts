/** Policies in every kind of source, real ones: the same order, the same limits, and unknown where the source is away. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { Redis } from 'ioredis'
import { parseMailbox } from '../../../src/core/mail/address.ts'
import { defaultLimits } from '../../../src/core/limits.ts'
import type { PolicyUnknown, RecipientPolicy } from '../../../src/core/policy.ts'
import { type Site, sourcesOf } from '../../../src/core/site.ts'
import { readSource } from '../../../src/core/source.ts'
import { readPolicyText } from '../../../src/compiler/policies/read-policy.ts'
import { SettingBook } from '../../../src/compiler/policies/setting-book.ts'
import { outsidePolicies } from '../../../src/engine/outside-policies.ts'
import { PolicyShelf } from '../../../src/engine/policies.ts'
import { sourcePool } from '../../../src/ports/sources/source-pool.ts'
import { loadTexts, sound } from '../../compiler/memory-site.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { freePort } from '../../support/free-port.ts'
import { atEnd } from '../../support/ends.ts'
import { listenOnLoopback } from '../sources/loopback.ts'
import * as servers from '../../support/real/servers.ts'
import { testWorld } from '../sources/world.ts'

const limits = { ...defaultLimits(), policy_entries: 3, policy_size: 4096 }

/** With lines that are empty, and lists: a policy is more than one line. */
const policy = (name: string): string =>
  `summary: ${name}\n\nallow: [${name}.friend.example]\n\nblock:\n  - "größer.example"\n`
const ENTRIES: servers.Entries = new Map([
  ['ann+news@a.example.org', policy('detail')],
  ['ann@a.example.org', policy('ann')],
  ["o'hara@a.example.org", policy('ohara')],
  ['a.example.org', policy('domain')],
  ['example.org', policy('above')],
  ['broken@example.org', 'allow: nobody\n'],
  ['large@example.org', `summary: ${'x'.repeat(4096)}\n`],
  ['many@example.org', 'allow: [a.example, b.example]\nblock: [c.example, d.example]\n'],
  ['standard', policy('standard')],
])

const directory = mkdtempSync(join(tmpdir(), 'postern-policies-'))
atEnd(() => rmSync(directory, { recursive: true }))
const at = (name: string): string => join(directory, name)
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
const rows = (escape: (text: string) => string): string =>
  Array.from(ENTRIES, (entry) => `INSERT INTO policies VALUES (${entry.map(escape).join()});`).join('\n')
const TABLE = 'CREATE TABLE policies (who VARCHAR(191) PRIMARY KEY, policy TEXT)'
const SQL = '#table=policies&key=who&value=policy'

interface Subject {
  readonly skip?: string | false
  /** Answers with the URL. */
  readonly start: () => Promise<string> | string
  readonly away: string
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  cdb: {
    skip: servers.noCdb,
    start() {
      servers.makeCdb(at('policies.cdb'), ENTRIES)
      return `cdb:${at('policies.cdb')}`
    },
    away: `cdb:${at('nowhere.cdb')}`,
  },
  sqlite: {
    start() {
      const database = new DatabaseSync(at('policies.db'))
      database.exec(`${TABLE};${rows(quoted)}`)
      database.close()
      return `sqlite:${at('policies.db')}${SQL}`
    },
    away: `sqlite:${at('nowhere.db')}${SQL}`,
  },
  postgres: {
    skip: servers.noPostgres,
    start: async () => {
      const { port } = await servers.startPostgres(`${TABLE};${rows(quoted)}`)
      return `postgres://postern@127.0.0.1:${port}/postgres${SQL}&password=env:DB_PASSWORD`
    },
    away: `postgres://postern@127.0.0.1:1/mail${SQL}&password=env:DB_PASSWORD`,
  },
  mysql: {
    skip: servers.noMariadb,
    start: async () => {
      const port = await servers.startMariadb(`${TABLE};${rows((text) => quoted(text.replaceAll('\\', '\\\\')))}`)
      return `mysql://postern@127.0.0.1:${port}/mail${SQL}&password=env:DB_PASSWORD`
    },
    away: `mysql://postern@127.0.0.1:1/mail${SQL}&password=env:DB_PASSWORD`,
  },
  redis: {
    skip: servers.noRedis,
    start: async () => {
      const port = await freePort()
      const server = await servers.startRedis(port)
      atEnd(() => server.stop())
      const client = new Redis({ port, host: '127.0.0.1' })
      for (const [key, text] of ENTRIES) await client.set(`policy:${key}`, text)
      await client.quit()
      return `redis://127.0.0.1:${port}#prefix=policy:`
    },
    away: 'redis://127.0.0.1:1#prefix=policy:',
  },
  ldap: {
    skip: servers.noSlapd,
    start: async () => {
      writeFileSync(at('reader'), 'readerpw\n')
      const port = await servers.startSlapd(ENTRIES)
      const reader = `bind_dn=cn=reader,${servers.LDAP_BASE}&password=file:${at('reader')}`
      return `ldap://127.0.0.1:${port}/${servers.LDAP_BASE}#filter=(o={key})&attribute=description&tls=none&${reader}`
    },
    away: `ldap://127.0.0.1:1/${servers.LDAP_BASE}#filter=(o={key})&attribute=description&tls=none`,
  },
  http: {
    start: async () => {
      const web = createServer(({ url = '' }, response) => {
        const text = ENTRIES.get(decodeURIComponent(new URL(url, 'http://x').pathname.slice('/p/'.length)))
        response.writeHead(text === undefined ? 404 : 200).end(text)
      })
      return `http://127.0.0.1:${await listenOnLoopback(web)}/p/{key}`
    },
    away: 'http://127.0.0.1:1/p/{key}',
  },
}

interface Library {
  readonly octets: () => number
  readonly find: (recipient: string) => Promise<RecipientPolicy>
  readonly because: string[]
  readonly close: () => Promise<void>
}

function library(url: string, onUnknown: PolicyUnknown, memory = limits.policy_memory): Library {
  const because: string[] = []
  const world = testWorld()
  const pool = sourcePool(world)
  const rules = { settings: new SettingBook(), skippable: [], limits }
  const shelf = new PolicyShelf({
    source: outsidePolicies(readSource({ url, kind: 'string', isText: true, directory: '/' }), pool),
    clock: world.clock,
    memory,
    log: { write: (_, fields) => because.push(String(fields['because'])) },
    plan: {
      refresh: 3_600_000,
      fallback: { key: 'standard' },
      onUnknown,
      read: (text, name) => readPolicyText(text, name, rules),
    },
  })
  const find = async (recipient: string): Promise<RecipientPolicy> => {
    const address = parseMailbox(recipient)
    assert.ok(address, recipient)
    return shelf.find(address)
  }
  return { find, because, octets: () => shelf.octets, close: () => pool.close() }
}

for (const [name, { skip = false, start, away }] of Object.entries(SUBJECTS))
  describe(`policies in a source: ${name}`, { skip }, () => {
    let shelf: Library
    let url = ''
    before(async () => {
      url = await start()
      shelf = library(url, 'defer')
    })
    after(() => shelf.close())

    for (const [recipient, key, because] of [
      ['Ann+News@A.example.org', 'ann+news@a.example.org', 'the address has a policy'],
      ['ann+x@a.example.org', 'ann@a.example.org', 'the address without its detail has a policy'],
      ["o'hara@a.example.org", "o'hara@a.example.org", 'the address has a policy'],
      ['bob@a.example.org', 'a.example.org', 'the domain has a policy'],
      ['bob@b.example.org', 'example.org', 'the domain example.org above has a policy'],
      ['bob@example.net', 'standard', 'nothing more particular is there'],
    ] as const)
      it(`${recipient} has ${key}: ${because}`, async () => {
        const found = await shelf.find(recipient)
        assert.deepEqual([found.key, found.because, found.unknown], [key, because, undefined])
        assert.ok(url.startsWith(found.at?.split('#', 1)[0] ?? 'nowhere'), found.at)
        assert.ok(found.lists.allow.length === 1 && found.lists.block.length === 1, 'the whole text is read')
      })

    const hasTheDefault = (recipient: string, reason: RegExp) => async (): Promise<void> => {
      shelf.because.splice(0)
      const { key, because } = await shelf.find(recipient)
      assert.deepEqual([key, because], ['standard', `the policy ${recipient} does not load`])
      assert.match(shelf.because.join('; '), reason)
    }
    it('that is none is the default, and the log says why', hasTheDefault('broken@example.org', /^CFG102 at .*:1:8$/))
    it('limit policy_size: one that is larger is none', hasTheDefault('large@example.org', /^POL005 at .*:1:1$/))
    it('limit policy_entries: one with more is none', hasTheDefault('many@example.org', /^POL005 at .*:2:20$/))

    it('limit policy_memory: is bounded, however many recipients strangers invent', async () => {
      const memory = 32 * 1024
      const small = library(url, 'defer', memory)
      await small.find('ann@a.example.org')
      for (let index = 0; index < 60; index += 1) {
        await small.find(`${index}@b${index}.example.org`)
        assert.ok(small.octets() <= memory)
      }
      assert.ok(small.octets() > memory / 2, 'it is in use')
      await small.close()
    })

    it('does not take for a key more than a key', async () => {
      for (const local of ['*', '%', "'||'", 'x)(o=*', '..']) {
        const found = await shelf.find(`"${local}"@example.net`)
        assert.ok(found.unknown || found.key === 'standard', `${local}: ${found.key}`)
      }
    })

    it('is unknown while the source is away, whatever the site wants instead', async () => {
      for (const onUnknown of ['defer', 'default'] as const) {
        const other = library(away, onUnknown)
        const found = await other.find('ann@a.example.org')
        assert.equal(found.unknown, true)
        assert.ok(other.because.length > 0 && !other.because.join().includes('sesame'))
        await other.close()
      }
    })
  })

it('is closed a while after a reload that does not name it any more', async () => {
  const [clock, closed]: [FakeClock, string[]] = [fakeClock(), []]
  const pool = sourcePool(testWorld({ clock }), ({ shown }) => ({
    lookup: async () => ({ kind: 'none' }),
    close: async () => void closed.push(shown),
  }))
  const site = async (recipients: string): Promise<Site> =>
    sound(await loadTexts({ 'postern.yaml': `hostname: mx.example.org\n${recipients}plugins: []\n` }))
  const before = await site('recipients: { source: "redis://store.example", default: standard }\n')
  pool.use(sourcesOf(before))
  const [source] = sourcesOf(before)
  assert.ok(source)
  await outsidePolicies(source, pool).lookup('ann@example.org')
  pool.use(sourcesOf(before))
  clock.advance(60_000)
  assert.deepEqual(closed, [])
  pool.use(sourcesOf(await site('')))
  clock.advance(60_000)
  assert.deepEqual(closed, ['redis://store.example'])
})

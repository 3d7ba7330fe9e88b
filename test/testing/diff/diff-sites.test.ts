/** Differences between sites that ask for more than can be tried: words, long lists, content, notes, and what stays unproved. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VOCABULARY } from '../../../src/cli/wiring.ts'
import type { DiffFound } from '../../../src/testing/diff/diff-sites.ts'
import { loadTexts } from '../../compiler/memory-site.ts'
import { changes, diffed } from './memory-diff.ts'

const OURS = 'plugin: ours\nhooks: { rcpt: [{ id: ok, match: { rcpt.domain: example.org }, return: OK }] }\n'

/** Facts enough for a million kinds of sessions. */
const CROWD = `plugin: crowd
hooks:
  connect:
${Array.from({ length: 12 }, (_, index) => `    - { id: c${index}, match: { remote_ip: 10.${index}.0.0/16, remote_port: { gt: ${index * 1000} } }, set: { note.c${index}: true } }`).join('\n')}
  mail:
${Array.from({ length: 12 }, (_, index) => `    - { id: m${index}, match: { sender.domain: m${index}.example, helo: h${index}.example }, return: DENY }`).join('\n')}
  rcpt:
${Array.from({ length: 12 }, (_, index) => `    - { id: r${index}, match: { rcpt.user: u${index}, note.c${index}: true }, return: DENYSOFT }`).join('\n')}
`

async function between(before: string, after: string, { crowd = true, files = {} } = {}) {
  const plugins = [...(crowd ? ['./crowd.yaml'] : []), './house.yaml', './ours.yaml']
  const site = (house: string, more: Readonly<Record<string, string>>) =>
    loadTexts(
      {
        'postern.yaml': `hostname: mx.example.org\nplugins: [${plugins.join(', ')}]\n`,
        'crowd.yaml': CROWD,
        'house.yaml': `plugin: house\n${house}`,
        'ours.yaml': OURS,
        ...more,
      },
      {},
      VOCABULARY,
    )
  const [one, other] = [await site(before, {}), await site(after, files)]
  return { found: await diffed(one, other), changes: changes(one, other) }
}

function told({ groups }: DiffFound): readonly string[] {
  return groups.map(({ change, hook, by }) => `${change} at ${hook} by ${by}`)
}

const rule = (hook: string, match: string, deed = 'return: DENY'): string =>
  `hooks: { ${hook}: [{ id: r, match: ${match}, ${deed} }] }\n`
const NOTHING = rule('mail', '{ sender.domain: nothing.example }')

describe('among more kinds of sessions than can be tried', () => {
  it('a difference of every sort of rule is found', async () => {
    const cases = [
      ['mail', '{ sender: "ann@new.example" }'],
      ['mail', '{ sender.null: true, helo: { exists: true } }'],
      ['mail', '{ dnsbl: { zones: [bl.example] } }'],
      ['mail', '{ not: { resolvable: true } }'],
      ['ehlo', "{ helo: { regex: '^dsl-' } }"],
      ['rcpt', '{ rcpt.user: u3, remote_ip: 10.3.0.0/16 }'],
      ['rcpt', '{ auth.user: { exists: false }, note.c4: true, rcpt.domain: example.org }'],
      ['data_post', '{ header.Subject: { contains: lottery } }'],
      ['data_post', '{ header.Date: { exists: false } }'],
    ] as const
    for (const [hook, match] of cases) {
      const { found } = await between('hooks: {}\n', rule(hook, match))
      assert.ok(!found.isWhole)
      assert.ok(
        told(found).some((one) => /^accept → reject at \S+ by house\/r$/.test(one)) ||
          (hook === 'data_post' && told(found).some((one) => one.endsWith(' → reject at data_post by house/r'))),
        `${match}: ${told(found).join(', ')}`,
      )
    }
  })

  it('a rule that writes what another one reads is part of it', async () => {
    const writes = (domain: string): string =>
      `hooks:
  mail: [{ id: mark, match: { sender.domain: ${domain} }, set: { note.marked: true } }]
  rcpt: [{ id: read, match: { note.marked: true }, return: DENY }]
`
    const { found } = await between(writes('one.example'), writes('two.example'))
    const marked = found.groups.find(({ change }) => change === 'accept → reject')
    assert.deepEqual([marked?.by, marked?.through], ['house/mark', ['mail house/mark']])
    assert.equal(marked?.after.by, 'house/read')
  })

  it('entries of long lists are tried', async () => {
    const house = `lists: { bad: { file: lists/bad, of: address } }\n${rule('mail', '{ sender: { in_list: bad } }')}`
    const many = Array.from({ length: 1500 }, (_, index) => `@d${index}.example`)
    const [one, other] = [many, [...many.slice(1), '@brand-new.example']].map((entries) => entries.join('\n'))
    const site = (list: string | undefined) =>
      loadTexts({
        'postern.yaml': 'hostname: mx.example.org\nplugins: [./crowd.yaml, ./house.yaml, ./ours.yaml]\n',
        'crowd.yaml': CROWD,
        'house.yaml': `plugin: house\n${house}`,
        'ours.yaml': OURS,
        'lists/bad': list ?? '',
      })
    const { groups } = await diffed(await site(one), await site(other))
    const senders = new Map(groups.map(({ change, session }) => [change, session.sender]))
    assert.equal(senders.get('reject → accept'), 'someone@d0.example')
    assert.equal(senders.get('accept → reject'), 'someone@brand-new.example')
  })
})

describe('what is not proved', () => {
  it('names what no session can say', async () => {
    const { found } = await between(NOTHING, rule('rcpt', '{ rcpt.count: { gt: 5 } }'), { crowd: false })
    assert.ok(found.unsaid.includes('`rcpt.count: { gt: 5 }`'))
  })

  it('names words that ask otherwise than before', async () => {
    const asks = (zone: string): string => rule('mail', `{ dnsbl: { zones: [${zone}] } }`)
    const { found } = await between(asks('one.example'), asks('two.example'), { crowd: false })
    assert.deepEqual([told(found), found.unsaid.length], [[], 1])
  })

  it('names hooks whose answers are not compared', async () => {
    const { found } = await between(
      NOTHING,
      `${NOTHING.replace(/ \}\n$/, '')}, disconnect: [{ id: v, match: always, log: bye }] }\n`,
    )
    assert.deepEqual(found.elsewhere, ['disconnect'])
  })
})

describe('what changed', () => {
  const two = (...ids: readonly string[]): string =>
    `hooks:\n  mail:\n${ids.map((id) => `    - { id: ${id}, match: { sender.domain: ${id}.example }, return: DENY }\n`).join('')}`

  it('is added, removed, changed or moved, and nothing else', async () => {
    const said = async (before: string, after: string) =>
      (await between(before, after, { crowd: false })).changes.rules.map(({ what, rule: id }) => `${what} ${id}`)
    assert.deepEqual(await said(NOTHING, NOTHING), [])
    assert.deepEqual(await said(rule('mail', 'always'), rule('mail', 'always', 'return: DENY, summary: Why')), [])
    assert.deepEqual(await said('hooks: {}\n', NOTHING), ['added r'])
    assert.deepEqual(await said(NOTHING, 'hooks: {}\n'), ['removed r'])
    assert.deepEqual(await said(NOTHING, rule('mail', 'always')), ['changed r'])
    assert.deepEqual(await said(two('a', 'b'), two('b', 'a')), ['moved b', 'moved a'])
  })

  it('is also a list that a rule names, a note that is declared, and the name of the server', async () => {
    const lists = (entries: string): string =>
      `lists: { bad: { entries: [${entries}], of: domain } }\n${rule('mail', '{ sender.domain: { in_list: bad } }')}`
    const listed = await between(lists('a.example'), lists('a.example, b.example'), { crowd: false })
    assert.deepEqual(
      listed.changes.rules.map(({ what, entries }) => [what, entries]),
      [['changed', ['b.example']]],
    )
    const noted = await between(NOTHING, `notes: { x: { type: number, scope: recipient } }\n${NOTHING}`, {
      crowd: false,
    })
    assert.deepEqual(noted.changes.besides, ['notes and settings of house'])
    const renamed = { 'postern.yaml': 'hostname: other.example.org\nplugins: [./house.yaml, ./ours.yaml]\n' }
    const named = await between(NOTHING, NOTHING, { crowd: false, files: renamed })
    assert.deepEqual(named.changes.besides, ['hostname'])
  })
})

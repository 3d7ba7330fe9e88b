/** Lists that recipients have of their own: whose is asked, where, and what an answer means for the rule. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { mailbox } from '../../src/core/mail/address.ts'
import type { Outcome } from '../../src/core/outcome.ts'
import type { LogLine, SourceAnswer } from '../../src/core/ports.ts'
import { newRecipient, newTransaction, type Recipient } from '../../src/core/session.ts'
import type { Site } from '../../src/core/site.ts'
import type { SourceSpec } from '../../src/core/source.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { applyEffect, isEffect } from '../../src/engine/effects.ts'
import { contextAt } from '../support/hook-context.ts'
import { fakePorts } from '../support/smtp-rig.ts'
import { loadTexts, sound } from './memory-site.ts'

const SITE = 'hostname: mx.example.org\nplugins: [./house.yaml]\nrecipients: { on_split: defer_different }\n'
const PLACES = `  user_config:
    - { id: staff, match: { rcpt.domain: example.org }, set: { own_files: "/home/%u" } }
    - { id: hosted, match: { rcpt.domain: hosted.example }, set: { own_files: "/srv/%h/%u" } }
`
const plugin = (list: string, rule = '', places = PLACES): string => `plugin: house
lists:
  site: { entries: [example.com], of: address }
  mine: { ${list}, of: address }
hooks:
${places}  rcpt:
    - { id: a, match: { sender: { in_list: mine } }, return: DENY, message: "\${list.reason} \${list.at}"${rule} }
`
const NAMED = 'source: "own:blocked"'

const load = async (text: string): Promise<Site> => sound(await loadTexts({ 'postern.yaml': SITE, 'house.yaml': text }))

type Answers = Readonly<Record<string, SourceAnswer>>
const found = (...values: string[]): SourceAnswer => ({ kind: 'found', values })
const away: SourceAnswer = { kind: 'failed', because: 'it is away' }

interface World {
  readonly site: Site
  readonly answers: Answers
  readonly asked?: string[]
  readonly said?: Pick<LogLine, 'fields' | 'text'>[]
}

/** At `user_config` and then at RCPT, for mail from ann@example.com. */
async function decide({ site, answers, asked = [], said = [] }: World, to = 'bob@example.org'): Promise<Outcome> {
  const [local = '', domain = ''] = to.split('@')
  const recipient: Recipient = newRecipient(mailbox(local, domain) ?? assert.fail())
  const lookup = async ({ shown }: SourceSpec, key: string): Promise<SourceAnswer> => {
    asked.push(`${shown} ${key}`)
    return answers[`${shown} ${key}`] ?? { kind: 'none' }
  }
  const log = { write: (_: unknown, fields: LogLine['fields'], text: string) => void said.push({ fields, text }) }
  const over = {
    ports: { ...fakePorts(), log, sources: { lookup } },
    recipient,
    transaction: { ...newTransaction('t'), sender: mailbox('ann', 'example.com') ?? assert.fail() },
  }
  const dispatch = createDispatcher(site.program, { deadline: 1000, trace: true })
  await dispatch(contextAt('user_config', over))
  return dispatch(contextAt('rcpt', over))
}

const because = ({ trace }: Outcome): string | undefined => trace?.[0]?.atoms[0]?.because

describe('a list of each recipient’s own', () => {
  it('is that of the recipient, where rules say it is', async () => {
    const site = await load(plugin(NAMED))
    const asked: string[] = []
    const answers = { 'own:/home/%u/blocked bob@example.org': found('# mine\n@example.com no thanks\n') }
    const { verdict } = await decide({ site, answers, asked })
    assert.equal(verdict.code, 'DENY')
    assert.equal(verdict.message, 'no thanks own:/home/%u/blocked of bob@example.org:2')
    assert.equal((await decide({ site, answers, asked }, 'eve@example.org')).verdict.code, 'DECLINED')
    assert.equal((await decide({ site, answers, asked }, 'bob@hosted.example')).verdict.code, 'DECLINED')
    assert.deepEqual(asked, [
      'own:/home/%u/blocked bob@example.org',
      'own:/home/%u/blocked eve@example.org',
      'own:/srv/%h/%u/blocked bob@hosted.example',
    ])
  })

  it('names the file it was found in, and the one it is not in', async () => {
    const site = await load(plugin(NAMED))
    const answer = (text: string): SourceAnswer => ({ kind: 'found', values: [text], at: '/home/bob/blocked' })
    const key = 'own:/home/%u/blocked bob@example.org'
    const hit = await decide({ site, answers: { [key]: answer('example.com') } })
    assert.equal(because(hit), '`example.com` at /home/bob/blocked:1')
    assert.equal(because(await decide({ site, answers: { [key]: answer('') } })), 'not in /home/bob/blocked')
    assert.equal(because(await decide({ site, answers: {} })), 'nothing in own:/home/%u/blocked')
  })

  it('is looked for with the detail of the address first, then without', async () => {
    const asked: string[] = []
    const answers = { 'own:/home/%u/blocked bob@example.org': found('example.com') }
    const { verdict } = await decide({ site: await load(plugin(NAMED)), answers, asked }, 'bob+x@example.org')
    assert.equal(verdict.code, 'DENY')
    assert.deepEqual(asked, ['own:/home/%u/blocked bob+x@example.org', 'own:/home/%u/blocked bob@example.org'])
  })

  it('is empty for who has no files of its own, and nobody is asked', async () => {
    const asked: string[] = []
    const site = await load(plugin(NAMED))
    assert.equal((await decide({ site, answers: {}, asked }, 'bob@other.example')).verdict.code, 'DECLINED')
    assert.deepEqual(asked, [])
  })

  it('stands before the site’s own, where that is for those who have none', async () => {
    const site = await load(plugin(`${NAMED}, else: site`))
    assert.equal((await decide({ site, answers: {} })).verdict.code, 'DENY')
    assert.equal((await decide({ site, answers: {} }, 'bob@other.example')).verdict.code, 'DENY')
    const answers = { 'own:/home/%u/blocked bob@example.org': found('') }
    assert.equal((await decide({ site, answers })).verdict.code, 'DECLINED')
  })

  it('defers when nobody can say what is in it, unless the rule says otherwise', async () => {
    const answers = { 'own:/home/%u/blocked bob@example.org': away }
    const outcome = await decide({ site: await load(plugin(`${NAMED}, else: site`)), answers })
    assert.equal(outcome.verdict.code, 'DENYSOFT')
    assert.equal(because(outcome), '`bob@example.org` in own:/home/%u/blocked: it is away')
    const skips = await load(plugin(`${NAMED}, else: site`, ', on_unknown: skip'))
    assert.equal((await decide({ site: skips, answers })).verdict.code, 'DECLINED')
  })

  it('has its entries read once while it is the same, and what is wrong said once, without the entries', async () => {
    const site = await load(plugin(NAMED))
    const said: Pick<LogLine, 'fields' | 'text'>[] = []
    const key = 'own:/home/%u/blocked bob@example.org'
    const answers = { [key]: found('@@secret\nbad@@\nexample.com\nexample.com\n') }
    for (let count = 0; count < 3; count += 1)
      assert.equal((await decide({ site, answers, said })).verdict.code, 'DENY')
    assert.deepEqual(said, [
      {
        fields: { at: 'own:/home/%u/blocked of bob@example.org', entries: 2 },
        text: "entries of a recipient's own list cannot be read",
      },
    ])
    await decide({ site, answers: { [key]: found('@@other') }, said })
    assert.equal(said.length, 2)
  })

  it('may be anywhere: each value is an entry', async () => {
    const site = await load(plugin('source: "sqlite:lists.db#table=blocked&key=rcpt&value=entry&per=rcpt"'))
    const key = 'sqlite:lists.db#table=blocked&key=rcpt&value=entry&per=rcpt bob@other.example'
    const outcome = await decide({ site, answers: { [key]: found('a@b.example', 'example.com') } }, 'bob@other.example')
    assert.equal(outcome.verdict.code, 'DENY')
  })

  it('is a source of the site in each of its places, and not by its bare name', async () => {
    const { program } = await load(plugin(NAMED))
    assert.deepEqual(
      program.sources?.map(({ shown }) => shown),
      ['own:/home/%u/blocked', 'own:/srv/%h/%u/blocked'],
    )
  })

  it('keeps recipients apart after DATA', async () => {
    const text = `plugin: house
lists: { mine: { source: "own:blocked", of: address } }
hooks:
${PLACES}  data_post: [{ id: a, match: { sender: { in_list: mine } }, return: DENY }]
`
    const { program } = await load(text)
    assert.deepEqual(
      program.split?.keys.map(({ name }) => name),
      ['rcpt'],
    )
  })
})

describe('where own files are', () => {
  const recipient = (): Recipient => newRecipient(mailbox('bob', 'example.org') ?? assert.fail())

  it('is said at user_config, for that recipient', () => {
    const one = recipient()
    applyEffect({ kind: 'set_own_files', path: '/home/%u' }, contextAt('rcpt', { recipient: one }), 'house')
    assert.equal(one.ownFiles, undefined)
    applyEffect({ kind: 'set_own_files', path: '/home/%u' }, contextAt('user_config', { recipient: one }), 'house')
    assert.equal(one.ownFiles, '/home/%u')
  })

  it('is no place that all share, whoever says so', () => {
    assert.ok(isEffect({ kind: 'set_own_files', path: '/home/%u' }))
    for (const path of ['/home', '/home/%x', '/home/%u#a', ''])
      assert.ok(!isEffect({ kind: 'set_own_files', path }), path)
  })
})

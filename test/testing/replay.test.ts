/** Decisions that were recorded are made again: alike by the same rules, otherwise by others, and never guessed. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VOCABULARY } from '../../src/cli/wiring.ts'
import type { Site } from '../../src/core/site.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { Recorder } from '../../src/server/life/recorded.ts'
import { judgeGate, parseGate, type ReplayOutcome, ReplayTally } from '../../src/testing/replay-summary.ts'
import { Envelopes, isReplayable, judge, type LoggedDecision, recordedVerdict } from '../../src/testing/replay.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import { textsOf } from '../compiler/case-file.ts'
import { loadTexts, sound } from '../compiler/memory-site.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { smtpRig } from '../support/smtp-rig.ts'
import { some } from '../support/some.ts'
import { saidSessions, speak } from './spoken.ts'

interface Settings {
  readonly headers?: readonly string[]
  readonly mask?: readonly ('sender' | 'rcpt')[]
}

/** The log of a client that says this. */
async function logOf(site: Site, record: SessionRecord, { headers = [], mask = [] }: Settings = {}) {
  const lines: string[] = []
  const { split } = site.program
  const settings = { all: true, headers, mask }
  const recorder = new Recorder({ settings, write: (one) => lines.push(JSON.stringify(one)), hash: (text) => text })
  const dispatch = createDispatcher(site.program, { deadline: 1000, trace: true })
  const recorded = recorder.recorded(dispatch, 'r1')
  await speak(smtpRig({ dispatch: recorded, ip: record.remote_ip ?? '192.0.2.7', ...(split && { split }) }), record)
  return lines.map((line) => JSON.parse(line) as LoggedDecision).filter(({ hook }) => isReplayable(hook))
}

async function replayed(log: readonly LoggedDecision[], { program, hostname }: Site) {
  const { split } = program
  const tally = new ReplayTally()
  const outcomes: ReplayOutcome[] = []
  const dispatch = createDispatcher(program, { deadline: 1000, trace: false })
  const world = { clock: fakeClock(), log: { write: () => undefined } }
  const envelopes = new Envelopes()
  for (const record of log.map((one) => envelopes.complete(one)))
    outcomes.push(tally.add(record, recordedVerdict(record), await judge(record, { dispatch, hostname, world, split })))
  return { tally, outcomes, groups: tally.summary().groups }
}

async function siteWith(rules: string): Promise<Site> {
  const text = 'hostname: mx.example.org\nplugins: [./house.yaml, ./ours.yaml]\n'
  const ours = 'plugin: ours\nhooks: { rcpt: [{ id: all, match: { rcpt.domain: example.org }, return: OK }] }\n'
  const texts = { 'postern.yaml': text, 'house.yaml': `plugin: house\nhooks:\n${rules}`, 'ours.yaml': ours }
  return sound(await loadTexts(texts, {}, VOCABULARY))
}

const NOTHING = '  connect: [{ id: nothing, match: { remote_ip: 203.0.113.1 }, return: DENY }]\n'
const MAIL: SessionRecord = {
  remote_ip: '192.0.2.7',
  helo: 'mx.friend.example',
  sender: 'ann@friend.example',
  rcpt: 'bob@example.org',
  headers: [['Subject', 'Hello']],
  body: 'Hi',
}

describe('the same rules', () => {
  const said = saidSessions(new Set(['Delivery']))
  for (const { file, one, given } of some(said, 'sessions'))
    it(`change nothing: ${file.topic}: ${one.name} ${JSON.stringify(given.rcpt)}`, async () => {
      const site = sound(await loadTexts(textsOf(one)))
      const { outcomes, groups } = await replayed(await logOf(site, given), site)
      assert.ok(
        outcomes.every((outcome) => outcome === 'same' || outcome === 'undetermined'),
        JSON.stringify(groups),
      )
    })

  it('are sure of all that the log holds', async () => {
    const site = await siteWith(NOTHING)
    const log = await logOf(site, MAIL)
    const { outcomes } = await replayed(log, site)
    assert.ok(log.some(({ hook }) => hook === 'data_post'))
    assert.deepEqual(new Set(outcomes), new Set(['same']))
  })
})

describe('other rules', () => {
  const asked = async (rules: string, settings?: Settings) => {
    const log = await logOf(await siteWith(NOTHING), MAIL, settings)
    return replayed(
      log.filter(({ hook }) => hook === 'rcpt' || hook === 'data_post'),
      await siteWith(rules),
    )
  }
  const outcomesOf = async (rules: string, settings?: Settings) => (await asked(rules, settings)).outcomes

  it('at an earlier hook change what comes later', async () => {
    const { outcomes, groups } = await asked(
      '  helo, ehlo: [{ id: no, match: { helo: mx.friend.example }, return: DENY }]\n',
    )
    assert.deepEqual(outcomes, ['changed', 'changed'])
    assert.deepEqual(
      groups.map(({ change, by, count }) => [change, by, count]),
      [['accept → reject', 'house/no', 2]],
    )
  })

  it('that refuse for now defer', async () => {
    const { groups } = await asked('  rcpt: [{ id: later, match: always, return: DENYSOFT }]\n')
    assert.equal(groups[0]?.change, 'accept → defer')
  })

  it('that say the same with another rule change the rule only', async () => {
    const { outcomes } = await asked('  rcpt: [{ id: mine, match: always, return: OK }]\n')
    assert.deepEqual(outcomes, ['text', 'same'])
  })

  it('that ask the DNS what it was not asked then are undetermined', async () => {
    const { outcomes, groups } = await asked(
      '  mail: [{ id: list, match: { rhsbl: { zones: [bl.example] } }, return: DENY }]\n',
    )
    assert.deepEqual(outcomes, ['undetermined', 'undetermined'])
    assert.equal(groups[0]?.change, 'an answer of the DNS (A)')
  })

  it('that read the body, or a field that was not kept, are undetermined', async () => {
    const reads = (match: string): string => `  data_post: [{ id: r, match: { ${match} }, return: DENY }]\n`
    assert.deepEqual(await outcomesOf(reads('body: { contains: viagra }')), ['same', 'undetermined'])
    assert.deepEqual(await outcomesOf(reads('header.Subject: { contains: lottery }')), ['same', 'undetermined'])
  })

  it('that read a field that was kept are not', async () => {
    const reads = (match: string): string => `  data_post: [{ id: r, match: { ${match} }, return: DENY }]\n`
    const settings = { headers: ['Subject', 'X-Spam'] }
    assert.deepEqual(await outcomesOf(reads('header.subject: { contains: hello }'), settings), ['same', 'changed'])
    assert.deepEqual(await outcomesOf(reads('header.X-Spam: { exists: true }'), settings), ['same', 'same'])
    assert.deepEqual(await outcomesOf(reads('size: { gt: 10 }'), settings), ['same', 'changed'])
  })

  it('know nothing of what was masked', async () => {
    const { outcomes, groups } = await asked(NOTHING, { mask: ['sender'] })
    assert.deepEqual(outcomes, ['undetermined', 'undetermined'])
    assert.equal(groups[0]?.change, 'sender (masked)')
  })
})

describe('a gate', () => {
  it('is met up to its limit', async () => {
    const log = await logOf(await siteWith(NOTHING), MAIL)
    const rules = '  rcpt: [{ id: no, match: always, return: DENY }]\n'
    const { tally } = await replayed(
      log.filter(({ hook }) => hook === 'rcpt' || hook === 'connect'),
      await siteWith(rules),
    )
    const met = (text: string): boolean => judgeGate(parseGate(text) ?? assert.fail(text), tally).passed
    assert.deepEqual(
      [
        'accept-to-reject=1',
        'accept-to-reject=0',
        'accept-to-reject=50%',
        'accept-to-reject=49.9%',
        'any=0',
        'reject-to-accept=0',
      ].map(met),
      [true, false, true, false, false, true],
    )
  })

  it('is written in one way', () => {
    for (const text of ['accept-to-nothing=1', 'any', 'any=x', 'any=-1', 'accept-to-accept=0'])
      assert.equal(parseGate(text), undefined)
  })
})

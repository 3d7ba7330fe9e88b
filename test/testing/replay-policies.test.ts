/** Decisions are made again with the policies that recipients had then, not with those of today. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VOCABULARY } from '../../src/cli/wiring.ts'
import type { Site } from '../../src/core/site.ts'
import { readSource } from '../../src/core/source.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { Recorder } from '../../src/server/life/recorded.ts'
import { type ReplayOutcome, ReplayTally } from '../../src/testing/replay-summary.ts'
import { Envelopes, isReplayable, judge, type LoggedDecision, recordedVerdict } from '../../src/testing/replay.ts'
import { loadTexts, sound } from '../compiler/memory-site.ts'
import { fakeClock } from '../support/fake-clock.ts'
import { policyShelf } from '../support/policy-shelf.ts'
import { smtpRig } from '../support/smtp-rig.ts'

type Texts = Readonly<Record<string, string>>

const RULES = `  user_config: [{ id: house, match: { policy.language: fr }, set: { policy.language: en } }]
  rcpt:
    - { id: blocked, match: { listed_by_recipient: { list: block } }, return: DENY, message: Blocked }
    - { id: german, match: { policy.language: de }, return: OK, message: Ja }
    - { id: all, match: always, return: OK }
  data_post:
    - { id: news, match: { policy.newsletters: false, size: { gt: 10 } }, return: DENY, message: No newsletters }
`
const THEN: Texts = {
  'ann@example.org':
    'settings: { newsletters: false, language: de }\nblock: [.bulk.example, other.example]\nskip: [skipped]',
  'eve@example.org': 'settings: { newsletters: false, language: fr }',
  'example.org': 'settings: { newsletters: true }',
}
/** The opposite of all that. */
const NOW: Texts = {
  'ann@example.org': 'settings: { newsletters: true }',
  'eve@example.org': 'settings: { newsletters: true }',
  'example.org': 'settings: { newsletters: false }\nblock: [.bulk.example, a.example]',
}

async function siteWith(
  rules = RULES,
  settings = '{ newsletters: { type: boolean }, language: { values: [de, en, fr] } }',
) {
  const loaded = await loadTexts(
    {
      'postern.yaml':
        'hostname: mx.example.org\nrecipients: { on_split: defer_different }\nplugins: [./wishes.yaml, { use: ./skipped.yaml, skippable: true }]\n',
      'wishes.yaml': `plugin: wishes\nsettings: ${settings}\nhooks:\n${rules}`,
      'skipped.yaml':
        'plugin: skipped\nhooks: { data_post: [{ id: all, match: { score: { gt: 5 } }, return: DENY }] }\n',
    },
    {},
    VOCABULARY,
  )
  return sound(loaded)
}

/** The log of a client that writes to these. */
async function logOf(
  site: Site,
  { from = 'x@a.example', to = ['ann', 'eve', 'bob'], mask = [] as readonly ('rcpt' | 'helo')[], texts = THEN } = {},
): Promise<LoggedDecision[]> {
  const lines: string[] = []
  const settings = { all: true, headers: [], mask }
  const recorder = new Recorder({ settings, write: (one) => lines.push(JSON.stringify(one)), hash: (text) => text })
  const dispatch = recorder.recorded(createDispatcher(site.program, { deadline: 1000, trace: true }), 'r1')
  const { split } = site.program
  const rig = smtpRig({ dispatch, policies: policyShelf(site.policies, texts), ...(split && { split }) })
  rig.session.start()
  await rig.settle()
  const rcpt = to.map((name) => `RCPT TO:<${name}@example.org>`)
  const content = ['DATA', 'Subject: news', '', 'News', '.']
  for (const line of ['EHLO c.example', `MAIL FROM:<${from}>`, ...rcpt, ...content]) await rig.say(`${line}\r\n`)
  return lines.map((line) => JSON.parse(line) as LoggedDecision).filter(({ hook }) => isReplayable(hook))
}

async function replayed(log: readonly LoggedDecision[], site: Site) {
  const { program, hostname, policies: plan } = site
  const [tally, envelopes] = [new ReplayTally(), new Envelopes()]
  const outcomes: ReplayOutcome[] = []
  const judges = {
    dispatch: createDispatcher(program, { deadline: 1000, trace: false }),
    hostname,
    split: program.split,
    plan,
    policies: policyShelf(plan, NOW),
    world: { clock: fakeClock(), log: { write: () => undefined } },
  }
  for (const record of log.map((one) => envelopes.complete(one)))
    outcomes.push(tally.add(record, recordedVerdict(record), await judge(record, judges)))
  return { outcomes, groups: tally.summary().groups }
}

const policiesIn = (log: readonly LoggedDecision[], hook: string) =>
  log.filter((one) => one.hook === hook).map(({ facts }) => facts.policies)

describe('a record', () => {
  it('has the policies of its recipients, as they were written, and of lists what held', async () => {
    const site = await siteWith()
    const log = await logOf(site, { from: 'x@a.bulk.example' })
    assert.deepEqual(policiesIn(log, 'rcpt'), [
      {
        'ann@example.org': {
          settings: { newsletters: false, language: 'de' },
          block: ['.bulk.example'],
          skip: ['skipped'],
        },
      },
      { 'eve@example.org': { settings: { newsletters: false, language: 'fr' } } },
      { 'bob@example.org': { settings: { newsletters: true } } },
    ])
    assert.deepEqual(policiesIn(log, 'mail'), [undefined])
  })

  it('has them of all who share the message', async () => {
    const log = await logOf(await siteWith(), { to: ['carl', 'bob'] })
    assert.deepEqual(policiesIn(log, 'data_post'), [
      {
        'carl@example.org': { settings: { newsletters: true } },
        'bob@example.org': { settings: { newsletters: true } },
      },
    ])
  })

  it('has none of them with any mask: they name recipients, senders and clients', async () => {
    for (const mask of [['rcpt'], ['helo']] as const) {
      const log = await logOf(await siteWith(), { from: 'x@a.bulk.example', mask })
      assert.ok(log.length > 3 && log.every(({ facts }) => facts.policies === undefined))
      assert.ok(!JSON.stringify(log).includes('bulk.example"]'))
    }
  })

  it('has no more of them than fits', async () => {
    const settings = '{ language: { type: text } }'
    const site = await siteWith('  rcpt: [{ id: all, match: always, return: OK }]\n', settings)
    const long = (octets: number): string => `settings: { language: "${'x'.repeat(octets)}" }`
    const texts = { 'ann@example.org': long(12_000), 'bob@example.org': long(12_000), 'carl@example.org': long(20_000) }
    const log = await logOf(site, { to: ['ann', 'bob', 'carl'], texts })
    assert.deepEqual(
      policiesIn(log, 'data').map((one) => Object.keys(one ?? {})),
      [['ann@example.org']],
    )
    const { outcomes } = await replayed(
      log.filter(({ decision }) => decision.rcpt === 'carl@example.org'),
      site,
    )
    assert.deepEqual(outcomes, ['undetermined'])
  })
})

describe('the policies of a record', () => {
  it('decide again as they did, whatever files say today', async () => {
    const site = await siteWith()
    for (const from of ['x@a.example', 'x@a.bulk.example', 'x@other.example']) {
      const { outcomes, groups } = await replayed(await logOf(site, { from }), site)
      assert.deepEqual(new Set(outcomes), new Set(['same']), JSON.stringify(groups))
    }
  })

  it('left out of it, files of today would say something else', async () => {
    const site = await siteWith()
    const log = await logOf(site)
    const bare = log.map(({ facts: { policies: _, ...facts }, ...rest }) => ({ ...rest, facts }))
    const { outcomes } = await replayed(bare, site)
    assert.ok(outcomes.includes('changed'))
  })

  it('left out of it, and in a source outside today, nobody can tell', async () => {
    const site = await siteWith()
    const log = (await logOf(site)).filter(({ hook }) => hook === 'rcpt')
    const bare = log.map(({ facts: { policies: _, ...facts }, ...rest }) => ({ ...rest, facts }))
    const source = readSource({ url: 'redis://store.example', kind: 'string', isText: true, directory: '/' })
    const { read, refresh } = site.policies ?? assert.fail()
    const { outcomes } = await replayed(bare, { ...site, policies: { read, refresh, source } })
    assert.deepEqual(new Set(outcomes), new Set(['undetermined']))
  })

  it('tell what other rules would have read in them', async () => {
    const log = (await logOf(await siteWith())).filter(({ hook }) => hook === 'rcpt')
    const { outcomes, groups } = await replayed(
      log,
      await siteWith(
        RULES.replace(
          'match: { policy.language: de }, return: OK',
          'match: { policy.newsletters: false }, return: DENY',
        ),
      ),
    )
    assert.deepEqual(outcomes, ['changed', 'changed', 'same'])
    assert.deepEqual(
      groups.map(({ change }) => change),
      ['accept → reject'],
    )
  })

  it('that these rules cannot read leave it undetermined', async () => {
    const log = (await logOf(await siteWith())).filter(({ hook }) => hook === 'rcpt')
    const rules = '  rcpt: [{ id: all, match: always, return: OK }]\n'
    const { outcomes, groups } = await replayed(log, await siteWith(rules, '{ newsletters: { type: boolean } }'))
    assert.deepEqual(outcomes.slice(0, 2), ['undetermined', 'undetermined'])
    assert.equal(groups[0]?.change, 'a recorded policy that does not load with these rules')
  })
})

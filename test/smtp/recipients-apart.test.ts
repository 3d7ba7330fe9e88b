/** Recipients of one message whose policies want different answers after DATA. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeliveryJob, DeliveryTarget } from '../../src/core/delivery.ts'
import { addressText } from '../../src/core/address.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { loadTexts, sound } from '../compiler/memory-site.ts'
import { policyShelf } from '../support/policy-shelf.ts'
import { type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

const WISHES = `plugin: wishes
settings:
  newsletters: { type: boolean }
  language: { values: [de, en] }
hooks:
  rcpt:
    - { id: nobody, match: { rcpt.user: nobody }, return: DENY, message: No such user }
    - { id: ok, match: { policy.language: { exists: true } }, return: OK, message: "Speaks \${policy.language}" }
    - { id: all, match: always, return: OK }
  data_post:
    - { id: count, match: always, add: { score: 1 } }
    - id: newsletter
      match: { policy.newsletters: false, header.List-Id: { exists: true } }
      return: DENY
      message: No newsletters
`
const OTHERS = `plugin: others
hooks:
  data_post:
    - { id: once, match: always, add: { note.asked: 1 } }
    - { id: spam, match: { header.Subject: spam }, return: DENY, message: Spam }
  queue_pre:
    - { id: late, match: { header.Subject: late }, return: DENYSOFT, message: Too late }
  queue:
    - { id: broken, match: { quarantined: true, header.Subject: broken }, return: DENYSOFT, message: No room }
    - { id: aside, match: { quarantined: true }, deliver: { pretend: { result: deferred } } }
    - { id: take, match: always, deliver: { pretend: {} } }
notes: { asked: { type: number, scope: transaction } }
`
const POLICIES = {
  'ann@example.org': 'settings: { newsletters: false, language: de }',
  'bob@example.org': 'settings: { newsletters: true, language: en }',
  'eve@example.org': 'settings: { newsletters: false, language: en }',
  'example.org': 'settings: { newsletters: true, language: en }',
}

interface Apart extends Rig {
  /** Of each message that was delivered: to whom. */
  readonly delivered: string[][]
}

async function apart(onSplit: string, options: RigOptions = {}): Promise<Apart> {
  const site = sound(
    await loadTexts({
      'postern.yaml': `hostname: mx.example.org\nrecipients: { on_split: ${onSplit} }\nplugins: [./wishes.yaml, ./others.yaml]\n`,
      'wishes.yaml': WISHES,
      'others.yaml': OTHERS,
    }),
  )
  const delivered: string[][] = []
  const carry = async ({ name }: DeliveryTarget, { recipients }: DeliveryJob) => {
    const aside = name === 'pretend:deferred' ? ['aside'] : []
    delivered.push([...aside, ...recipients.map(({ address }) => addressText(address))])
    return { kind: 'delivered', text: 'Taken' } as const
  }
  const { program } = site
  const rig = smtpRig({
    dispatch: createDispatcher(program, { deadline: 1000, trace: true }),
    policies: policyShelf(site.policies, POLICIES),
    ...(program.split && { split: program.split }),
    ports: { carry },
    ...options,
  })
  rig.session.start()
  await rig.settle()
  return Object.assign(rig, { delivered })
}

async function talk(rig: Rig, ...lines: readonly string[]): Promise<readonly string[]> {
  rig.heard()
  for (const line of lines) await rig.say(`${line}\r\n`)
  return rig.heard().trimEnd().split('\r\n')
}

const READY = '354 Go ahead; end with a dot on a line of its own'
const rcpt = (...names: readonly string[]): readonly string[] => names.map((name) => `RCPT TO:<${name}@example.org>`)
/** A message that some do not want. */
const NEWS = ['DATA', 'List-Id: <news.example>', '', 'News', '.']

/** Up to RCPT, with those who were accepted. */
async function begun(rig: Rig, hello: string, params: string, ...names: readonly string[]): Promise<void> {
  await talk(rig, `${hello} c.example`, `MAIL FROM:<a@b.example>${params}`)
  const replies = await talk(rig, ...rcpt(...names))
  assert.deepEqual(new Set(replies.map((one) => one.slice(0, 3))), new Set(['250']))
}

describe('on_split: defer_different', () => {
  it('tells a recipient who wants another answer to wait, and why is in the log', async () => {
    const rig = await apart('defer_different')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example>')
    assert.deepEqual(await talk(rig, ...rcpt('ann', 'bob', 'eve', 'nobody', 'carl')), [
      '250 2.1.5 Speaks de',
      '452 4.5.3 Other rules hold for this recipient; send the message to it again',
      '250 2.1.5 Speaks en',
      '550 5.7.1 No such user',
      '452 4.5.3 Other rules hold for this recipient; send the message to it again',
    ])
    const waiting = rig.log.filter(({ text }) => text === 'a recipient has to wait for a message of its own')
    assert.deepEqual(
      waiting.map(({ fields }) => [fields['rcpt'], fields['first'], fields['differs']]),
      [
        ['bob@example.org', 'ann@example.org', 'policy.newsletters'],
        ['carl@example.org', 'ann@example.org', 'policy.newsletters'],
      ],
    )
  })

  it('refuses for all who share a message, or delivers to all of them', async () => {
    const rig = await apart('defer_different')
    await begun(rig, 'EHLO', '', 'ann', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '554 5.7.1 No newsletters'])
    await begun(rig, 'EHLO', '', 'bob', 'carl')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '250 2.0.0 Taken'])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'carl@example.org']])
  })

  it('holds with PRDR too, where that is not wanted', async () => {
    const rig = await apart('defer_different')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example> PRDR')
    assert.deepEqual(
      (await talk(rig, ...rcpt('ann', 'bob'))).map((one) => one.slice(0, 3)),
      ['250', '452'],
    )
  })

  it('does not count as an error of the client', async () => {
    const rig = await apart('defer_different', { limits: { errors: 3 } })
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example>', ...rcpt('ann', 'bob', 'bob', 'bob', 'bob'))
    assert.deepEqual(await talk(rig, 'NOOP'), ['250 2.0.0 OK'])
  })
})

describe('on_split: prdr', () => {
  it('has an answer for each, and delivers to those who want it', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann', 'carl', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [
      READY,
      '353 One reply for each recipient, then one for all',
      '250 2.0.0 Taken',
      '554 5.7.1 No newsletters',
      '250 2.0.0 Taken',
      '554 5.7.1 No newsletters',
      '250 2.0.0 Queued for those whose reply says so',
    ])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'carl@example.org']])
  })

  it('says who was refused by which rule', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann')
    await talk(rig, ...NEWS)
    const refused = rig.log.filter(({ text }) => text === 'refused')
    assert.deepEqual(
      refused.map(({ fields }) => [fields['rcpt'], fields['rule'], fields['policy']]),
      [['ann@example.org', 'newsletter', 'ann@example.org']],
    )
  })

  it('has one answer where all have the same', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann')
    assert.deepEqual(await talk(rig, 'DATA', 'Subject: hi', '', '.'), [READY, '250 2.0.0 Taken'])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'ann@example.org']])
  })

  it('asks what does not know recipients apart once, for all who are left', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'bob', 'ann')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: spam', '', '.')).slice(2), [
      '554 5.7.1 Spam',
      '554 5.7.1 No newsletters',
      '554 5.7.1 Spam',
    ])
    assert.deepEqual(rig.delivered, [])
    const { transaction } = rig.contexts.findLast(({ hook }) => hook === 'data_post') ?? {}
    assert.equal(transaction?.notes.get('asked'), 1)
  })

  it('a later refusal is that of those who are left', async () => {
    const rig = await apart('prdr')
    await begun(rig, 'EHLO', ' PRDR', 'ann', 'bob')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: late', '', '.')).slice(2), [
      '554 5.7.1 No newsletters',
      '451 4.7.1 Too late',
      '451 4.7.1 Too late',
    ])
    assert.deepEqual(await talk(rig, 'MAIL FROM:<a@b.example>'), ['250 2.1.0 <a@b.example>, sender OK'])
  })

  it('is as defer_different for clients without it', async () => {
    const rig = await apart('prdr')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example>')
    assert.deepEqual(
      (await talk(rig, ...rcpt('ann', 'bob'))).map((one) => one.slice(0, 3)),
      ['250', '452'],
    )
  })
})

describe('on_split: lmtp', () => {
  const LMTP: RigOptions = { offer: { protocol: 'lmtp' } }

  it('has an answer for each, in their order', async () => {
    const rig = await apart('lmtp', LMTP)
    await begun(rig, 'LHLO', '', 'ann', 'bob', 'eve', 'carl')
    assert.deepEqual(await talk(rig, ...NEWS), [
      READY,
      '554 5.7.1 No newsletters',
      '250 2.0.0 Taken',
      '554 5.7.1 No newsletters',
      '250 2.0.0 Taken',
    ])
    assert.deepEqual(rig.delivered, [['bob@example.org', 'carl@example.org']])
  })

  it('has as many when nobody is left', async () => {
    const rig = await apart('lmtp', LMTP)
    await begun(rig, 'LHLO', '', 'ann', 'bob')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: spam', '', '.')).slice(1), [
      '554 5.7.1 No newsletters',
      '554 5.7.1 Spam',
    ])
  })

  it('is as defer_different for SMTP, PRDR or not', async () => {
    const rig = await apart('lmtp')
    await talk(rig, 'EHLO c.example', 'MAIL FROM:<a@b.example> PRDR')
    assert.deepEqual(
      (await talk(rig, ...rcpt('ann', 'bob'))).map((one) => one.slice(0, 3)),
      ['250', '452'],
    )
  })
})

describe('on_split: quarantine', () => {
  const ASIDE = [['aside', 'ann@example.org', 'eve@example.org'], ['bob@example.org']]

  it('takes the message for all, and keeps it aside for those who refuse it', async () => {
    const rig = await apart('quarantine')
    await begun(rig, 'EHLO', '', 'ann', 'bob', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '250 2.0.0 Taken'])
    assert.deepEqual(rig.delivered, ASIDE)
    const kept = rig.log.filter(({ text }) => text === 'kept aside for a recipient')
    assert.deepEqual(
      kept.map(({ fields }) => [fields['rcpt'], fields['rule'], fields['text']]),
      [
        ['ann@example.org', 'newsletter', 'No newsletters'],
        ['eve@example.org', 'newsletter', 'No newsletters'],
      ],
    )
  })

  it('refuses what nobody wants', async () => {
    const rig = await apart('quarantine')
    await begun(rig, 'EHLO', '', 'ann', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, '554 5.7.1 No newsletters'])
    await begun(rig, 'EHLO', '', 'ann', 'bob')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: spam', '', '.')).slice(1), [
      '554 5.7.1 No newsletters',
    ])
    assert.deepEqual(rig.delivered, [])
  })

  it('delivers to nobody when it cannot be kept aside', async () => {
    const rig = await apart('quarantine')
    await begun(rig, 'EHLO', '', 'bob', 'ann')
    assert.deepEqual((await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: broken', '', '.')).slice(1), [
      '451 4.3.0 No room',
    ])
    assert.deepEqual(rig.delivered, [])
    assert.deepEqual(await talk(rig, 'MAIL FROM:<a@b.example>'), ['250 2.1.0 <a@b.example>, sender OK'])
  })

  it('has a reply for each LMTP recipient', async () => {
    const rig = await apart('quarantine', { offer: { protocol: 'lmtp' } })
    await begun(rig, 'LHLO', '', 'ann', 'bob', 'eve')
    assert.deepEqual(await talk(rig, ...NEWS), [READY, ...Array.from({ length: 3 }, () => '250 2.0.0 Taken')])
    assert.deepEqual(rig.delivered, ASIDE)
    await begun(rig, 'LHLO', '', 'ann', 'bob')
    const replies = await talk(rig, 'DATA', 'List-Id: <x>', 'Subject: broken', '', '.')
    assert.deepEqual(replies.slice(1), ['451 4.3.0 No room', '451 4.3.0 No room'])
  })
})

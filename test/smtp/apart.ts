/** A site whose recipients want different answers after DATA, with a session that tells to whom it delivered. */
import assert from 'node:assert/strict'
import type { DeliveryJob, DeliveryTarget } from '../../src/core/delivery.ts'
import { addressText } from '../../src/core/mail/address.ts'
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

export interface Apart extends Rig {
  /** Of each message that was delivered: to whom. */
  readonly delivered: string[][]
}

export async function apart(onSplit: string, options: RigOptions = {}): Promise<Apart> {
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

export async function talk(rig: Rig, ...lines: readonly string[]): Promise<readonly string[]> {
  rig.heard()
  for (const line of lines) await rig.say(`${line}\r\n`)
  return rig.heard().trimEnd().split('\r\n')
}

export const READY = '354 Go ahead; end with a dot on a line of its own'
export const rcpt = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `RCPT TO:<${name}@example.org>`)
/** A message that some do not want. */
export const NEWS = ['DATA', 'List-Id: <news.example>', '', 'News', '.']

/** Up to RCPT, with those who were accepted. */
export async function begun(rig: Rig, hello: string, params: string, ...names: readonly string[]): Promise<void> {
  await talk(rig, `${hello} c.example`, `MAIL FROM:<a@b.example>${params}`)
  const replies = await talk(rig, ...rcpt(...names))
  assert.deepEqual(new Set(replies.map((one) => one.slice(0, 3))), new Set(['250']))
}

/** A recorded session and a client that says the same are decided alike: rules, codes and replies. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressText } from '../../src/core/mail/address.ts'
import type { HookContext } from '../../src/core/context.ts'
import { HOOKS } from '../../src/core/hook.ts'
import type { Site } from '../../src/core/site.ts'
import { andThen, type MaybePromise } from '../../src/core/truth.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { isQuiet } from '../../src/testing/offline-session.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import { textsOf } from '../compiler/case-file.ts'
import { loadTexts, sound, tell } from '../compiler/memory-site.ts'
import { smtpRig } from '../support/smtp-rig.ts'
import { saidSessions, speak } from './spoken.ts'

interface Heard {
  readonly decisions: readonly string[]
  readonly replies: string
}

async function talk(site: Site, record: SessionRecord): Promise<Heard> {
  const decisions: string[] = []
  const dispatch = createDispatcher(site.program, { deadline: 1000, trace: false })
  const ask = (context: HookContext): Verdict | Promise<Verdict> =>
    andThen(dispatch(context), ({ hook, verdict, by }): MaybePromise<Verdict> => {
      const about = hook === 'rcpt' && context.recipient ? ` ${addressText(context.recipient.address)}` : ''
      if (!isQuiet(hook) || by) decisions.push(`${hook}${about} ${verdict.code} ${by?.plugin}/${by?.rule}`)
      return verdict
    })
  const policy = Object.fromEntries(HOOKS.map((hook) => [hook, ask]))
  const rig = smtpRig({ policy, ip: record.remote_ip ?? '', ...(site.program.split && { split: site.program.split }) })
  const replies = await speak(rig, record)
  return { decisions, replies }
}

/** Deliveries need a target; what recipients differ in is answered by the server, whatever the rules said. */
const ELSEWHERE = new Set(['Delivery', 'Policies of recipients'])

const SESSIONS = saidSessions(ELSEWHERE)

describe('a client hears what `postern explain` says', () => {
  it('in many sessions', () => {
    assert.ok(SESSIONS.length > 100, `${SESSIONS.length} sessions`)
  })

  for (const { file, one, given } of SESSIONS)
    it(`${file.topic}: ${one.name} ${JSON.stringify(given.rcpt)}`, async () => {
      const site = sound(await loadTexts(textsOf(one)))
      const { decisions } = await tell(site, given, false)
      const { decisions: heard, replies } = await talk(site, given)
      assert.deepEqual(
        decisions
          .filter(({ hook, rule }) => !isQuiet(hook) || rule !== undefined)
          .map(
            (said) =>
              `${said.hook}${said.rcpt === undefined ? '' : ` ${said.rcpt}`} ${said.return} ${said.plugin}/${said.rule}`,
          ),
        heard,
      )
      for (const { reply } of decisions)
        assert.ok(replies.includes(reply.replaceAll('\n', '\r\n')), `${reply}\n${replies}`)
    })
})

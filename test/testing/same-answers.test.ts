/** A recorded session and a client that says the same are decided alike: rules, codes and replies. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressText } from '../../src/core/address.ts'
import type { HookContext } from '../../src/core/context.ts'
import { makeField } from '../../src/core/header.ts'
import { HOOKS } from '../../src/core/hook.ts'
import type { Site } from '../../src/core/site.ts'
import { andThen, type MaybePromise } from '../../src/core/truth.ts'
import type { Verdict } from '../../src/core/verdict.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { recipientsOf, type SessionRecord } from '../../src/testing/session-record.ts'
import { caseFiles, sessionsOf, textsOf } from '../compiler/case-file.ts'
import { loadTexts, sound, tell } from '../compiler/memory-site.ts'
import { smtpRig } from '../support/smtp-rig.ts'

/** What a client can say; the rest of a record is the server's or the clock's. */
const SAID = new Set(['remote_ip', 'helo', 'helo_verb', 'sender', 'rcpt', 'headers', 'body', 'commands', 'mail_params'])
/** Hooks of which a record tells nothing where no rule decides. */
const QUIET = new Set([
  'mail_pre',
  'rcpt_pre',
  'received_line',
  'queue_post',
  'reset_transaction',
  'disconnect',
  'post_connection',
])

/** RFC 5321 section 4.5.3.1.2: a longer name is answered 501. */
const LONGEST_NAME = 255

function canBeSaid(record: SessionRecord): boolean {
  const { env, dns, notes, ...rest } = record
  if ((record.helo ?? '').length > LONGEST_NAME) return false
  const inside = [env, dns, notes?.connection, notes?.transaction].flatMap((one) => Object.keys(one ?? {}))
  return inside.length === 0 && Object.keys(rest).every((key) => SAID.has(key))
}

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
      if (!QUIET.has(hook) || by) decisions.push(`${hook}${about} ${verdict.code} ${by?.plugin}/${by?.rule}`)
      return verdict
    })
  const rig = smtpRig({ policy: Object.fromEntries(HOOKS.map((hook) => [hook, ask])), ip: record.remote_ip ?? '' })
  rig.session.start()
  await rig.settle()
  let replies = rig.heard()
  for (const line of linesOf(record)) {
    const isContent = line.endsWith('\r\n.\r\n')
    if (rig.wire.closed || (isContent && !/^354 .*\r\n$/m.test(replies))) break
    await rig.say(line)
    replies += rig.heard()
  }
  return { decisions, replies }
}

function linesOf(record: SessionRecord): readonly string[] {
  const { helo = 'client.example', helo_verb = 'EHLO', commands = [], sender = '', mail_params = {} } = record
  const params = Object.entries(mail_params).map(([name, value]) => ` ${name}=${value}`)
  return [
    `${helo_verb} ${helo}`,
    ...commands,
    `MAIL FROM:<${sender.replace('<>', '')}>${params.join('')}`,
    ...recipientsOf(record).map((one) => `RCPT TO:<${one}>`),
    'DATA',
    contentOf(record),
  ].map((line) => `${line}\r\n`)
}

function contentOf({ headers = [], body = '' }: SessionRecord): string {
  const fields = headers.map(([name, value]) => makeField(name, value).raw.toString('latin1')).join('')
  return `${fields}\r\n${body}\r\n.`
}

describe('a client hears what `postern explain` says', () => {
  for (const file of caseFiles().filter(({ topic }) => topic !== 'Delivery'))
    for (const one of file.cases ?? [])
      for (const { given } of sessionsOf(one, file).filter((session) => canBeSaid(session.given)))
        it(`${file.topic}: ${one.name} ${JSON.stringify(given.rcpt)}`, async () => {
          const site = sound(await loadTexts(textsOf(one)))
          const { decisions } = await tell(site, given, false)
          const { decisions: heard, replies } = await talk(site, given)
          assert.deepEqual(
            decisions.map(
              (said) =>
                `${said.hook}${said.rcpt === undefined ? '' : ` ${said.rcpt}`} ${said.return} ${said.plugin}/${said.rule}`,
            ),
            heard,
          )
          for (const { reply } of decisions)
            assert.ok(replies.includes(reply.replaceAll('\n', '\r\n')), `${reply}\n${replies}`)
        })
})

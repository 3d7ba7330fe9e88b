/**
 * Every hook × every return code, through a socket and the real dispatcher: which hooks are asked when, and what the
 * client hears for each answer.
 */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { HookContext } from '../../src/core/context.ts'
import { HOOKS, type Hook } from '../../src/core/hook.ts'
import { PLAIN_OFFER } from '../../src/core/offer.ts'
import type { Chain, Program, Rule } from '../../src/core/program.ts'
import { isAllowedAt, replyRow } from '../../src/core/reply-table.ts'
import { RETURN_CODES, type ReturnCode, type Verdict, verdict } from '../../src/core/verdict.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import type { SmtpClient } from '../support/smtp-client.ts'
import { immediate } from '../support/immediate.ts'
import { type House, house } from './house.ts'

/** What a client says, the hooks it sets off, and how the last line of the answer begins when nobody objects. */
interface Step {
  readonly say: string
  readonly hooks: readonly Hook[]
  readonly passed: string
}

const CONVERSATION: readonly Step[] = [
  { say: '', hooks: ['config', 'pre_connection', 'connect'], passed: '220 ' },
  { say: 'HELO c.example\r\n', hooks: ['helo'], passed: '250 ' },
  { say: 'EHLO c.example\r\n', hooks: ['ehlo'], passed: '250 ' },
  { say: 'AUTH PLAIN AHRpbQB0YW5zdGFhZg==\r\n', hooks: ['auth'], passed: '235 ' },
  { say: 'VRFY bob\r\n', hooks: ['vrfy'], passed: '252 ' },
  { say: 'NOOP now\r\n', hooks: ['noop'], passed: '250 ' },
  { say: 'HELP me\r\n', hooks: ['help'], passed: '214 ' },
  { say: 'FOO bar\r\n', hooks: ['unrecognized_command'], passed: '500 ' },
  { say: 'MAIL FROM:<a@b.example>\r\n', hooks: ['mail_pre', 'mail'], passed: '250 ' },
  { say: 'RCPT TO:<c@example.org>\r\n', hooks: ['rcpt_pre', 'user_config', 'rcpt'], passed: '250 ' },
  { say: 'DATA\r\n', hooks: ['data'], passed: '354 ' },
  {
    say: 'Subject: hi\r\n\r\nbody\r\n.\r\n',
    hooks: [
      'data_headers_end',
      'data_post_headers',
      'received_line',
      'data_post',
      'queue_pre',
      'queue',
      'queue_post',
      'reset_transaction',
    ],
    passed: '250 ',
  },
  { say: 'QUIT\r\n', hooks: ['quit', 'disconnect', 'post_connection'], passed: '221 ' },
]

const OBSERVING: readonly Hook[] = ['deny', 'ok']
/** Set off by lines of the log rather than by the client; they have a test of their own. */
const BY_THE_LOG: readonly Hook[] = ['logging']

const BASE: ReadonlyMap<Hook, Verdict> = new Map(
  (['auth', 'rcpt', 'queue'] as const).map((hook) => [hook, verdict('OK')]),
)

type Answer = (context: HookContext) => Verdict | undefined

function rule(answer: Answer): Rule {
  return {
    id: 'walk',
    at: 'walk.yaml:1:1',
    test: () => 'hit',
    exempt: undefined,
    onUnknown: 'skip',
    mode: 'enforce',
    act: (context) => {
      const said = answer(context)
      return { effects: [], ...(said && { verdict: said }) }
    },
  }
}

function programOf(answer: Answer): Program {
  const chain: Chain = { plugin: 'walk', scope: undefined, rules: [rule(answer)] }
  return { revision: 'r1', plugins: ['walk'], chains: new Map(HOOKS.map((hook) => [hook, [chain]])) }
}

interface Walk {
  readonly rig: House
  /** What the rule answers besides what lets mail through. */
  said: { hook: Hook; code: ReturnCode } | undefined
  /** What deny and ok were told. */
  readonly told: HookContext[]
}

async function walkThrough(test: TestContext): Promise<Walk> {
  const walk: Omit<Walk, 'rig'> = { said: undefined, told: [] }
  const answer: Answer = (context) => {
    const { hook } = context
    if (OBSERVING.includes(hook)) walk.told.push(context)
    return hook === walk.said?.hook ? verdict(walk.said.code) : BASE.get(hook)
  }
  const dispatch = createDispatcher(programOf(answer), { deadline: 1000, trace: false })
  const offer = { ...PLAIN_OFFER, auth: { mechanisms: ['PLAIN'], withoutTls: true } }
  const rig = await house(test, { dispatch, services: { mx: { offer } }, limits: { auth_delay: 1 } })
  return Object.assign(walk, { rig })
}

async function asked({ rig }: Walk, hook: Hook): Promise<void> {
  while (!rig.contexts.some((context) => context.hook === hook)) await immediate()
}

/** The next reply. */
async function answerTo({ rig }: Walk, client: SmtpClient, say: string): Promise<string> {
  let heard: string | undefined
  const waiting = client.hearReply().then((text) => (heard = text))
  if (say !== '') client.say(say)
  while (heard === undefined) {
    await immediate()
    rig.clock.advance(1)
  }
  return waiting
}

/** Plays until the hook's step; answers with what was heard there. */
async function play(walk: Walk, hook: Hook): Promise<{ client: SmtpClient; heard: string }> {
  const client = walk.rig.client()
  for (const { say, hooks, passed } of CONVERSATION) {
    if (hooks.includes(hook)) {
      if (!isSilent(walk)) return { client, heard: await answerTo(walk, client, say) }
      client.say(say)
      await asked(walk, hook)
      // Silence is heard as the answer to what is said next.
      return { client, heard: await answerTo(walk, client, 'NOOP\r\n') }
    }
    const heard = await answerTo(walk, client, say)
    assert.ok(heard.startsWith(passed) || heard.includes(`\r\n${passed}`), `${say}: ${heard}`)
  }
  throw new Error(`no step sets off ${hook}`)
}

function isSilent({ said }: Walk): boolean {
  return said !== undefined && replyRow(said.hook, said.code).meaning === 'silent'
}

function codeHeard(heard: string): string {
  return heard.trimEnd().split('\r\n').at(-1)?.slice(0, 3) ?? ''
}

for (const { hooks, passed } of CONVERSATION) {
  for (const hook of hooks) {
    describe(hook, () => {
      for (const code of RETURN_CODES) {
        const known = isAllowedAt(hook, code) ? code : (BASE.get(hook)?.code ?? 'DECLINED')
        const row = isAllowedAt(hook, code) ? replyRow(hook, code) : replyRow(hook, 'DECLINED')
        it(`${code}: ${row.meaning}${row.close ? ', closed' : ''}`, async (test) => {
          const walk = await walkThrough(test)
          walk.said = { hook, code }
          const { client, heard } = await play(walk, hook)
          const said = row.meaning === 'silent' ? '250' : row.meaning === 'refuse' ? row.reply?.code : undefined
          assert.equal(codeHeard(heard), String(said ?? row.reply?.code ?? passed.trim()), known)
          if (row.close) await client.rest()
          else client.socket.destroy()
          await asked(walk, 'post_connection')
          assert.equal(walk.rig.contexts.filter((context) => context.hook === hook).length, 1)
        })
      }
    })
  }
}

describe('deny and ok', () => {
  for (const hook of OBSERVING) {
    for (const code of RETURN_CODES) {
      it(`${hook}: ${code} changes nothing`, async (test) => {
        const walk = await walkThrough(test)
        walk.said = { hook, code }
        const { client } = await play(walk, 'quit')
        await client.rest()
        const decided = walk.told.filter((context) => context.hook === hook).map((context) => context.decided)
        assert.ok(decided.length > 0)
        for (const outcome of decided)
          assert.equal(outcome && replyRow(outcome.hook, outcome.verdict.code).meaning === 'refuse', hook === 'deny')
      })
    }
  }

  it('are told of what the other hooks decided, with who said so', async (test) => {
    const walk = await walkThrough(test)
    walk.said = { hook: 'data_post', code: 'DENY' }
    await play(walk, 'data_post')
    const denied = walk.told.filter(({ hook }) => hook === 'deny').map(({ decided }) => decided)
    assert.deepEqual(
      denied.map((outcome) => [outcome?.hook, outcome?.verdict.code, outcome?.by?.plugin]),
      [
        ['unrecognized_command', 'DECLINED', undefined],
        ['data_post', 'DENY', 'walk'],
      ],
    )
  })
})

it('hooks are asked in the order of qpsmtpd', async (test) => {
  const walk = await walkThrough(test)
  const { client } = await play(walk, 'quit')
  await client.rest()
  await asked(walk, 'post_connection')
  const hooks = walk.rig.contexts.map(({ hook }) => hook)
  assert.deepEqual(
    hooks,
    CONVERSATION.flatMap((step) => step.hooks),
  )
})

it('every hook is in this walk', () => {
  const walked = new Set([...CONVERSATION.flatMap(({ hooks }) => hooks), ...OBSERVING, ...BY_THE_LOG])
  assert.deepEqual(
    HOOKS.filter((hook) => !walked.has(hook)),
    [],
  )
})

it('VRFY, NOOP, HELP and what is no command bring their arguments to their hooks', async (test) => {
  const walk = await walkThrough(test)
  await play(walk, 'mail')
  const commands = ['vrfy', 'noop', 'help', 'unrecognized_command'].map(
    (hook) => walk.rig.contexts.find((context) => context.hook === hook)?.command,
  )
  assert.deepEqual(
    commands.map((command) => [command?.verb, command?.argument]),
    [
      ['VRFY', 'bob'],
      ['NOOP', 'now'],
      ['HELP', 'me'],
      ['FOO', 'bar'],
    ],
  )
})

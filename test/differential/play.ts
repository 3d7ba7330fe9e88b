/** One dialogue with two servers at the same time, step by step, for as long as they are in the same state. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { type SmtpClient, clientOver } from '../support/smtp-client.ts'
import type { Dialogue, Step } from './generate.ts'
import { type Reply, replyIn } from './reply.ts'

export interface Exchange {
  /** The command's verb; CONNECT for the greeting, CONTENT for what follows DATA. */
  readonly at: string
  readonly command: string
  readonly theirs: Reply
  readonly ours: Reply
}

/** Both servers' ports. */
export interface Ports {
  readonly theirs: number
  readonly ours: number
}

export async function play({ from, steps }: Dialogue, ports: Ports): Promise<readonly Exchange[]> {
  const [theirs, ours] = [await open(ports.theirs, from), await open(ports.ours, from)]
  const exchanges: Exchange[] = []
  const exchange = async (at: string, command: string): Promise<boolean> => {
    const [fromThem, fromUs] = await Promise.all([theirs.reply(), ours.reply()])
    const replies = { theirs: fromThem, ours: fromUs }
    exchanges.push({ at, command, ...replies })
    return isSameState(fromThem, fromUs) && !haveParted(at, fromThem, fromUs)
  }
  const say = (text: string): void => [theirs, ours].forEach((one) => one.say(text))
  try {
    let goesOn = await exchange('CONNECT', '')
    for (const step of steps) {
      if (!goesOn) break
      say(`${step.command}\r\n`)
      goesOn = await exchange(verbOf(step), step.command)
      if (!goesOn || exchanges.at(-1)?.theirs.code !== 354) continue
      say(`${(step.content ?? ['Subject: x', '', 'x']).join('\r\n')}\r\n.\r\n`)
      goesOn = await exchange('CONTENT', (step.content ?? []).join(' / '))
    }
  } finally {
    for (const one of [theirs, ours]) one.close()
  }
  return exchanges
}

function verbOf({ command }: Step): string {
  const verb = command.split(' ')[0]?.toUpperCase() ?? ''
  return VERBS.has(verb) ? verb : 'OTHER'
}

const VERBS = new Set(['EHLO', 'HELO', 'MAIL', 'RCPT', 'DATA', 'RSET', 'NOOP', 'VRFY', 'HELP', 'QUIT'])

/** Both took it, or both refused it, and both still listen. */
function isSameState(one: Reply, other: Reply): boolean {
  const state = ({ code }: Reply): number => (code >= 400 ? 4 : Math.floor(code / 100))
  return state(one) === state(other) && !one.closed && !other.closed && one.code !== 0
}

/** Both refused, and for other reasons: what is kept of the transaction, and of the connection, is not the same then. */
function haveParted(at: string, one: Reply, other: Reply): boolean {
  if (at === 'CONTENT') return one.code >= 400 && one.text !== other.text
  return (at === 'MAIL' || at === 'DATA') && one.code !== other.code
}

interface Side {
  say(text: string): void
  reply(): Promise<Reply>
  close(): void
}

async function open(port: number, localAddress: string): Promise<Side> {
  const socket = connect({ port, host: '127.0.0.1', localAddress })
  await once(socket, 'connect')
  const client = clientOver(socket)
  return {
    say: (text) => client.say(text),
    reply: () => hear(client),
    close: () => socket.destroy(),
  }
}

/** Nothing for so long is an answer too. In milliseconds. */
const SILENCE = 2000
const SILENT: Reply = { code: 0, text: '(silence)', closed: false }

/** A refusal may be the last thing that is said; whether it was, the next read tells. */
async function hear(client: SmtpClient): Promise<Reply> {
  const heard = client.hearReply().catch((fault: unknown) => (fault instanceof Error ? fault.message : ''))
  const quiet = new AbortController()
  const text = await Promise.race([heard, setTimeout(SILENCE, undefined, { signal: quiet.signal })]).finally(() => {
    quiet.abort()
  })
  if (text === undefined) return SILENT
  const reply = replyIn(text)
  return reply.code === 421 || reply.code === 221 ? { ...reply, closed: true } : reply
}

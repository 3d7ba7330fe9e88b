/**
 * The hooks of a session, with qpsmtpd's names (docs/hooks.md there).
 *
 * A hook's *stage* says what is known when it runs; a fact names the stage from which it exists, so "fact too early" is
 * a comparison of two numbers. Hooks that may run at any time (NOOP, a refusal, the end of a session) have the stage
 * `any`: there every fact may be read, and what is not there yet is absent.
 */
import { isKeyOf, keysOf } from './table.ts'

export const STAGES = [
  'accept',
  'connection',
  'greeting',
  'sender',
  'recipient',
  'envelope',
  'headers',
  'message',
  'any',
] as const
export type Stage = (typeof STAGES)[number]

export const HOOK_TABLE = {
  config: { stage: 'accept', summary: 'The settings of a session are read: name, greeting, size of messages' },
  pre_connection: { stage: 'accept', summary: 'A socket was accepted; nothing has been sent, no name looked up' },
  connect: { stage: 'connection', summary: 'Before the greeting' },
  helo: { stage: 'greeting', summary: 'HELO was said' },
  ehlo: { stage: 'greeting', summary: 'EHLO was said' },
  auth: { stage: 'greeting', summary: 'AUTH was asked for' },
  mail_pre: { stage: 'greeting', summary: 'MAIL was said, the address is not parsed yet' },
  mail: { stage: 'sender', summary: 'MAIL was said and its address is well-formed' },
  rcpt_pre: { stage: 'sender', summary: 'RCPT was said, the address is not parsed yet' },
  user_config: { stage: 'recipient', summary: "A recipient's policy was looked up, before RCPT is decided" },
  rcpt: {
    stage: 'recipient',
    summary: 'RCPT was said and its address is well-formed; mail moves only when a plugin answers OK',
  },
  data: { stage: 'envelope', summary: 'DATA was said, the content has not been asked for' },
  received_line: { stage: 'message', summary: 'Our Received field is about to be written' },
  data_headers_end: { stage: 'headers', summary: 'The header section is complete, the body is not' },
  data_post_headers: { stage: 'message', summary: 'The content is complete, our own trace fields are not in it yet' },
  data_post: { stage: 'message', summary: 'The content is complete' },
  queue_pre: { stage: 'message', summary: 'The message is about to be delivered' },
  queue: { stage: 'message', summary: 'Delivers the message; 250 is sent only when a plugin answers OK' },
  queue_post: { stage: 'message', summary: 'The message was delivered and the client was told' },
  reset_transaction: { stage: 'any', summary: 'A transaction ends, whatever the reason' },
  quit: { stage: 'any', summary: 'QUIT was said' },
  disconnect: { stage: 'any', summary: 'The session ends' },
  post_connection: { stage: 'any', summary: 'The socket is closed' },
  vrfy: { stage: 'any', summary: 'VRFY was said' },
  noop: { stage: 'any', summary: 'NOOP was said' },
  help: { stage: 'any', summary: 'HELP was said' },
  unrecognized_command: { stage: 'any', summary: 'A command that is none' },
  deny: { stage: 'any', summary: 'Some hook was refused' },
  ok: { stage: 'any', summary: 'Some hook was not refused' },
  logging: { stage: 'any', summary: 'A line about a session was logged' },
} as const satisfies Record<string, { readonly stage: Stage; readonly summary: string }>

export type Hook = keyof typeof HOOK_TABLE

export const HOOKS: readonly Hook[] = keysOf(HOOK_TABLE)

export function isHook(name: string): name is Hook {
  return isKeyOf(HOOK_TABLE, name)
}

/** Whether what exists from `stage` on exists at `hook`. */
export function isKnownAt(stage: Stage, hook: Hook): boolean {
  return STAGES.indexOf(stage) <= STAGES.indexOf(HOOK_TABLE[hook].stage)
}

/** Whether a refusal decided at `earlier` can be spoken at `later` of the same session. */
export function comesAfter(later: Hook, earlier: Hook): boolean {
  return HOOKS.indexOf(later) > HOOKS.indexOf(earlier) && HOOK_TABLE[later].stage !== 'any'
}

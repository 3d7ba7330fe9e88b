/** The argument of MAIL and RCPT: `FROM:<ann@example.org> SIZE=1000` (RFC 5321 sections 4.1.1.2 and 4.1.1.3). */
import type { Address } from '../../core/mail/address.ts'
import type { Command } from '../../core/context.ts'
import { parsePath } from '../../core/mail/path.ts'
import type { Ruling } from '../decision-log.ts'
import type { Dialogue } from '../dialogue.ts'
import { knownParameters } from '../extensions.ts'
import { type Parameters, parseParameters } from './parameters.ts'
import { ADDRESS_NOT_ASCII, syntaxError } from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'

export interface PathSyntax {
  /** `FROM:`, `TO:`, in upper case. */
  readonly keyword: string
  /** Enhanced status of a path that is malformed. */
  readonly status: string
  /** Whose parameters may follow. */
  readonly command: 'mail' | 'rcpt'
}

export type ParsedArgument =
  | { readonly ok: true; readonly address: Address; readonly params: Parameters }
  | { readonly ok: false; readonly reply: Reply }

/** Blanks after the colon are no part of the protocol, but of many clients. */
export function parsePathArgument(argument: string, syntax: PathSyntax, dialogue: Dialogue): ParsedArgument {
  const { keyword, status, command } = syntax
  if (argument.slice(0, keyword.length).toUpperCase() !== keyword) {
    return { ok: false, reply: syntaxError('5.5.4', `Expected ${keyword}<address>`) }
  }
  const path = parsePath(argument.slice(keyword.length).replace(/^[ \t]+/, ''), {
    smtputf8: dialogue.offer.extensions.smtputf8,
  })
  if (!path.ok) return { ok: false, reply: syntaxError(status, path.reason) }
  const parsed = parseParameters(path.rest, knownParameters(command, dialogue), dialogue.limits)
  if (!parsed.ok) return parsed
  const asked = parsed.params.has('SMTPUTF8') || dialogue.transaction?.mailParams.has('SMTPUTF8')
  if (BEYOND_ASCII.test(argument) && !asked) return { ok: false, reply: ADDRESS_NOT_ASCII }
  return { ok: true, address: path.address, params: parsed.params }
}

const BEYOND_ASCII = /[^\0-\x7f]/

/** A plugin at mail_pre or rcpt_pre may put another address in place: OK with a text. What was asked for besides stays. */
export function rewritten(command: Command, { outcome: { verdict } }: Ruling, { keyword }: PathSyntax): Command {
  if (verdict.code !== 'OK' || verdict.message === undefined) return command
  return { ...command, argument: [`${keyword}${verdict.message}`, ...parametersIn(command.argument)].join(' ') }
}

const PARAMETER = /^[A-Za-z0-9-]+(?:=[^=]*)?$/

/** From the right end, as far as there are any: the address in front of them may be malformed. */
function parametersIn(argument: string): readonly string[] {
  const words = argument.split(/[ \t]+/)
  const address = words.findLastIndex((word) => !PARAMETER.test(word))
  return words.slice(address + (words[address]?.endsWith(':') ? 2 : 1))
}

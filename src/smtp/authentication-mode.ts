/** Reads what a client answers to a challenge (RFC 4954 section 4): one line of base64, or `*` to give up. */
import type { MaybePromise } from '../core/truth.ts'
import type { Answer, Mode, Taken } from './answer.ts'
import { type CommandEvent, CommandReader } from './command-reader.ts'
import { AUTH_BASE64, AUTH_CANCELLED, AUTH_TOO_LONG, COMMAND_ENDLESS, COMMAND_OCTETS } from './protocol-replies.ts'
import { EXCHANGE_LINE_OCTETS } from './sasl/exchange.ts'
import { type LineResponse, readResponse } from './sasl/response.ts'

/** Goes on with a response, decoded. */
type Respond = (response: Buffer) => MaybePromise<Answer>

export function authenticationMode(respond: Respond): Mode {
  const reader = new CommandReader(EXCHANGE_LINE_OCTETS + '\r\n'.length)
  return {
    timeout: 'command_timeout',
    take(octets): Taken {
      const { used, event } = reader.read(octets)
      return event === undefined ? { used } : { used, step: () => hear(event, respond) }
    },
  }
}

function hear(event: CommandEvent, respond: Respond): MaybePromise<Answer> {
  switch (event.kind) {
    case 'line':
      return heed(readResponse(event.text), respond)
    case 'too_long':
      return { reply: AUTH_TOO_LONG }
    case 'violation':
      return { reply: COMMAND_OCTETS, close: true }
    case 'endless':
      return { reply: COMMAND_ENDLESS, close: true }
  }
}

/** Anything but a response ends the exchange; the next line is a command again. */
export function heed(response: LineResponse, respond: Respond): MaybePromise<Answer> {
  switch (response.kind) {
    case 'response':
      return respond(response.octets)
    case 'cancelled':
      return { reply: AUTH_CANCELLED }
    case 'malformed':
      return { reply: AUTH_BASE64 }
  }
}

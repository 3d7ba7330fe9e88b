/** AUTH (RFC 4954): who the client is. Where nobody can log in, it is no command. */
import { Authentication, offeredMechanisms } from '../authentication.ts'
import { heed } from '../authentication-mode.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import {
  ARGUMENT_MISSING,
  AUTH_ALREADY,
  AUTH_IN_CLEAR,
  AUTH_MECHANISM,
  HELLO_FIRST,
  PARAMETER_SYNTAX,
  TRANSACTION_OPEN,
} from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'
import { readInitialResponse } from '../sasl/response.ts'
import { unknown } from './unknown.ts'

export const auth: CommandDefinition = {
  needsTls: true,
  run(dialogue, command) {
    if (!dialogue.offer.auth) return unknown.run(dialogue, command)
    const obstacle = obstacleTo(dialogue)
    if (obstacle) return { reply: obstacle }
    const [name = '', initial, ...rest] = command.argument.split(' ')
    if (name === '') return { reply: ARGUMENT_MISSING }
    if (rest.length > 0) return { reply: PARAMETER_SYNTAX }
    const mechanism = offeredMechanisms(dialogue).find((one) => one.name === name.toUpperCase())
    if (!mechanism) return { reply: AUTH_MECHANISM }
    const authentication = new Authentication(dialogue, mechanism)
    if (initial === undefined) return authentication.respond(undefined)
    return heed(readInitialResponse(initial), (response) => authentication.respond(response))
  },
}

function obstacleTo({ offer, connection, transaction }: Dialogue): Reply | undefined {
  if (!connection.hello || connection.hello.verb === 'HELO') return HELLO_FIRST
  if (!connection.tls && !offer.auth?.withoutTls) return AUTH_IN_CLEAR
  if (transaction) return TRANSACTION_OPEN
  return connection.auth ? AUTH_ALREADY : undefined
}

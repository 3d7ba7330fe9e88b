/**
 * XCLIENT (http://www.postfix.org/XCLIENT_README.html): a trusted client names the client it speaks for, and the session
 * begins anew with that one, under an id of its own: the connection's hooks, then the greeting.
 *
 * Several commands add up. Nothing of the session before is left but TLS, and the right to say XCLIENT again. Nobody else
 * is told that there is such a command.
 */
import { type Connection, type Endpoint, newConnection } from '../../core/session.ts'
import { Unknown } from '../../core/truth.ts'
import { type Attributes, parseAttributes, XCLIENT_ATTRIBUTES } from '../arguments/attributes.ts'
import type { CommandDefinition } from '../command.ts'
import type { Dialogue } from '../dialogue.ts'
import { openSession } from '../opening.ts'
import { PARAMETER_SYNTAX, TRANSACTION_OPEN } from '../protocol-replies.ts'
import { unknown } from './unknown.ts'

export const xclient: CommandDefinition = {
  junk: true,
  needsTls: true,
  run(dialogue, command) {
    if (!dialogue.terms.xclient) return unknown.run(dialogue, command)
    if (dialogue.transaction) return { reply: TRANSACTION_OPEN }
    const given = parseAttributes(command.argument, XCLIENT_ATTRIBUTES)
    if (given === undefined) return { reply: PARAMETER_SYNTAX }
    return dialogue.when(dialogue.tell('disconnect'), () => {
      restart(dialogue, given)
      return openSession(dialogue)
    })
  },
}

function restart(dialogue: Dialogue, given: Attributes): void {
  const told = new Map([...dialogue.told, ...given])
  // A name belongs to its address: with another address it would be a lie.
  if (given.has('ADDR') && !given.has('NAME')) told.delete('NAME')
  const { id } = dialogue.connection
  dialogue.restart(impersonate(dialogue, told), told)
  dialogue.log('info', { before: id, by: dialogue.origin.remote.ip }, 'the client is another one (XCLIENT)')
}

function impersonate(dialogue: Dialogue, told: Attributes): Connection {
  const { origin, connection } = dialogue
  const remote = endpoint(origin.remote, told, '')
  const anonymous = told.has('ADDR') ? told.get('ADDR') === undefined : (origin.anonymous ?? false)
  const local = endpoint(origin.local, told, 'DEST')
  const renamed = newConnection({
    ...origin,
    id: dialogue.newId(),
    remote,
    local,
    anonymous,
    clientSessions: undefined,
  })
  const [helo, user] = [textOf(told, 'HELO'), textOf(told, 'LOGIN')]
  renamed.tls = connection.tls
  if (helo !== undefined) renamed.hello = { verb: told.get('PROTO') === 'SMTP' ? 'HELO' : 'EHLO', name: helo }
  if (user !== undefined) renamed.auth = { user, mechanism: 'XCLIENT' }
  return renamed
}

/** What is not known keeps its old value: an address because there must be one, a port is 0. */
function endpoint(own: Endpoint, told: Attributes, prefix: '' | 'DEST'): Endpoint {
  const port = `${prefix}PORT`
  return {
    ip: textOf(told, `${prefix}ADDR`) ?? own.ip,
    port: told.has(port) ? Number(textOf(told, port) ?? 0) : own.port,
  }
}

function textOf(told: Attributes, name: string): string | undefined {
  const value = told.get(name)
  return value instanceof Unknown ? undefined : value
}

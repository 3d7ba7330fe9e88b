/** The opening of a session: from the accepted socket to the greeting (RFC 5321 section 3.1). */
import type { MaybePromise } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Dialogue } from './dialogue.ts'
import { lookUpRemoteHost } from './remote-host.ts'

export function openSession(dialogue: Dialogue): MaybePromise<Answer> {
  return dialogue.ask({ hook: 'pre_connection', go: () => identify(dialogue) })
}

function identify(dialogue: Dialogue): MaybePromise<Answer> {
  const { connection, ports } = dialogue
  return dialogue.when(lookUpRemoteHost(ports.resolver, connection.remote.ip), (host) => {
    connection.remoteHost = host
    return dialogue.ask({ hook: 'connect', go: () => greet(dialogue) })
  })
}

function greet({ hostname }: Dialogue): Answer {
  return { reply: { code: 220, text: `${hostname} ESMTP Postern ready` } }
}

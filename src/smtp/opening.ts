/** The opening of a session: from the accepted socket to the greeting (RFC 5321 section 3.1). */
import type { MaybePromise } from '../core/truth.ts'
import type { Answer } from './answer.ts'
import type { Dialogue } from './dialogue.ts'
import { lookUp } from '../vocabulary/shared/dns-look-up.ts'
import { lookUpRemoteHost } from './remote-host.ts'

/** Milliseconds for the client's name, however many name servers are asked for it: what words take for theirs. */
const LOOK_UP = 10_000

export function openSession(dialogue: Dialogue): MaybePromise<Answer> {
  return dialogue.when(dialogue.configure(), () =>
    dialogue.ask({ hook: 'pre_connection', go: () => identify(dialogue) }),
  )
}

function identify(dialogue: Dialogue): MaybePromise<Answer> {
  const { connection, ports, told } = dialogue
  const name = told.has('NAME')
    ? told.get('NAME')
    : lookUp({ ports, signal: undefined }, LOOK_UP, (resolver) => lookUpRemoteHost(resolver, connection.remote.ip))
  return dialogue.when(name, (host) => {
    connection.remoteHost = host
    return dialogue.ask({ hook: 'connect', go: () => greet(dialogue) })
  })
}

function greet(dialogue: Dialogue): Answer {
  const { connection, hostname, offer } = dialogue
  const greeting = connection.config?.greeting ?? `${offer.protocol === 'lmtp' ? 'LMTP' : 'ESMTP'} Postern ready`
  dialogue.greet()
  return { reply: { code: 220, text: `${hostname} ${greeting}` } }
}

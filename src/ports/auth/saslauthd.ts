/**
 * auth_saslauthd: asks Cyrus' saslauthd over its Unix socket (saslauthd(8)): PAM, shadow, Kerberos and what else it has.
 *
 * Four counted texts go out, one comes back that begins with OK or NO. NO is also what saslauthd says when its own
 * backend fails.
 */
import { defineMatcher } from '../../core/word.ts'
import { Conversation } from './conversation.ts'
import { BackendFault, passwordMatcher, TIMEOUT } from './login.ts'

export const authSaslauthd = defineMatcher({
  name: 'auth_saslauthd',
  summary: 'saslauthd takes the user and the password',
  reference: 'saslauthd(8); qpsmtpd plugin authpam',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      socket: {
        type: 'string',
        'x-path': true,
        minLength: 1,
        default: '/run/saslauthd/mux',
        description: 'The socket; the server must be allowed to open it (group `sasl` on Debian)',
      },
      service: {
        type: 'string',
        pattern: '^[A-Za-z0-9_.-]{1,64}$',
        default: 'smtp',
        description: 'Name of the service, with PAM the file in /etc/pam.d',
      },
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ socket, service, timeout }) {
    return passwordMatcher(timeout, ({ local, domain = '', password }, _, signal) => {
      const request = [local, password, service, domain].map((text) => Buffer.from(text))
      if (request.some(({ length }) => length > MOST_OCTETS)) return Promise.resolve(false)
      return Conversation.hold({ path: socket }, signal, async (daemon) => {
        daemon.send(Buffer.concat(request.flatMap((octets) => [countOf(octets), octets])))
        return answerOf(daemon)
      })
    })
  },
})

/** saslauthd hangs up on longer ones (MAX_REQ_LEN). */
const MOST_OCTETS = 256
const COUNT_OCTETS = 2

function countOf({ length }: Buffer): Buffer {
  const count = Buffer.alloc(COUNT_OCTETS)
  count.writeUInt16BE(length)
  return count
}

async function answerOf(daemon: Conversation): Promise<boolean> {
  const count = (await daemon.take(COUNT_OCTETS)).readUInt16BE()
  const answer = (await daemon.take(count)).toString('latin1')
  if (answer.startsWith('OK')) return true
  if (answer.startsWith('NO')) return false
  throw new BackendFault('it answered neither OK nor NO')
}

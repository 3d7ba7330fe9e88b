/**
 * early_talker: does the client speak before it is its turn?
 *
 * At `connect` that is before the greeting (RFC 5321 section 3.1), at `data` before the 354. Programs that send spam do not
 * wait for answers. At other hooks a client may send several commands at once (PIPELINING), and this tells nothing.
 */
import { defineMatcher } from '../core/word.ts'

export const earlyTalker = defineMatcher({
  name: 'early_talker',
  summary: 'The client speaks before it is its turn',
  reference: 'RFC 5321 section 3.1, RFC 2920 section 3.1; qpsmtpd plugin earlytalker',
  stage: 'accept',
  outside: true,
  options: {
    type: 'object',
    properties: {
      wait: {
        type: 'string',
        format: 'duration',
        default: '1s',
        description: 'How long it is listened to; whoever keeps silent so long has to wait for nothing',
      },
    },
    additionalProperties: false,
  },
  onUnknown: 'skip',
  compile:
    ({ wait }) =>
    async ({ ports }) => {
      if (!ports.earlyInput) return { truth: 'unknown', because: 'nobody listens to the client here' }
      if (await ports.earlyInput.within(wait)) return { truth: 'hit', because: 'it has spoken before its turn' }
      return { truth: 'miss', because: `it kept silent for ${wait} ms` }
    },
})

/**
 * smtp_forward: the next server takes the message before the client hears that it was taken.
 *
 * qpsmtpd queue/smtp-forward. What the next server refuses for all recipients is refused with its text; what it refuses
 * for some, defers, or does not answer in time is deferred.
 */
import type { Clock } from '../core/ports.ts'
import { defineDelivery } from '../core/word.ts'
import { forward } from './smtp-client.ts'

export const smtpForward = defineDelivery({
  name: 'smtp_forward',
  summary: 'Hands the message to another SMTP server, and answers what that server answers',
  reference: 'RFC 5321; qpsmtpd plugin queue/smtp-forward',
  options: {
    type: 'object',
    properties: {
      host: { type: 'string', minLength: 1, description: 'Name or address of the next server' },
      port: { type: 'integer', minimum: 1, maximum: 65535, default: 25, description: 'Port of the next server' },
      timeout: {
        type: 'string',
        format: 'duration',
        default: '60s',
        description: 'Time for each step: connect, each reply, each piece of the content',
      },
    },
    required: ['host'],
    additionalProperties: false,
  },
  compile({ host, port, timeout }) {
    if (timeout <= 0) throw new Error('the timeout must be longer than nothing')
    const options = { host, port, timeout, clock }
    return { name: `smtp_forward:${host}:${port}`, deliver: (job) => forward(job, options) }
  },
})

const clock: Pick<Clock, 'after'> = {
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds)
    return () => clearTimeout(timer)
  },
}

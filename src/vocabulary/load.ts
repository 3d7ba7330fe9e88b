/** load: is this machine too busy? The load average of the last minute, as uptime(1) shows it. */
import { defineMatcher } from '../core/word.ts'

export const load = defineMatcher({
  name: 'load',
  summary: 'The load average of this machine over the last minute is above a limit',
  reference: 'getloadavg(3); qpsmtpd plugin loadcheck',
  stage: 'accept',
  outside: true,
  options: {
    type: 'object',
    properties: { above: { type: 'number', minimum: 0, description: 'The highest load that is still good' } },
    required: ['above'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: { average: 'The load average of the last minute' },
  compile:
    ({ above }) =>
    ({ ports }) => {
      const average = ports.loadAverage?.()
      if (average === undefined) return { truth: 'unknown', because: 'no load is measured here' }
      const found = { average: average.toFixed(2) }
      return { truth: average > above ? 'hit' : 'miss', because: `the load is ${found.average}`, found }
    },
})

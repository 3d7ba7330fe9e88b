/**
 * rate: how often something happens within a time, counted in the site's store.
 *
 * Each time it is asked it counts one for its key, so it stands behind the conditions that choose what is counted. The time
 * runs from the first one on, and then it begins anew. Every rule counts for itself. Case does not count, as in comparisons:
 * nobody gets a second allowance by writing a name otherwise.
 */
import { createHash } from 'node:crypto'
import { defineMatcher } from '../core/word.ts'

/** Longer keys are kept as their digest: clients choose what stands in them. */
const LONGEST_KEY = 200

export const rate = defineMatcher({
  name: 'rate',
  summary: 'It happens more often than it may: counts, and is a hit beyond the limit',
  reference: 'Haraka plugin limit; Postfix anvil(8)',
  stage: 'accept',
  options: {
    type: 'object',
    properties: {
      key: {
        type: 'string',
        minLength: 1,
        'x-text': true,
        description: 'What is counted, each for itself; an empty text is not counted',
        examples: ['${remote_ip}', '${auth.user}', '${sender} ${rcpt.domain}'],
      },
      limit: { type: 'integer', minimum: 0, description: 'How often is still in order' },
      per: {
        type: 'string',
        format: 'duration',
        description: 'The time that they are counted in, from the first one on',
      },
    },
    required: ['key', 'limit', 'per'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: { count: 'How often so far, this time included', limit: 'How often is still in order' },
  compile({ limit, per }, tools) {
    if (per <= 0) throw new Error('`per` is a time that passes, such as `1h`')
    const keyOf = tools.texts('key')
    return async (context) => {
      const { store } = context.ports
      const [key = ''] = keyOf(context)
      if (key === '') return { truth: 'miss', because: 'the key is empty' }
      if (!store) return { truth: 'unknown', because: 'there is no store here' }
      const counted = await store.increment(`rate ${tools.rule} ${per} ${short(key.toLowerCase())}`, 1, per)
      if (counted.kind === 'failed') return { truth: 'unknown', because: `the store: ${counted.because}` }
      const count = counted.value
      return {
        truth: count > limit ? 'hit' : 'miss',
        because: `${count} of ${limit}`,
        found: { count: String(count), limit: String(limit) },
      }
    }
  },
})

function short(key: string): string {
  return key.length > LONGEST_KEY ? createHash('sha256').update(key).digest('base64') : key
}

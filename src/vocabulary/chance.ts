/** chance: a hit so many times out of a hundred, for rules that are to hold sometimes. */
import { defineMatcher } from '../core/word.ts'

export const chance = defineMatcher({
  name: 'chance',
  summary: 'Holds so many times out of a hundred',
  reference: 'qpsmtpd plugin random_error',
  stage: 'accept',
  outside: true,
  options: {
    type: 'object',
    properties: {
      percent: { type: 'number', minimum: 0, maximum: 100, description: 'How often, out of a hundred times' },
      draws: {
        type: 'integer',
        minimum: 1,
        default: 1,
        description: 'How often a session asks; `percent` is how likely at least one of these answers is a hit',
      },
    },
    required: ['percent'],
    additionalProperties: false,
  },
  onUnknown: 'skip',
  compile({ percent, draws }) {
    const all = percent / 100
    const once = draws === 1 ? all : 1 - (1 - all) ** (1 / draws)
    return ({ ports }) => {
      if (!ports.chance) return { truth: 'unknown', because: 'nothing is left to chance here' }
      return { truth: ports.chance() < once ? 'hit' : 'miss' }
    }
  },
})

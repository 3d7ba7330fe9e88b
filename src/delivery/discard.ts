/** discard: takes the message and forgets it. For test sites and spam traps. */
import { defineDelivery } from '../core/word.ts'

export const discard = defineDelivery({
  name: 'discard',
  summary: 'Takes the message and forgets it',
  options: { type: 'object', properties: {}, additionalProperties: false },
  compile: () => ({ name: 'discard', deliver: async ({ id }) => ({ kind: 'delivered', text: `Queued! ${id}` }) }),
})

/** Brings a word with the name of a fact. */
import { defineMatcher, definePlugin } from 'postern'

const helo = defineMatcher({
  name: 'helo',
  summary: 'Stands in the way of the fact',
  stage: 'greeting',
  onUnknown: 'skip',
  options: { type: 'object', properties: {} },
  compile: () => () => ({ truth: 'hit' }),
})

export default definePlugin({ name: 'taken-word', words: [helo] })

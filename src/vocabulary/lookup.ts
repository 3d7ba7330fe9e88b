/**
 * lookup: what a list, a database, a directory or a web service knows about a text made of facts.
 *
 * For questions about more than one fact, such as a client and its sender together; for one fact there is `in_list`.
 */
import { andThen } from '../core/truth.ts'
import { defineMatcher, type Match } from '../core/word.ts'
import type { ListAnswer } from '../core/list.ts'

export const lookup = defineMatcher({
  name: 'lookup',
  summary: 'A list, wherever it is, has an entry for a text made of facts',
  reference: 'Postfix access(5), DATABASE_README',
  stage: 'accept',
  options: {
    type: 'object',
    properties: {
      in: { 'x-list': 'string', 'x-outside': true, description: 'The list: a file, or a URL as in docs/sources.md' },
      key: {
        type: 'string',
        'x-text': true,
        description: 'What is asked for, with facts in it',
        examples: ['${remote_ip}/${sender.domain}'],
      },
      value: {
        type: 'array',
        items: { type: 'string' },
        minItems: 1,
        description: 'Values that match, case ignored; any value without it',
      },
    },
    required: ['in', 'key'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: { key: 'What was asked for', value: 'What the list says about it; absent when it only has the entry' },
  compile({ value: wanted }, tools) {
    const [lookUp, texts] = [tools.lookUp('in'), tools.texts('key')]
    const values = wanted && new Set(wanted.map((one) => one.toLowerCase()))
    return (context) => {
      const key = texts(context)[0] ?? ''
      if (key === '') return { truth: 'miss', because: 'there is nothing to ask for' }
      return andThen(lookUp(key, context), (answer) => matchOf(key, answer, values))
    }
  },
})

function matchOf(key: string, { truth, because, entry }: ListAnswer, wanted: ReadonlySet<string> | undefined): Match {
  const value = entry?.reason
  const found = { key, ...(value !== undefined && { value }) }
  const reason = because === undefined ? {} : { because }
  if (truth !== 'hit' || !wanted || wanted.has((value ?? '').toLowerCase())) return { truth, found, ...reason }
  return {
    truth: 'miss',
    found,
    because: `${because ?? key}: it says ${value === undefined ? 'nothing' : `\`${value}\``}`,
  }
}

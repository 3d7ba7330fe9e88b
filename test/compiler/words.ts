/** Words for tests of the language: one that answers what it is told to, and a delivery target that pretends. */
import type { DeliveryResult } from '../../src/core/delivery.ts'
import { defineDelivery, defineMatcher, type Match, type MatcherWord, type Vocabulary } from '../../src/core/word.ts'

const TRUTHS = ['hit', 'miss', 'unknown', 'throws', 'rejects', 'silence'] as const

function answerOf(is: (typeof TRUTHS)[number], find: string | undefined): Match | Promise<Match> {
  switch (is) {
    case 'throws':
      throw new Error('this word is broken')
    case 'rejects':
      return Promise.reject(new Error('this word is broken'))
    case 'silence':
      return new Promise(() => undefined)
    case 'hit':
    case 'miss':
    case 'unknown':
      return { truth: is, ...(find !== undefined && { found: { it: find } }) }
  }
}

function says(name: string, onUnknown: MatcherWord['onUnknown']): MatcherWord {
  return defineMatcher({
    name,
    summary: 'Answers what it is told to',
    stage: 'accept',
    onUnknown,
    finds: { it: 'What it was told to find' },
    options: {
      type: 'object',
      required: ['is'],
      properties: {
        is: { type: 'string', enum: TRUTHS },
        find: { type: 'string' },
        later: { type: 'boolean', default: false },
        within: { type: 'string', format: 'duration' },
      },
    },
    compile:
      ({ is, find, later }) =>
      () =>
        later ? Promise.resolve().then(() => answerOf(is, find)) : answerOf(is, find),
  })
}

const listed = defineMatcher({
  name: 'listed',
  summary: 'Whether the client stands in a list',
  stage: 'accept',
  onUnknown: 'skip',
  finds: { reason: 'Its reason' },
  options: {
    type: 'object',
    required: ['list'],
    properties: { list: { 'x-list': 'ip' }, least: { type: 'integer', default: 1 } },
  },
  compile: ({ least }, tools) => {
    const list = tools.list('list')
    if (list.size < least) throw new Error(`the list needs at least ${least} entries`)
    return ({ connection }) => {
      const entry = list.find(connection.remote.ip)
      return entry ? { truth: 'hit', found: { reason: entry.reason ?? '' } } : { truth: 'miss' }
    }
  },
})

const RESULTS: Readonly<Record<string, DeliveryResult>> = {
  delivered: { kind: 'delivered', text: 'Queued as 1' },
  deferred: { kind: 'deferred', text: 'Come back later' },
  refused: { kind: 'refused', text: 'No such mailbox', status: '5.1.1' },
}

/** Messages that were handed over since the last look. */
const handedOver: string[] = []

const pretend = defineDelivery({
  name: 'pretend',
  summary: 'Delivers nowhere',
  options: { type: 'object', properties: { result: { type: 'string', default: 'delivered' } } },
  compile: ({ result }) => ({
    name: `pretend:${result}`,
    deliver: async ({ recipients }) => {
      handedOver.push(`${result} ${recipients.length}`)
      const answer = RESULTS[result]
      if (!answer) throw new Error('the disk is full')
      return answer
    },
  }),
})

const WORDS = [says('says', 'skip'), says('says_or_defers', 'defer'), says('says_or_matches', 'match'), listed]

export const TEST_VOCABULARY: Vocabulary = {
  matchers: new Map(WORDS.map((word) => [word.name, word])),
  deliveries: new Map([[pretend.name, pretend]]),
}

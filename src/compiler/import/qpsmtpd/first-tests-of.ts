/** First tests from qpsmtpd's lists: who stands in them, and what is ours. */
import type { Candidates, Example } from '../first-tests.ts'
import { firstTests } from '../first-tests.ts'
import type { ConfigReader } from './config-reader.ts'

const LISTS: readonly (readonly [file: string, of: Example['of']])[] = [
  ['badmailfrom', 'sender'],
  ['badrcptto', 'rcpt'],
  ['badhelo', 'helo'],
]

/** No pattern, and no part of a name. */
const WHOLE = /^@?[a-z0-9][\w.@+-]*$/i

export async function firstTestsOf(reader: ConfigReader): Promise<Candidates | undefined> {
  const examples: Example[] = []
  for (const [list, of] of LISTS) {
    const value = (await words(list, reader)).find((word) => WHOLE.test(word))
    if (value !== undefined) examples.push({ of, value: of === 'helo' ? value : addressIn(value), list })
  }
  const ours = (await words('rcpthosts', reader)).find((word) => WHOLE.test(word))
  const networks = await words('relayclients', reader)
  return firstTests({ program: 'qpsmtpd', networks, ours, examples })
}

async function words(file: string, reader: ConfigReader): Promise<readonly string[]> {
  return ((await reader.lines(file)) ?? []).flatMap(({ text }) => text.split(/\s+/)[0] ?? [])
}

function addressIn(word: string): string {
  return word.includes('@') ? word.replace(/^@/, 'someone@') : `someone@${word}`
}

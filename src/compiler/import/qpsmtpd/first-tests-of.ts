/** First tests from qpsmtpd's lists: who stands in them, also as a pattern, and what is ours. */
import { compileRegex } from '../../regex/regex.ts'
import { sampleOf } from '../../regex/sample.ts'
import type { Candidates, Example } from '../first-tests.ts'
import { firstTests } from '../first-tests.ts'
import type { ConfigReader } from './config-reader.ts'

interface ListOfOthers {
  readonly file: string
  readonly of: 'sender' | 'rcpt' | 'helo'
  /** The pattern in a line, if that is one. */
  readonly patternIn: (line: string) => string | undefined
  /** Whoever is in it by name may be welcome. */
  readonly isMixed?: true
}

const firstWord = (line: string): string => line.split(/\s/, 1)[0] ?? ''
const ifMarked =
  (marks: RegExp) =>
  (line: string): string | undefined =>
    marks.test(firstWord(line)) ? firstWord(line) : undefined

const OF_ADDRESSES = ifMarked(/[/^$*+!%?\\]/)

const LISTS: readonly ListOfOthers[] = [
  { file: 'badmailfrom', of: 'sender', patternIn: OF_ADDRESSES },
  { file: 'badmailfrom_patterns', of: 'sender', patternIn: firstWord },
  { file: 'badrcptto', of: 'rcpt', patternIn: OF_ADDRESSES },
  { file: 'badrcptto_patterns', of: 'rcpt', patternIn: firstWord },
  { file: 'rcpt_regexp', of: 'rcpt', patternIn: (line) => /^\/(\S+)\/\s+DENY/.exec(line)?.[1], isMixed: true },
  { file: 'badhelo', of: 'helo', patternIn: ifMarked(/^(?!!).*[{}[\]()^$|*+?\\]/) },
]

/** Who is in them is judged otherwise than strangers. */
const OF_CLIENTS = ['hosts_allow', 'whitelisthosts', 'dnsbl_allow']

/** A prefix may lack its dot there. */
function networkIn(word: string): string {
  return /^\d+(?:\.\d+){0,2}$/.test(word) ? `${word}.` : word
}

/** No pattern, and no part of a name. */
const WHOLE = /^@?[a-z0-9][\w.@+-]*$/i

/** `outside`: URLs of lists that are asked. */
export async function firstTestsOf(reader: ConfigReader, outside: readonly string[]): Promise<Candidates | undefined> {
  const ours = (await lines('rcpthosts', reader)).map(firstWord).find((word) => WHOLE.test(word))
  const examples: Example[] = []
  for (const list of LISTS) {
    const there = await lines(list.file, reader)
    for (const value of [wholeIn(there, list), patternIn(there, list, ours)])
      if (value !== undefined) examples.push({ of: list.of, value, list: list.file })
  }
  const networks = (await lines('relayclients', reader)).map(firstWord)
  const known: string[] = []
  for (const file of OF_CLIENTS) known.push(...(await lines(file, reader)).map(firstWord).map(networkIn))
  return firstTests({ program: 'qpsmtpd', sources: outside, networks, known, ours, examples })
}

async function lines(file: string, reader: ConfigReader): Promise<readonly string[]> {
  return ((await reader.lines(file)) ?? []).map(({ text }) => text)
}

/** Of a list in which some entries are none. */
function wholeIn(there: readonly string[], { of, patternIn: pattern, isMixed }: ListOfOthers): string | undefined {
  if (isMixed) return undefined
  const word = there.map(firstWord).find((one) => WHOLE.test(one) && pattern(one) === undefined)
  return word === undefined || of === 'helo' ? word : addressIn(word)
}

function addressIn(word: string): string {
  return word.includes('@') ? word.replace(/^@/, 'someone@') : `someone@${word}`
}

/** Somebody whom the first pattern finds that anybody can be thought of for. */
function patternIn(there: readonly string[], list: ListOfOthers, ours: string | undefined): string | undefined {
  const host = list.of === 'rcpt' ? ours : 'stranger.invalid'
  if (host === undefined) return undefined
  for (const line of there) {
    const pattern = list.patternIn(line)
    const found = pattern === undefined ? undefined : foundBy(pattern, list.of, host)
    if (found !== undefined) return found
  }
  return undefined
}

const ADDRESS = /^[\w.!%+=-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}$/i
const HOST = /^(?:[a-z0-9-]+\.)+[a-z]{2,}$/i

function foundBy(pattern: string, of: ListOfOthers['of'], host: string): string | undefined {
  const regex = compileRegex(pattern, { ignoreCase: true })
  const sample = sampleOf(pattern)
  if (!regex.ok || sample === undefined) return undefined
  const thinkable =
    of === 'helo'
      ? [sample, `${sample}.stranger.invalid`, `x${sample}.invalid`]
      : [sample, `x${sample}`, `${sample}@${host}`, `${sample}${host}`, `x${sample}${host}`, `x${sample}x@${host}`]
  return thinkable.find((one) => (of === 'helo' ? HOST : ADDRESS).test(one) && regex.test(one))
}

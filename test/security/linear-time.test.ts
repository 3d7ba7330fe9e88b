/**
 * Nothing a client sends takes more time than its length deserves: patterns of admins, and every parser of ours, on the
 * longest texts that limits let through, in shapes that make backtracking matchers take years.
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { runInNewContext } from 'node:vm'
import { compileRegex } from '../../src/compiler/regex/regex.ts'
import { parseMailbox } from '../../src/core/mail/address.ts'
import { canonicalDomain } from '../../src/core/mail/domain.ts'
import { headerDate, makeField, parseHeader } from '../../src/core/mail/header.ts'
import { parseIp, parseNetwork } from '../../src/core/net/ip.ts'
import { defaultLimits, LIMITS } from '../../src/core/limits.ts'
import { parsePath } from '../../src/core/mail/path.ts'
import { ReplyReader } from '../../src/delivery/smtp/reply.ts'
import { parseCommand } from '../../src/smtp/command.ts'
import { parseParameters } from '../../src/smtp/arguments/parameters.ts'
import { formatReply } from '../../src/smtp/reply.ts'

/** Far more than any of this takes, far less than the square of a header section does. */
const PATIENCE = 20_000

/** Throws when the work is not done by then, even in the middle of a match. */
function inTime(work: () => unknown, timeout = PATIENCE): void {
  runInNewContext('work()', { work }, { timeout })
}

const LONGEST = LIMITS.header_size.default

const SHAPES: Readonly<Record<string, string>> = {
  'one letter': 'a',
  spaces: ' ',
  'words and spaces': 'a ',
  tabs: '\t',
  dots: '.',
  'a dot after each letter': 'a.',
  'at signs': '@',
  'open brackets': '(',
  'pairs of brackets': '()',
  quotes: '"',
  backslashes: '\\',
  'quoted pairs': '\\"',
  digits: '1',
  'digits and dots': '1.',
  colons: ':',
  'half an encoded word': '=?',
  'encoded words': '=?utf-8?Q?a?= ',
  'folded lines': '\r\n ',
  'empty fields': 'A:\r\n',
  NUL: '\0',
  'letters beyond ASCII': 'é',
  'halves of surrogate pairs': '\ud800',
}

function textsOf(length: number): readonly (readonly [string, string])[] {
  return Object.entries(SHAPES).flatMap(([name, unit]) => {
    const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length)
    return [
      [name, text],
      [`${name}, then something else`, `${text}!x`],
    ] as const
  })
}

it('the guard of these tests stops what does not end', () => {
  assert.throws(() => inTime(() => /^(?:a+)+$/.test(`${'a'.repeat(40)}!`), 100), /timed out/)
})

describe('a pattern of an admin', () => {
  const patterns = [
    '(a+)+$',
    '(a|aa)+$',
    '(a|a?)+$',
    '^(([a-z])+.)+[A-Z]([a-z])+$',
    '(.*)(.*)(.*)(.*)z',
    '(?:a?){50}a{50}b',
    '^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$',
    '\\s+$',
    '(\\w+\\s*)+:',
    '<[^>]*>[^<]*</',
    '(?:[^"\\\\]|\\\\.)*"',
  ]
  for (const pattern of patterns)
    it(`/${pattern}/ ends in time`, () => {
      const regex = compileRegex(pattern, { ignoreCase: true })
      assert.ok(regex.ok)
      for (const [, text] of textsOf(LONGEST)) inTime(() => regex.test(text))
    })
})

describe('what reads', () => {
  const limits = defaultLimits()
  const command = limits.command_length
  const readers: Readonly<Record<string, readonly [length: number, read: (text: string) => unknown]>> = {
    'header sections': [LONGEST, (text) => [...parseHeader(Buffer.from(text))].length],
    'one long field': [LONGEST, (text) => [...parseHeader(Buffer.from(`A: ${text}\r\n`))].length],
    'a field without a colon': [LONGEST, (text) => [...parseHeader(Buffer.from(`A${text}`))].length],
    dates: [LONGEST, (text) => [headerDate(text), headerDate(`Mon, 1 Jan 2026 00:00:00 ${text}`)]],
    'values of new fields': [LONGEST, (text) => makeField('X', text)],
    domains: [LONGEST, canonicalDomain],
    'mailboxes of lists': [LONGEST, parseMailbox],
    'addresses of hosts': [LONGEST, (text) => [parseIp(text), parseNetwork(text), parseNetwork(`::/${text}`)]],
    'texts of replies': [LONGEST, (text) => formatReply({ code: 550, text })],
    'replies of next servers': [LONGEST, readReply],
    paths: [command, (text) => [parsePath(`<${text}`, { smtputf8: true }), parsePath(`<${text}>`, { smtputf8: true })]],
    'quoted local parts': [command, (text) => parsePath(`<"${text}"@b.example>`, { smtputf8: true })],
    'source routes': [command, (text) => parsePath(`<@${text.replaceAll('a', 'a,@')}:a@b>`, { smtputf8: false })],
    commands: [command, parseCommand],
    parameters: [command, (text) => parseParameters(` ${text}`, () => () => undefined, limits)],
  }
  for (const [what, [length, read]] of Object.entries(readers))
    it(`${what}, in time`, () => {
      for (const [, text] of textsOf(length)) inTime(() => read(text))
    })
})

function readReply(text: string): unknown {
  const reader = new ReplyReader()
  reader.push(Buffer.from(`220 ${text}\r\n`))
  try {
    return reader.next()
  } catch (fault) {
    return fault
  }
}

/** Postfix's files are read as Postfix reads them; whatever stands in them, nothing throws, and places are right. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readPostfix } from '../../../../src/compiler/import/postfix/index.ts'
import { zoneIn } from '../../../../src/compiler/import/postfix/dns-filter.ts'
import { logicalLines, wordsOf } from '../../../../src/compiler/import/postfix/logical-lines.ts'
import { inetServices, placeOf } from '../../../../src/compiler/import/postfix/master-cf.ts'
import { importTexts } from '../foreign-texts.ts'
import { MAIN, parameters } from './parameters.ts'

describe('main.cf', () => {
  const ROWS: readonly (readonly [what: string, text: string, value: string])[] = [
    ['a line that goes on', 'x = a\n  b\n\n# no\n\tc\n', 'a  b\tc'],
    ['the last one counts', 'x = a\nx = b\n', 'b'],
    ['a variable', 'y = 1\nx = $y ${y} $(y) $$y\n', '1 1 1 $y'],
    ['a default', 'x = $smtpd_delay_reject\n', 'yes'],
    ['when there is one', 'y = 1\nx = ${y?yes}${z?no}\n', 'yes'],
    ['when there is none', 'y = 1\nx = ${y:no}${z:yes}\n', 'yes'],
    ['both', 'y = 1\nx = ${y?{a b}:{c}} ${z?{a}:{c d}}\n', 'a b c d'],
    ['a comparison', 'y = 3.6\nx = ${{$y} >= {2} ? {new} : {old}} ${{$y} <level {2} ? {old} : {new}}\n', 'new new'],
    ['itself', 'x = a$x\n', 'a'],
    ['in a circle', 'x = a$y\ny = b$x\n', 'ab'],
    ['that never ends', 'x = ${y\n', ''],
  ]
  for (const [what, text, value] of ROWS) it(what, () => assert.equal(parameters(text).text('x'), value))

  it('keeps braces in one word', () =>
    assert.deepEqual(
      parameters('x = a, {b c}, inline:{ d=e, {f = g h} }\n')
        .words('x')
        .map(({ text }) => text),
      ['a', '{b c}', 'inline:{ d=e, {f = g h} }'],
    ))

  it('knows where a word was typed, through variables', () => {
    const [word] = parameters('# x\ny = one two\nx = $y\n').words('x').slice(1)
    assert.deepEqual(word?.at.range.start, { line: 2, column: 9, offset: 12 })
  })
})

describe('master.cf', () => {
  it('has services with what is said of them alone', () => {
    const [first, second] = inetServices(
      'smtp inet n - y - - smtpd\n -o a=b -o { c = d e }\n127.0.0.1:2525 inet n - n - - smtpd -oe=f\npickup unix n - y 60 1 pickup\n',
      'master.cf',
    )
    assert.deepEqual(
      first?.overrides.map(({ name, value }) => [name, value.text]),
      [
        ['a', 'b'],
        ['c', 'd e'],
      ],
    )
    assert.deepEqual(
      second?.overrides.map(({ name, value }) => [name, value.text]),
      [['e', 'f']],
    )
  })

  it('says where they listen', () =>
    assert.deepEqual(['smtp', '[::1]:587', '127.0.0.1:smtps', 'what'].map(placeOf), [
      { address: undefined, port: 25 },
      { address: '::1', port: 587 },
      { address: '127.0.0.1', port: 465 },
      undefined,
    ]))
})

describe('a filter of DNS answers', () => {
  for (const [text, regex] of [
    ['z.example', undefined],
    ['z.example=127.0.0.2', '^127\\.0\\.0\\.2$'],
    ['z.example=127.0.[1..3;7].[0..255]', '^127\\.0\\.(1|2|3|7)\\.[0-9]+$'],
  ] as const)
    it(text, () => assert.deepEqual(zoneIn(text), { zone: 'z.example', regex }))
})

const PARTS = [
  'smtpd_recipient_restrictions',
  'mynetworks',
  'mydestination',
  'smtpd_client_restrictions',
  'header_checks',
  'content_filter',
  '=',
  ' ',
  '\n',
  '\n  ',
  '$',
  '${',
  '}',
  '{',
  '(',
  ')',
  '?',
  ':',
  ',',
  '#',
  'check_sender_access',
  'hash:/etc/postfix/t',
  'pcre:/etc/postfix/t',
  'inline:{',
  'static:',
  'reject',
  'OK',
  'a@b',
  '/x/ REJECT',
  'if /y/',
  'endif',
  '!/(/ ',
  '10.0.0.0/8',
  '[::1]',
  'example.org',
  'reject_rbl_client',
  'z=[1..',
  '\r',
  '\t',
  '"',
  "'",
  '\\',
]
const text = fc
  .array(fc.oneof(fc.constantFrom(...PARTS), fc.string({ maxLength: 4 })), { maxLength: 40 })
  .map((parts) => parts.join(''))

describe('whatever stands in a file', () => {
  it('words are where they say', () =>
    fc.assert(
      fc.property(text, (source) => {
        for (const line of logicalLines(source, MAIN))
          for (const word of wordsOf(line)) {
            const { start, end } = word.at.range
            const typed = source.slice(start.offset, end.offset)
            assert.ok(word.text.startsWith(typed) && typed !== '', JSON.stringify([word.text, typed]))
            assert.equal(source.slice(0, start.offset).split('\n').length, start.line)
          }
      }),
    ))

  it('it becomes a site or findings, and never throws', () =>
    fc.assert(
      fc.asyncProperty(text, text, text, async (main, master, table) => {
        const { site } = await importTexts(readPostfix, MAIN, { 'main.cf': main, 'master.cf': master, t: table })
        assert.ok(site)
      }),
      { numRuns: 200 },
    ))
})

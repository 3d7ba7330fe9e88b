import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type HeaderField, makeField, parseHeader } from '../../src/core/mail/header.ts'

function parse(text: string | Buffer): readonly HeaderField[] {
  return [...parseHeader(Buffer.from(text))]
}

function only(text: string | Buffer): HeaderField {
  const [field, ...others] = parse(text)
  assert.ok(field !== undefined && others.length === 0)
  return field
}

const octets = fc
  .array(
    fc.oneof(
      fc.constantFrom('\r\n', '\r', '\n', ' ', '\t', ':', 'Subject: hi\r\n', 'From x\r\n', '\0'),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
  )
  .map((parts) => Buffer.from(parts.join(''), 'latin1'))

describe('parseHeader', () => {
  it('loses no octet', () => {
    fc.assert(fc.property(octets, (input) => assert.deepEqual(Buffer.concat(parse(input).map((f) => f.raw)), input)))
  })

  it('unfolds by taking the line end away', () => {
    const field = only('Subject:  one\r\n two\r\n\tthree \r\n')
    assert.equal(field.name, 'Subject')
    assert.equal(field.key, 'subject')
    assert.equal(field.value, 'one two\tthree')
  })

  it('reads fields next to each other', () => {
    assert.deepEqual(
      parse('A: 1\r\nB:2\r\nC:\r\n').map(({ key, value }) => [key, value]),
      [
        ['a', '1'],
        ['b', '2'],
        ['c', ''],
      ],
    )
  })

  it('takes white space before the colon', () => assert.equal(only('Subject \t: hi\r\n').key, 'subject'))

  it('keeps a line that is no field, without a name', () => {
    const [first, second, third] = parse(' lost\r\nFrom x Mon\r\nA: 1\r\n')
    assert.deepEqual([first?.name, first?.value], ['', 'lost'])
    assert.deepEqual([second?.name, second?.value], ['', 'From x Mon'])
    assert.equal(third?.value, '1')
  })

  it('reads octets above 127 as UTF-8, else as Latin-1', () => {
    assert.equal(only(Buffer.from('A: é\r\n', 'utf8')).value, 'é')
    assert.equal(only(Buffer.from('A: é\r\n', 'latin1')).value, 'é')
  })

  it('takes a last line without its end', () => assert.equal(only('A: 1').value, '1'))
})

/** RFC 2047 as a reader does it: white space between two encoded words is dropped. */
function decode(value: string): string {
  const decoded = (_: string, word: string): string => Buffer.from(word, 'base64').toString('latin1')
  const joined = value
    .replace(/\?=[ \t]+(?==\?utf-8\?B\?)/g, '?=')
    .replace(/=\?utf-8\?B\?([A-Za-z0-9+/=]*)\?=/g, decoded)
  return Buffer.from(joined, 'latin1').toString('utf8')
}

const printable = fc.string({ unit: fc.constantFrom(...'abc  \t;,"'.split('')), maxLength: 300 })
const attack = fc.string({
  unit: fc.oneof(fc.constantFrom('\r', '\n', '\r\n', '\0', ' ', 'Bcc: x'), fc.string({ unit: 'binary' })),
})

describe('makeField', () => {
  it('gives back printable text after unfolding', () => {
    fc.assert(
      fc.property(printable, (value) => {
        const made = makeField('X-Test', value)
        const read = only(made.raw)
        assert.equal(read.value, made.value)
        assert.equal(made.value, value.replace(/[ \t]{60,}/g, ' ').replace(/^[ \t]+|[ \t]+$/g, ''))
      }),
    )
  })

  it('makes one field in ASCII, of lines that are not too long and not empty, whatever the text', () => {
    fc.assert(
      fc.property(attack, (value) => {
        const { raw, name } = only(makeField('X-Test', value).raw)
        assert.equal(name, 'X-Test')
        assert.match(raw.toString('latin1'), /^X-Test:(?: [!-~][\t -~]*)?(?:\r\n[ \t][\t -~]*[!-~][\t -~]*)*\r\n$/)
        for (const line of raw.toString('latin1').split('\r\n')) assert.ok(line.length <= 998)
      }),
    )
  })

  it('loses no character beyond ASCII', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('aé漢😀 ')), maxLength: 200 }), (value) => {
        const made = makeField('Subject', value)
        assert.equal(decode(only(made.raw).value), made.value)
        for (const line of made.raw.toString('latin1').split('\r\n')) assert.ok(line.length <= 78)
      }),
    )
  })

  it('folds before white space at 78 octets', () => {
    const raw = makeField('Subject', 'word '.repeat(40)).raw.toString('latin1')
    for (const line of raw.split('\r\n')) assert.ok(line.length <= 78)
    assert.ok(raw.split('\r\n').length > 3)
  })

  it('cuts a word that fits no line in encoded form', () => {
    const value = 'x'.repeat(5000)
    const made = makeField('X-Long', value)
    for (const line of made.raw.toString('latin1').split('\r\n')) assert.ok(line.length <= 78)
    assert.equal(decode(only(made.raw).value), value)
  })

  it('turns line ends into a space', () => {
    assert.equal(makeField('A', 'x\r\nBcc: y').raw.toString(), 'A: x Bcc: y\r\n')
    assert.equal(makeField('A', 'x\0y\n').value, 'x y')
  })

  it('refuses a name that is none', () => {
    for (const name of ['', 'A B', 'A:', 'A\r\nB', 'é', 'x'.repeat(77)])
      assert.throws(() => makeField(name, 'x'), RangeError)
  })
})

/** How any finding is drawn: marks, gaps, other files, wide characters, long lines, colours. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { stripVTControlCharacters } from 'node:util'
import { Report } from '../../src/language/diagnostic.ts'
import { SourceText } from '../../src/language/source-text.ts'
import { draw, drawing, place } from './drawing.ts'

describe('drawings of any finding', () => {
  it('two lines of help', () => {
    const files = { 'lists.yaml': '\n\n\n\n    entries:\n      - 198.51.100.77/24\n' }
    const report = new Report()
    report.add({
      code: 'NET201',
      at: place(files, 'lists.yaml', '198.51.100.77/24'),
      message: '`198.51.100.77/24` has host bits set below the /24 prefix',
      label: 'host bits: .77',
      help: 'the whole network: `198.51.100.0/24`\nthis one address: `198.51.100.77/32`',
    })
    assert.equal(
      draw(files, report),
      drawing`
      error[NET201]: \`198.51.100.77/24\` has host bits set below the /24 prefix
       --> lists.yaml:6:9
        |
      6 |       - 198.51.100.77/24
        |         ^^^^^^^^^^^^^^^^ host bits: .77
        |
        = help: the whole network: \`198.51.100.0/24\`
        = help: this one address: \`198.51.100.77/32\`
      `,
    )
  })

  it('a second place in the line above', () => {
    const files = { 'lists/partners.txt': '# partners\npartner-a.example\nPartner-A.example\n' }
    const report = new Report()
    report.add({
      code: 'LST602',
      severity: 'warning',
      at: place(files, 'lists/partners.txt', 'Partner-A.example'),
      message: 'duplicate entry in list `partners`',
      label: 'same domain (names compare case-insensitively)',
      labels: [{ ...place(files, 'lists/partners.txt', 'partner-a.example'), text: 'first given here' }],
      help: 'delete one of the two',
    })
    assert.equal(
      draw(files, report),
      drawing`
      warning[LST602]: duplicate entry in list \`partners\`
       --> lists/partners.txt:3:1
        |
      2 | partner-a.example
        | ----------------- first given here
      3 | Partner-A.example
        | ^^^^^^^^^^^^^^^^^ same domain (names compare case-insensitively)
        |
        = help: delete one of the two
      `,
    )
  })

  it('a second place below, behind a gap', () => {
    const rule = '    - id: a\n      when: { note.reputation: { lt: 20 } }\n'
    const files = {
      'r.yaml': `chains:\n  mail:\n${rule}  rcpt:\n    - id: b\n      when: always\n      do: { set: { note.reputation: "x" } }\n`,
    }
    const report = new Report()
    report.add({
      code: 'NOT801',
      at: place(files, 'r.yaml', 'note.reputation'),
      message: 'note `reputation` is read before anything sets it',
      label: 'read in hook `mail`',
      labels: [
        {
          ...place(files, 'r.yaml', 'note.reputation', 'set:'),
          text: 'first set here, in hook `rcpt`, which runs later',
        },
      ],
    })
    assert.equal(
      draw(files, report),
      drawing`
      error[NOT801]: note \`reputation\` is read before anything sets it
       --> r.yaml:4:15
        |
      4 |       when: { note.reputation: { lt: 20 } }
        |               ^^^^^^^^^^^^^^^ read in hook \`mail\`
      ...
      8 |       do: { set: { note.reputation: "x" } }
        |                    --------------- first set here, in hook \`rcpt\`, which runs later
      `,
    )
  })

  it('a second place in another file, and one in a file that is not at hand', () => {
    const files = { 'rules/a.yaml': 'match: x\n', 'lists/b': `${'\n'.repeat(11)}b\n`, 'lists/c': 'c\n' }
    const report = new Report()
    report.add({
      code: 'LST604',
      at: place(files, 'rules/a.yaml', 'x'),
      message: 'kinds differ',
      labels: [
        { ...place(files, 'lists/b', 'b'), text: 'here' },
        { ...place(files, 'lists/c', 'c'), text: 'and there' },
      ],
      notes: ['a note'],
    })
    const { 'lists/c': _, ...known } = files
    assert.equal(
      draw(known, report),
      drawing`
      error[LST604]: kinds differ
        --> rules/a.yaml:1:8
         |
       1 | match: x
         |        ^
         |
        ::: lists/b:12:1
         |
      12 | b
         | - here
         |
         = note: lists/c:1:1: and there
         = note: a note
      `,
    )
  })

  it('wide characters, combining ones and tabs keep the marks in place', () => {
    const files = { f: '日本: 語\te\u0301 X\n' }
    const report = new Report()
    report.add({ code: 'TPL502', at: place(files, 'f', 'X'), message: 'here', label: 'X' })
    assert.equal(
      draw(files, report),
      drawing`
      error[TPL502]: here
       --> f:1:10
        |
      1 | 日本: 語→é X
        |            ^ X
      `.normalize('NFD'),
    )
  })

  it('two marks on one line, from left to right', () => {
    const files = { f: 'abc def\n' }
    const report = new Report()
    report.add({
      code: 'TPL502',
      at: place(files, 'f', 'def'),
      message: 'm',
      label: 'two',
      labels: [{ ...place(files, 'f', 'abc'), text: 'one' }],
    })
    assert.equal(
      draw(files, report),
      drawing`
      error[TPL502]: m
       --> f:1:5
        |
      1 | abc def
        | --- one
        |     ^^^ two
      `,
    )
  })

  it('what spans lines is marked to the end of its first', () => {
    const files = { f: 'a: [x,\n  y]\n' }
    const report = new Report()
    report.add({ code: 'TPL502', at: place(files, 'f', '[x,\n  y]'), message: 'm' })
    assert.match(draw(files, report), /^1 \| a: \[x,\n {2}\| {4}\^\^\^$/m)
  })

  it('the end of a file without a line end', () => {
    const files = { f: 'ab' }
    const report = new Report()
    report.add({ code: 'TPL502', at: new SourceText('f', 'ab').span(2, 2), message: 'm', label: 'end' })
    assert.match(draw(files, report), /^1 \| ab\n {2}\| {3}\^ end$/m)
  })

  it('long lines are cut around the mark', () => {
    for (const before of [0, 10, 60, 200, 5000]) {
      const files = { f: `${'x'.repeat(before)}MARK${'y'.repeat(300)}` }
      const report = new Report()
      report.add({ code: 'TPL502', at: place(files, 'f', 'MARK'), message: 'm' })
      const [, , , line = '', mark = ''] = draw(files, report).split('\n')
      assert.equal(line.length, 80)
      assert.equal(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1), 'MARK')
    }
  })

  it('a file whose text is not at hand has no lines', () => {
    const report = new Report()
    report.add({ code: 'LST601', at: place({ f: 'a' }, 'f', 'a'), message: 'm', help: 'h' })
    assert.equal(draw({}, report), 'error[LST601]: m\n --> f:1:1\n  |\n  = help: h')
  })

  it('what a file says cannot steer the terminal', () => {
    const files = { f: 'a\x1b[2J\u202eb' }
    const report = new Report()
    report.add({
      code: 'TPL502',
      at: place(files, 'f', 'b'),
      message: 'x\x1b]0;\x07\r\n\u2066',
      label: '\x9b1m',
      help: '\x7f',
    })
    assert.doesNotMatch(draw(files, report), /[\x1b\x07\x9b\x7f\r\u202e\u2066]/)
  })

  it('colours are laid over the same text', () => {
    const files = { f: 'abc\n\n\ndef' }
    const report = new Report()
    report.add({
      code: 'TPL502',
      at: place(files, 'f', 'def'),
      message: 'm',
      label: 'l',
      labels: [{ ...place(files, 'f', 'abc'), text: 't' }],
      notes: ['n'],
      help: 'h',
    })
    const coloured = draw(files, report, true)
    assert.match(coloured, /\x1b\[/)
    assert.equal(stripVTControlCharacters(coloured), draw(files, report))
  })

  it('several have an empty line between them', () => {
    const report = new Report()
    for (const text of ['a', 'b']) report.add({ code: 'LST601', at: place({ f: 'ab' }, 'f', text), message: text })
    assert.equal(draw({}, report), 'error[LST601]: a\n --> f:1:1\n\nerror[LST601]: b\n --> f:1:2')
  })
})

/** The page: what files say stays text in it, and coverage is marked in the source. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { html, Html } from '../../../src/cli/formats/html-text.ts'
import { visible } from '../../../src/language/render/display.ts'
import { folder } from '../folder.ts'
import { readHtml, render } from './read-formats.ts'
import { checkReport, COVERAGE, diagnostic, testReport } from '../sample-report.ts'

const HOSTILE = fc.oneof(
  fc.constantFrom(
    '</title><script>alert(1)</script>',
    '" onload="x',
    "<img src='x'>",
    '&lt;b&gt;',
    '&#60;',
    '<!--',
    ']]>',
  ),
  fc.string({ unit: 'binary' }),
)

describe('a page', () => {
  it('has the text of a finding and nothing else of it, wherever it stands', () => {
    fc.assert(
      fc.property(HOSTILE, (text) => {
        const finding = diagnostic({ message: `a${text}b`, file: `a${text}b`, help: 'h', notes: [`n${text}n`] })
        const report = checkReport({
          diagnostics: [finding],
          suppressed: [{ finding, reason: `a${text}b` }],
          excerpts: [{ file: `a${text}b`, line: 4, text: `a${text}b` }],
        })
        const shown = text
          .toWellFormed()
          .split('\n')
          .map(visible)
          .join('\n')
          .replace(/[\ufffe\uffff]/g, '\ufffd')
        const read = readHtml(render('html', report))
        assert.ok(read.split(`a${shown}b`).length > 4, read)
      }),
    )
  })

  it('takes only what `html` made for more than text', () => {
    assert.equal(html`<p>${'<i>'}${[1, html`<b>${'"'}</b>`]}</p>`.text, '<p>&lt;i&gt;1<b>&quot;</b></p>')
    assert.equal(new Html('<b>').text, '<b>')
  })

  it('marks what tests reach in its source', () => {
    const lines = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`)
    const excerpts = lines.map((text, index) => ({ file: 'rules/house.yaml', line: index + 1, text }))
    const page = render('html', testReport({ coverage: COVERAGE, excerpts }))
    assert.match(page, /<span class="reached">line 4<\/span>/)
    assert.match(page, /<span class="partly">line 5<\/span><span class="label"> {2}immune: true: never hit<\/span>/)
    assert.match(page, /<span class="missed">line 6<\/span><span class="label"> {2}reply never heard<\/span>/)
    assert.match(page, /<span class="missed">line 9<\/span>/)
    assert.match(page, /<span class="number"> {3}7<\/span> line 7\n/)
    readHtml(page)
  })

  it('is drawn from a saved report as from the run itself, source and all', async (context) => {
    const { postern, read } = folder(context, {
      'house.yaml': `plugin: house
hooks: { rcpt: [{ id: trap, match: { rcpt: trap@example.org }, return: DENY }] }
tests: [{ name: shut, given: { sender: a@example.net, rcpt: trap@example.org }, expect: { rule: trap } }]
`,
    })
    await postern(['test', '--coverage', '-f', 'html=a.html', '-f', 'json=a.json'])
    await postern(['report', 'a.json', '-f', 'html=b.html'])
    assert.equal(read('b.html'), read('a.html'))
    assert.match(readHtml(read('a.html')), /house\.yaml 1 missing.*\n? *1 plugin: house\n/)
  })
})

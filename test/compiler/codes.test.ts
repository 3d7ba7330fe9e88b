/** Every code has a mistake that shows it and a page that explains it, and the other way round. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type DiagnosticCode, DIAGNOSTIC_CODES } from '../../src/language/codes.ts'
import { folder } from '../cli/folder.ts'
import { codeIndex, type CodePage, codePages } from './diagnostic-pages.ts'
import { checkExample, type Example } from './diagnostics-page.ts'
import { fixableCodes, sentenceFor } from './fixable.ts'
import { expectedIn } from './fault-file.ts'

const CODES = Object.keys(DIAGNOSTIC_CODES) as readonly DiagnosticCode[]
const HERE = import.meta.dirname
const LANGUAGE = join(HERE, '../language')

/** What YAML does and what schemas say is tested where it is found out. */
function isOfLanguage(code: DiagnosticCode): boolean {
  return (
    (code.startsWith('YML') && code !== 'YML703') ||
    ['CFG101', 'CFG102', 'CFG103', 'CFG104', 'CFG105', 'CFG112', 'CFG113'].includes(code)
  )
}

/** What stands in files of other programs is tested where they are read. */
function isOfImport(code: DiagnosticCode): boolean {
  return code.startsWith('IMP')
}

describe('each code', () => {
  it('has a file in test/compiler/faults, or a case in test/language', () => {
    const faults = new Set(readdirSync(join(HERE, 'faults')).map((name) => name.split('-')[0]))
    const texts = readdirSync(LANGUAGE).filter((name) => name.endsWith('.ts'))
    const said = texts.map((name) => readFileSync(join(LANGUAGE, name), 'utf8')).join('\n')
    const without = CODES.filter(
      (code) => !(isOfLanguage(code) ? said.includes(code) : isOfImport(code) || faults.has(code)),
    )
    assert.deepEqual(without, [])
  })

  it('is in test/compiler/one-of-each once', () => {
    const files = readdirSync(join(HERE, 'one-of-each'), { recursive: true, encoding: 'utf8' })
    const yaml = files.filter((name) => name.endsWith('.yaml')).map((name) => join(HERE, 'one-of-each', name))
    const codes = yaml.flatMap(expectedIn).flatMap((line) => /\b[A-Z]{3}\d{3}\b/.exec(line)?.[0] ?? [])
    assert.deepEqual(codes.toSorted(), CODES.filter((code) => !isOfImport(code)).toSorted())
  })
})

/** What to do for a new code, in one message. */
const WHERE =
  'the page of a new code is docs/diagnostics/CODE.md: the heading `# CODE Meaning` as in src/language/codes.ts, why it is said, an example that ' +
  'shows it, and last an example that is right; docs/diagnostics.md has the line `- [CODE](diagnostics/CODE.md) Meaning`'

describe('docs/diagnostics', () => {
  const pages = codePages()

  it('has a page for each code, under its name, with its meaning', () => {
    const headings = Object.entries(DIAGNOSTIC_CODES).map(([code, meaning]) => `${code}: # ${code} ${meaning}`)
    const found = pages.map(({ code, heading }) => `${code}: ${heading}`)
    assert.deepEqual(
      {
        'without a page': headings.filter((one) => !found.includes(one)),
        'without a code': found.filter((one) => !headings.includes(one)),
      },
      { 'without a page': [], 'without a code': [] },
      WHERE,
    )
  })

  it('has an index with a line for each code, in their order', () => {
    const lines = codeIndex().match(/^- \[.*$/gm) ?? []
    const wanted = Object.entries(DIAGNOSTIC_CODES).map(
      ([code, meaning]) => `- [${code}](diagnostics/${code}.md) ${meaning}`,
    )
    assert.deepEqual(lines, wanted, WHERE)
    assert.doesNotMatch(codeIndex(), /^### /m, WHERE)
  })

  it('says which findings can be corrected, and how surely', async () => {
    const fixable = await fixableCodes()
    for (const { code, prose } of pages) {
      const wanted = sentenceFor(fixable.get(code))
      const said = prose.match(/^`postern check --fix.*$/gm) ?? []
      assert.deepEqual(said, wanted === undefined ? [] : [wanted], code)
    }
  })

  it('is what `postern docs CODE` prints', async (context) => {
    const { stdout } = await folder(context, {}).postern(['docs', 'cfg101'])
    assert.match(stdout, /^# CFG101 An unknown key\n[^]*```yaml rcpt\n/)
  })

  for (const page of pages) {
    it(`${page.code}: the first example shows it`, async () => {
      const codes = await codesIn(page, page.examples[0])
      assert.deepEqual(new Set(codes), new Set([page.code]))
    })
    it(`${page.code}: the last example is right`, async () => {
      assert.ok(page.examples.length > 1)
      assert.deepEqual(await codesIn(page, page.examples.at(-1)), [])
    })
  }
})

async function codesIn(page: CodePage, example: Example | undefined): Promise<readonly string[]> {
  assert.ok(example, `${page.code} has no example`)
  const findings = await checkExample(example)
  return findings.map(({ code }) => code)
}

/** Every code has a mistake that shows it and a section that explains it, and the other way round. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type DiagnosticCode, DIAGNOSTIC_CODES } from '../../src/language/codes.ts'
import { checkExample, type Example, type Section, sectionsOf } from './diagnostics-page.ts'
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

describe('docs/diagnostics.md', () => {
  const sections = sectionsOf(readFileSync(join(HERE, '../../docs/diagnostics.md'), 'utf8'))

  it('has a section for each code, in their order, with their meaning', () => {
    assert.deepEqual(
      sections.map(({ code, meaning }) => [code, meaning]),
      Object.entries(DIAGNOSTIC_CODES),
    )
  })

  for (const section of sections) {
    it(`${section.code}: the first example shows it`, async () => {
      const codes = await codesIn(section, section.examples[0])
      assert.deepEqual(new Set(codes), new Set([section.code]))
    })
    it(`${section.code}: the last example is right`, async () => {
      assert.ok(section.examples.length > 1)
      assert.deepEqual(await codesIn(section, section.examples.at(-1)), [])
    })
  }
})

async function codesIn(section: Section, example: Example | undefined): Promise<readonly string[]> {
  assert.ok(example, `${section.code} has no example`)
  const findings = await checkExample(example)
  return findings.map(({ code }) => code)
}

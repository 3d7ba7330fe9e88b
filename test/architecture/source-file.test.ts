/** The scanner under the architecture rules: what it takes for text, and every form of import. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { type Import, maskTexts, sourceFile } from './source-file.ts'

describe('what is text is masked', () => {
  const cases: Record<string, readonly [string, string]> = {
    'a line comment': ['a // b\nc', 'a     \nc'],
    'a block comment over lines': ['a /* b\n b */ c', 'a     \n      c'],
    'strings, but not their quotes': [`f('a', "b")`, `f(' ', " ")`],
    'an escaped quote': [String.raw`'a\'b' + c`, `'    ' + c`],
    'a comment inside a string': [`'// no' + c`, `'     ' + c`],
    'a quote inside a comment': [`/* don't */ c`, `            c`],
    'a template': ['`a` + c', '    + c'],
    'a template, but not its expressions': ['`a ${b} c` + d', '     b}    + d'],
    'quotes in a template': ["`'a'` + c", '      + c'],
    'a template in a template': ['`a ${f(`b ${c} d`)} e` + g', '     f(     c}   )}    + g'],
    'a block inside a template expression': ['`${f({ a })}b` + c', '   f({ a })}   + c'],
    'a regular expression': [`x = /'"[/]/g.test(y)`, `x =         .test(y)`],
    'no division': ['a / b / c', 'a / b / c'],
  }
  for (const [what, [text, code]] of Object.entries(cases)) {
    it(what, () => assert.equal(maskTexts(text), code))
  }

  it('and offsets stay', () => {
    const piece = fc.constantFrom('a', "'", '"', '`', '${', '}', '{', '/', '*', '\\', '\n', ' ', '//', '/*', '*/')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('')
        const code = maskTexts(text)
        assert.equal(code.length, text.length)
        assert.deepEqual(code.split('\n').length, text.split('\n').length)
      }),
    )
  })
})

describe('imports', () => {
  const imports = (text: string): readonly Import[] => sourceFile('src/core/a.ts', text).imports
  const VALUES = [
    `import './a.ts'`,
    `import a from './a.ts'`,
    `import type from './a.ts'`,
    `import * as a from './a.ts'`,
    `import a, { b } from './a.ts'`,
    `import { a,\n  type B } from "./a.ts"`,
    `import{a}from'./a.ts'`,
    `export * from './a.ts'`,
    `export * as a from './a.ts'`,
    `export { a, b as c } from './a.ts'`,
    `const a = await import('./a.ts')`,
    `const a = import(\n  './a.ts'\n)`,
  ]
  const TYPES = [
    `import type { A } from './a.ts'`,
    `import type A from './a.ts'`,
    `import type * as a from './a.ts'`,
    `export type { A } from './a.ts'`,
    `export type * from './a.ts'`,
  ]
  const NONE = [
    `// import './a.ts'`,
    `const a = "import './a.ts'"`,
    'const a = `import "./a.ts"`',
    `const a = import.meta.url + './a.ts'`,
    `export const from = './a.ts'`,
    `export interface A { readonly from: './a.ts' }`,
    `registry.import('./a.ts')`,
  ]

  for (const [texts, type] of [
    [VALUES, false],
    [TYPES, true],
  ] as const) {
    for (const text of texts) {
      it(text, () => {
        const found = imports(text).map((one) => ({ specifier: one.specifier, type: one.type }))
        assert.deepEqual(found, [{ specifier: './a.ts', type }])
      })
    }
  }
  for (const text of NONE) it(`none: ${text}`, () => assert.deepEqual(imports(text), []))

  it('that are computed have no name', () => {
    assert.deepEqual(imports('import(url)'), [{ specifier: undefined, line: 1, type: false, form: 'dynamic' }])
  })

  it('know their line', () => {
    const text = `/* one\n two */\nimport { a } from './a.ts'\n\nexport { b } from './b.ts'`
    assert.deepEqual(
      imports(text).map(({ line, form }) => [line, form]),
      [
        [3, 'import'],
        [5, 'export'],
      ],
    )
  })
})

/** Whatever is typed: nothing throws, and every offset lies in the file. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { complete } from '../../../src/cli/lsp/complete.ts'
import { hoverAt } from '../../../src/cli/lsp/hover.ts'
import { readSheet } from '../../../src/cli/lsp/mention.ts'
import { definitionsAt, referencesAt, renameAt } from '../../../src/cli/lsp/navigate.ts'
import { outlineOf } from '../../../src/cli/lsp/outline.ts'
import { Workspace } from '../../../src/cli/lsp/workspace.ts'
import { modelOf, ROOT, WORDS } from './house.ts'

const TOP = join(import.meta.dirname, '../../..')
const TEXTS = ['builtins', 'rules', 'examples']
  .flatMap((folder) =>
    readdirSync(join(TOP, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  )
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => readFileSync(join(TOP, name), 'utf8'))

const FILE = `${ROOT}/rules/house.yaml`
const MODEL = modelOf({
  'postern.yaml': 'hostname: a.example\nplugins: [./rules/house.yaml]\n',
  'rules/house.yaml': '',
})

interface Typed {
  readonly text: string
  readonly offset: number
}

const share = fc.double({ min: 0, max: 1, noNaN: true })
const whole = fc.constantFrom(...TEXTS)
const prefix = fc.tuple(whole, share).map(([text, at]): Typed => {
  const offset = Math.floor(text.length * at)
  return { text: text.slice(0, offset), offset }
})
const SIGNS = [
  '',
  ' ',
  '\n',
  '\t',
  ':',
  ': ',
  '- ',
  '{ ',
  '}',
  '[',
  ']',
  '"',
  "'",
  '|\n',
  '${',
  ',',
  '#',
  'note.',
  '\ue000',
]
/** A part is left out, and something else typed. */
const changed = fc
  .tuple(whole, share, fc.nat({ max: 40 }), fc.constantFrom(...SIGNS))
  .map(([text, at, length, sign]): Typed => {
    const start = Math.floor(text.length * at)
    return { text: text.slice(0, start) + sign + text.slice(start + length), offset: start + sign.length }
  })
const typed = fc.oneof(prefix, changed)

describe('whatever is typed', () => {
  it('something can be offered, and it takes the place of a part of the text', () => {
    fc.assert(
      fc.property(typed, ({ text, offset }) => {
        for (const { from, to } of complete(FILE, text, offset, MODEL))
          assert.ok(0 <= from && from <= offset && offset <= to && to <= text.length, `${from} ${offset} ${to}`)
      }),
      { numRuns: 300 },
    )
  })

  it('names lead to places in files', () => {
    fc.assert(
      fc.property(typed, ({ text, offset }) => {
        const sheet = readSheet(FILE, text, WORDS)
        const model = { ...MODEL, sheets: new Map([...MODEL.sheets, [FILE, sheet]]) }
        const renamed = renameAt(sheet, offset, 'another', model)
        const places = [
          ...definitionsAt(sheet, offset, model),
          ...referencesAt(sheet, offset, model),
          ...(renamed.ok ? renamed.places : []),
        ]
        for (const { file, from, to } of places)
          assert.ok(from <= to && to <= (model.sheets.get(file)?.text.length ?? 0), `${file} ${from} ${to}`)
        hoverAt(sheet, offset, model)
        outlineOf(sheet)
      }),
      { numRuns: 300 },
    )
  })

  it('is judged, with the site around it', async () => {
    const site = join(TOP, 'examples/02-own-rules')
    const house = join(site, 'rules/house.yaml')
    const workspace = new Workspace({ read: async (path) => readFileSync(path, 'utf8') })
    await fc.assert(
      fc.asyncProperty(typed, async ({ text }) => {
        workspace.files.edit(house, text)
        const { soon, later } = await workspace.diagnostics()
        for (const [file, found] of [...soon, ...(await later())])
          for (const { range } of found)
            if (file === house) assert.ok(range.start.offset <= range.end.offset && range.end.offset <= text.length)
      }),
      { numRuns: 60 },
    )
  })
})

/** The parts of a file, for the list of symbols: hooks with their rules, lists, parameters, plugins, tests. Pure. */
import { isBelow, scalarAt } from '../../language/yaml/cursor.ts'
import type { Mark, Path } from '../../language/yaml/loose-yaml.ts'
import type { Sheet } from './mention.ts'

export type PartKind = 'section' | 'hook' | 'rule' | 'name' | 'plugin' | 'test'

export interface Part {
  readonly name: string
  readonly detail: string
  readonly kind: PartKind
  /** Offsets of all of it, and of its name. */
  readonly from: number
  readonly to: number
  readonly nameFrom: number
  readonly nameTo: number
  readonly parts: readonly Part[]
}

export function outlineOf(sheet: Sheet): readonly Part[] {
  const top = sheet.marks.filter(({ role, path }) => role === 'key' && path.length === 0)
  return top.flatMap((mark) => SECTIONS.get(mark.text)?.(mark, sheet) ?? [])
}

type MakePart = (mark: Mark, sheet: Sheet) => Part

const SECTIONS: ReadonlyMap<string, MakePart> = new Map<string, MakePart>([
  [
    'hooks',
    (mark, sheet) =>
      section(
        mark,
        sheet,
        keysBelow(mark, sheet).map((hook) => hookPart(hook, sheet)),
      ),
  ],
  ['params', namesPart],
  ['lists', namesPart],
  ['notes', namesPart],
  ['settings', namesPart],
  ['plugins', (mark, sheet) => section(mark, sheet, entryParts(sheet))],
  ['tests', (mark, sheet) => section(mark, sheet, testParts(sheet))],
])

function namesPart(mark: Mark, sheet: Sheet): Part {
  const names = keysBelow(mark, sheet).map((key) => partOf(key, 'name', sheet, [], summaryAt(sheet, pathOf(key))))
  return section(mark, sheet, names)
}

function section(mark: Mark, sheet: Sheet, parts: readonly Part[]): Part {
  return partOf(mark, 'section', sheet, parts)
}

function hookPart(hook: Mark, sheet: Sheet): Part {
  const ids = sheet.marks.filter(
    ({ role, path }) => role === 'value' && path.length === 4 && path[3] === 'id' && isBelow(path, pathOf(hook)),
  )
  const rules = ids.map((id) => {
    const rule = id.path.slice(0, 3)
    const detail = scalarAt(sheet.marks, [...rule, 'return'])?.text ?? summaryAt(sheet, rule)
    return { ...partOf(id, 'rule', sheet, [], detail), ...extent(rule, id, sheet) }
  })
  return partOf(hook, 'hook', sheet, rules)
}

function entryParts(sheet: Sheet): readonly Part[] {
  const uses = sheet.mentions.filter(({ what, path }) => what === 'plugin' && path[0] === 'plugins')
  return uses.flatMap(({ from, path }) => {
    const mark = sheet.marks.find((one) => one.from === from)
    return mark ? [{ ...partOf(mark, 'plugin', sheet), ...extent(path.slice(0, 2), mark, sheet) }] : []
  })
}

function testParts(sheet: Sheet): readonly Part[] {
  const names = sheet.marks.filter(
    ({ role, path }) => role === 'value' && path.length === 3 && path[0] === 'tests' && path[2] === 'name',
  )
  return names.map((mark) => ({ ...partOf(mark, 'test', sheet), ...extent(mark.path.slice(0, 2), mark, sheet) }))
}

function keysBelow(above: Mark, { marks }: Sheet): readonly Mark[] {
  return marks.filter(({ role, path }) => role === 'key' && path.length === 1 && path[0] === above.text)
}

function pathOf({ path, text }: Mark): Path {
  return [...path, text]
}

function summaryAt({ marks }: Sheet, path: Path): string {
  return scalarAt(marks, [...path, 'summary'])?.text ?? ''
}

function partOf(mark: Mark, kind: PartKind, sheet: Sheet, parts: readonly Part[] = [], detail = ''): Part {
  const { from: nameFrom, to: nameTo, text } = mark
  const own = mark.role === 'key' ? extent(pathOf(mark), mark, sheet) : { from: nameFrom, to: nameTo }
  return { name: text === '' ? '?' : text, detail, kind, nameFrom, nameTo, parts, ...own }
}

/** From the first to the last that belongs to a path. */
function extent(path: Path, mark: Mark, { marks }: Sheet): Pick<Part, 'from' | 'to'> {
  const inside = marks.filter((one) => isBelow(one.path, path))
  return {
    from: Math.min(mark.from, inside[0]?.from ?? mark.from),
    to: Math.max(mark.to, ...inside.map(({ to }) => to)),
  }
}

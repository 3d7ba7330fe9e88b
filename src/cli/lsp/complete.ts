/**
 * What could be typed at the cursor: keys, facts that are known in this hook, operators of the fact's type, words and
 * their options, names, return codes. Works on files that are not sound yet. Pure.
 */
import type { Schema } from '../../core/schema.ts'
import { type Cursor, cursorAt, keysAt } from '../../language/yaml/cursor.ts'
import { plainOrQuoted } from '../../language/fix.ts'
import { schemasAt } from '../../language/schema/at.ts'
import { FACTS } from '../../core/facts.ts'
import { findsOf, isKnown } from './condition-shape.ts'
import { paramsOf } from './declared.ts'
import { readSheet, type Sheet } from './mention.ts'
import { type Shape, shapeAt } from './shape.ts'
import type { SiteModel } from './site-model.ts'

export interface Completion {
  readonly label: string
  readonly summary: string
  readonly role: 'key' | 'value' | 'name'
  /** What takes the place of the text between the two offsets. */
  readonly text: string
  readonly from: number
  readonly to: number
}

export function complete(file: string, text: string, offset: number, model: SiteModel): readonly Completion[] {
  const cursor = cursorAt(text, offset)
  if (!cursor) return []
  const sheet = { ...readSheet(file, text, model.vocabulary.matchers), marks: cursor.marks }
  const shape = shapeAt(sheet, cursor.path, offset, model)
  const open = /\$\{\s*[\w.:-]*$/.exec(cursor.word)
  if (open) return namesInText(cursor, open[0], sheet, shape)
  const schemas = schemasAt(shape.schema, cursor.path, shape.definitions)
  if (cursor.role === 'key') return keys(cursor, text, schemas)
  return [...values(cursor, schemas), ...(cursor.isFirst && cursor.quote === '' ? keys(cursor, text, schemas) : [])]
}

function keys(cursor: Cursor, text: string, schemas: readonly Schema[]): readonly Completion[] {
  const given = new Set(keysAt(cursor.marks, cursor.path))
  const hasColon = /^["']?[ \t]*:/.test(text.slice(cursor.to))
  const known = new Map(schemas.flatMap(({ properties = {} }) => Object.entries(properties)))
  return [...known]
    .filter(([name]) => !given.has(name))
    .map(([name, schema]) => {
      const isFamily = name.endsWith('.')
      const colon = isFamily || hasColon || cursor.quote !== '' ? '' : ': '
      return completion(cursor, name, {
        role: 'key',
        summary: schema.description ?? '',
        text: `${name}${colon}`,
      })
    })
}

function values(cursor: Cursor, schemas: readonly Schema[]): readonly Completion[] {
  const known = new Map(schemas.flatMap(valuesOf))
  return [...known].map(([value, summary]) =>
    completion(cursor, value, {
      role: 'value',
      summary,
      text: cursor.quote === '' ? asTyped(value) : value,
    }),
  )
}

function valuesOf({ const: only, enum: some = [], type, description = '', examples = [] }: Schema): readonly Value[] {
  const all = [...(only === undefined ? [] : [only]), ...some, ...(type === 'boolean' ? ['true', 'false'] : [])]
  const shown = examples.filter((one) => typeof one === 'string')
  return [...all, ...shown].map((one) => [String(one), description])
}

type Value = readonly [text: string, summary: string]

/** `true` and numbers mean themselves. */
function asTyped(value: string): string {
  return /^(true|false|\d+)$/.test(value) ? value : plainOrQuoted(value)
}

/** Facts, notes, findings and parameters within `${…}`. */
function namesInText(cursor: Cursor, open: string, sheet: Sheet, { around }: Shape): readonly Completion[] {
  const start = cursor.from + cursor.word.length - open.slice(2).trimStart().length
  const facts = FACTS.filter(({ stage }) => isKnown(stage, around))
  const names = new Map([
    ...paramsOf(sheet).map(({ name, summary }) => [name, summary] as const),
    ...facts.map(({ name, summary }) => [name.replace(/NAME$/, ''), summary] as const),
    ...findsOf(around),
    ...[...around.notes.keys()].map((name) => [`note.${name}`, 'A note that some rule sets'] as const),
    ...[...around.settings.keys()].map((name) => [`policy.${name}`, "What the recipient's policy says"] as const),
  ])
  const place = { ...cursor, from: start, to: start + open.slice(2).trimStart().length }
  return [...names].map(([name, summary]) => completion(place, name, { role: 'name', summary, text: name }))
}

type Rest = Omit<Completion, 'label' | 'from' | 'to'>

function completion({ from, to }: Pick<Cursor, 'from' | 'to'>, label: string, rest: Rest): Completion {
  return { label, from, to, ...rest }
}

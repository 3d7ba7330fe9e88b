/** `type:name` as Postfix names its tables (DATABASE_README), and the lines of those that are texts. */
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'
import { databaseList, DATABASES } from './database.ts'
import { logicalLines, settingIn, splitEntry, withoutBraces, wordsOf } from './logical-lines.ts'
import type { Json } from '../draft.ts'

/** How its lines are read. `indexed`: keys and values, of which a program makes an index. */
const FORMS: Readonly<Record<string, 'indexed' | 'cidr' | 'patterns' | 'inline'>> = {
  hash: 'indexed',
  btree: 'indexed',
  dbm: 'indexed',
  lmdb: 'indexed',
  cdb: 'indexed',
  sdbm: 'indexed',
  texthash: 'indexed',
  cidr: 'cidr',
  regexp: 'patterns',
  pcre: 'patterns',
  pcre2: 'patterns',
  inline: 'inline',
}

export interface TableEntry {
  readonly key: PlacedText
  readonly value: PlacedText
}

export type Table =
  | {
      readonly kind: 'entries'
      readonly path: string | undefined
      readonly isCidr: boolean
      readonly entries: readonly TableEntry[]
      readonly name: string
    }
  | { readonly kind: 'patterns'; readonly lines: readonly PlacedText[]; readonly name: string }
  | { readonly kind: 'outside'; readonly spec: (of: string) => Json | undefined; readonly name: string }
  | { readonly kind: 'constant'; readonly value: PlacedText; readonly name: string }

export function isTable(text: string): boolean {
  return /^[a-z][\w-]*:/i.test(text)
}

/** Undefined for what cannot be read here; that has been reported, with this effect. */
export async function readTable(
  ref: PlacedText,
  context: PostfixContext,
  effect: 'stricter' | 'laxer' = 'laxer',
): Promise<Table | undefined> {
  const colon = ref.text.indexOf(':')
  const [type, rest] = [ref.text.slice(0, colon), ref.slice(colon + 1)]
  if (type === 'proxy') return readTable(rest, context, effect)
  const name = rest.text.split('/').at(-1) ?? type
  if (type === 'static') return { kind: 'constant', value: withoutBraces(rest), name }
  if (DATABASES.has(type)) return databaseTable(type, rest, name, context)
  const form = FORMS[type]
  if (form === 'inline')
    return { kind: 'entries', path: undefined, isCidr: false, entries: inlineEntries(rest), name: 'inline' }
  if (form === undefined) {
    context.findings.missing({
      at: ref.at,
      effect,
      message: `\`${ref.text}\` is left out: tables of type \`${type}\` are not read`,
      instead: 'a list of your own: `lists: { mine: { source: … } }` (docs/sources.md names what there is)',
    })
    return undefined
  }
  return readFile(rest, form, name, context, effect)
}

async function readFile(
  path: PlacedText,
  form: 'indexed' | 'cidr' | 'patterns',
  name: string,
  context: PostfixContext,
  effect: 'stricter' | 'laxer',
): Promise<Table | undefined> {
  const file = await context.read(path.text)
  if (!file) {
    context.findings.missing({
      at: path.at,
      effect,
      message: `\`${path.text}\` is left out: ${context.whyUnread(path.text)}`,
      instead: 'Postfix may have the index alone; its text is what is read here',
    })
    return undefined
  }
  const lines = logicalLines(file.text, file.path)
  if (form === 'patterns') return { kind: 'patterns', lines, name }
  const entries = lines.map((line) => {
    const [key, value] = splitEntry(line)
    return { key, value }
  })
  return { kind: 'entries', path: file.path, isCidr: form === 'cidr', entries, name }
}

/** `{ key = value, { key = value with blanks } }` */
function inlineEntries(rest: PlacedText): readonly TableEntry[] {
  return wordsOf(withoutBraces(rest)).flatMap((word) => {
    const setting = settingIn(withoutBraces(word))
    return setting ? [{ key: setting.name, value: setting.value }] : []
  })
}

async function databaseTable(
  type: string,
  path: PlacedText,
  name: string,
  context: PostfixContext,
): Promise<Table | undefined> {
  const list = await databaseList(type, path, context)
  return list && { kind: 'outside', spec: list, name }
}

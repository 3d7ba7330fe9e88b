/** Our own domains: mydestination, virtual_alias_domains, virtual_mailbox_domains, relay_domains (ADDRESS_CLASS_README). */
import { canonicalDomain } from '../../../core/mail/domain.ts'
import type { MapEntry } from '../../../language/node.ts'
import type { Fields, Json } from '../draft.ts'
import { isListOf } from '../list-lines.ts'
import { entry, scalar, seq } from '../nodes.ts'
import type { PlacedText } from '../placed-text.ts'
import { matchesParents, type PostfixContext } from './context.ts'
import type { Parameters } from './main-cf.ts'
import { isTable, readTable } from './table-ref.ts'
import { logicalLines, wordsOf } from './logical-lines.ts'

const CLASSES = ['mydestination', 'virtual_alias_domains', 'virtual_mailbox_domains', 'relay_domains'] as const
export type DomainClass = (typeof CLASSES)[number]

export interface OurDomains {
  /** `local_domains` of the site. */
  readonly entry: MapEntry
  /** Names of each class, as lists have them. */
  readonly names: ReadonlyMap<DomainClass, readonly string[]>
  /** Lists outside, to be asked besides `local_domains`, by class. */
  readonly outside: ReadonlyMap<DomainClass, readonly ((of: string) => Json | undefined)[]>
}

interface Found {
  readonly names: Set<string>
  /** Files that say all of it, and can be used where they lie. */
  readonly files: string[]
  /** Names that are in no such file. */
  readonly loose: Set<string>
  readonly outside: ((of: string) => Json | undefined)[]
}

export async function ourDomains(parameters: Parameters, context: PostfixContext): Promise<OurDomains> {
  const found = new Map<DomainClass, Found>()
  for (const name of CLASSES) {
    const one: Found = { names: new Set(), files: [], loose: new Set(), outside: [] }
    const withParents = name === 'relay_domains' && matchesParents(parameters, 'relay_domains')
    for (const word of parameters.words(name)) await take(word, { one, withParents, effect: 'stricter' }, context)
    found.set(name, one)
  }
  return {
    entry: localDomains([...found.values()], context),
    names: new Map([...found].map(([name, { names }]) => [name, [...names]])),
    outside: new Map([...found].map(([name, { outside }]) => [name, outside])),
  }
}

interface Taking {
  readonly one: Found
  /** Names stand for those below them. */
  readonly withParents: boolean
  readonly effect: 'stricter'
}

async function take(word: PlacedText, taking: Taking, context: PostfixContext): Promise<void> {
  if (word.text.startsWith('/')) await takeFile(word, taking, context)
  else if (isTable(word.text)) await takeTable(word, taking, context)
  else takeName(word, taking, context)
}

function takeName(word: PlacedText, { one, withParents }: Taking, { findings }: PostfixContext): void {
  const text = word.text.toLowerCase()
  if (text.startsWith('[') || text.startsWith('static')) return
  if (canonicalDomain(text.replace(/^\./, '')) === undefined) {
    findings.entry({ at: word.at, effect: 'stricter', message: `left out: \`${word.text}\` is no domain name` })
    return
  }
  for (const name of withParents && !text.startsWith('.') ? [text, `.${text}`] : [text]) {
    one.names.add(name)
    one.loose.add(name)
  }
}

async function takeFile(path: PlacedText, taking: Taking, context: PostfixContext): Promise<void> {
  const file = await context.read(path.text)
  if (!file) {
    context.findings.missing({
      at: path.at,
      effect: 'stricter',
      message: `\`${path.text}\` is left out: ${context.whyUnread(path.text)}`,
    })
    return
  }
  const words = logicalLines(file.text, file.path).flatMap((line) => wordsOf(line))
  takeWords(words, file.path, taking, context)
}

async function takeTable(ref: PlacedText, taking: Taking, context: PostfixContext): Promise<void> {
  const table = await readTable(ref, context, taking.effect)
  if (table?.kind === 'outside') taking.one.outside.push(table.spec)
  if (table?.kind === 'entries') {
    const keys = table.entries.map(({ key }) => key).filter(({ text }) => !text.includes('@'))
    takeWords(keys, keys.length === table.entries.length ? table.path : undefined, taking, context)
  }
  if (table?.kind === 'patterns')
    context.findings.missing({
      at: ref.at,
      effect: taking.effect,
      message: `\`${ref.text}\` is left out: domains are names here, not patterns`,
      instead: 'a rule: `match: { rcpt.domain: { regex: … } }`',
    })
}

function takeWords(
  words: readonly PlacedText[],
  path: string | undefined,
  taking: Taking,
  context: PostfixContext,
): void {
  const { one, withParents } = taking
  const isInPlace =
    path !== undefined &&
    !withParents &&
    isListOf('domain', context.environment.sources.get(path) ?? '', path, words.length)
  const before = new Set(one.loose)
  for (const word of words) takeName(word, taking, context)
  if (!isInPlace || path === undefined) return
  one.files.push(path)
  one.loose.clear()
  for (const name of before) one.loose.add(name)
}

/** One file where it lies, names in place, or a copy of all of it. */
function localDomains(classes: readonly Found[], context: PostfixContext): MapEntry {
  const files = new Set(classes.flatMap((one) => one.files))
  const loose = new Set(classes.flatMap((one) => [...one.loose]))
  const all = new Set(classes.flatMap(({ names }) => [...names]))
  const [file] = files
  const at = context.start
  if (file !== undefined && files.size === 1 && loose.size === 0) return entry('local_domains', scalar(file, at))
  if (files.size === 0 && all.size <= MOST_IN_PLACE)
    return entry(
      'local_domains',
      seq(
        [...all].map((name) => scalar(name, at)),
        at,
      ),
    )
  const copy = context.copy(
    'local-domains',
    `# Made from main.cf and ${[...files].join(', ')}\n${[...all].join('\n')}\n`,
    [context.path, ...files],
  )
  context.findings.copied(at, 'our domains', copy)
  return entry('local_domains', scalar(copy, at))
}

const MOST_IN_PLACE = 20

/** Conditions of which one holds for a recipient of ours; the lists go into the plugin that is being made. */
export function oursIn({ names, outside }: OurDomains, context: PostfixContext): readonly Fields[] {
  const isAny = [...names.values()].some((list) => list.length > 0)
  const lists = [...outside].flatMap(([name, specs]) => specs.map((spec) => ({ name, spec: spec('domain') })))
  return [
    ...(isAny ? [{ 'rcpt.domain': { in_list: 'local_domains' } }] : []),
    ...lists.flatMap(({ name, spec }) =>
      spec === undefined ? [] : [{ 'rcpt.domain': { in_list: context.list(name, spec) } }],
    ),
  ]
}

/** Lists as a condition uses them: by name, or with values in place. */
import type { FactType } from '../../core/fact.ts'
import type { ListIndex, ListKind } from '../../core/list.ts'
import { type Finding, type Fix, placeOf, type Span } from '../../language/diagnostic.ts'
import type { ScalarNode, YamlNode } from '../../language/node.ts'
import { didYouMean, fixOf, replace, writeInstead } from '../../language/fix.ts'
import { spanWithin } from '../../language/yaml/scalar-offsets.ts'
import { oldWord } from '../../language/yaml/words.ts'
import { type Comparison, FAILS } from '../rules/comparison.ts'
import type { NamedList } from './list-registry.ts'
import { buildList, type GivenEntry, type ListProblem } from './index.ts'
import { complain, type Scope } from '../rules/scope.ts'

type Kinds = Readonly<Partial<Record<FactType, readonly ListKind[]>>>

/** Lists of values that a fact of this type can stand in. */
export const VALUE_KINDS: Kinds = {
  ip: ['ip'],
  domain: ['domain', 'route', 'zone', 'string', 'host_or_pattern'],
  name: ['domain', 'host_or_pattern', 'string'],
  address: ['address', 'recipient', 'route', 'address_or_pattern', 'address_code', 'string'],
  text: ['string', 'phrase', 'pattern'],
}

/** Lists of patterns that a fact of this type can match. */
export const MATCHED_KINDS: Kinds = {
  domain: ['pattern', 'host_or_pattern'],
  name: ['pattern', 'host_or_pattern'],
  address: ['pattern', 'address_or_pattern'],
  text: ['pattern'],
}

/** The kind that gives plain values of this type their meaning. */
const PLAIN_KIND: Readonly<Partial<Record<FactType, ListKind>>> = {
  ip: 'ip',
  domain: 'domain',
  name: 'domain',
  address: 'address',
  text: 'string',
}

/** The list that is named, of one of these kinds. Undefined when there is none such; that has been reported then. */
export function findList(operand: YamlNode, scope: Scope, kinds: readonly ListKind[]): NamedList | undefined {
  const list = operand.kind === 'scalar' ? scope.lists.get(String(operand.value)) : undefined
  if (list && kinds.includes(list.kind)) return list
  complain(scope, listFault(operand, list, kinds, scope.lists.names))
  return undefined
}

function listFault(
  operand: YamlNode,
  list: NamedList | undefined,
  kinds: readonly ListKind[],
  known: readonly string[],
): Finding {
  const { at } = operand
  if (operand.kind !== 'scalar')
    return {
      code: 'CFG102',
      at,
      message: 'the name of a list is wanted here',
      help: 'values in place: `{ in: [ … ] }`',
    }
  const name = String(operand.value)
  if (!list)
    return {
      code: 'LST603',
      at,
      message: `unknown list \`${name}\``,
      ...didYouMean(operand, name, known),
      help: declaration(name, kinds[0] ?? 'string'),
    }
  return {
    code: 'LST604',
    at,
    message: `list \`${name}\` holds entries of kind ${list.kind}, which do not fit here`,
    labels: [{ ...list.at, text: `declared \`of: ${list.kind}\`` }],
    help: `fitting kinds: ${kinds.join(', ')}`,
  }
}

/** That of the site's own domains is a key of the site file. */
function declaration(name: string, kind: ListKind): string {
  if (name === 'local_domains') return 'say in the site file which domains are yours: `local_domains: lists/rcpthosts`'
  return `declare it: \`lists: { ${name.replace(/\W/g, '_')}: { file: …, of: ${kind} } }\``
}

/** For words that go through all of a list. */
export function findListAtHand(operand: YamlNode, scope: Scope, kind: ListKind): ListIndex | undefined {
  const list = findList(operand, scope, [kind])
  if (list?.source) complain(scope, mustBeAtHand(operand.at, 'this word goes through all of its list'))
  return list?.index
}

/** For who needs every entry, or an answer at once. */
export function mustBeAtHand(at: Span, because: string): Finding {
  return {
    code: 'LST605',
    at,
    message: `a list outside cannot be used here: ${because}`,
    help: 'name a file, or write the entries in place',
  }
}

/** Plain values: a comparison with each, by the rules of the fact's type. */
export function compileInline(operand: YamlNode, scope: Scope, type: FactType): Comparison | undefined {
  const kind = PLAIN_KIND[type]
  const nodes = operand.kind === 'seq' ? operand.items : [operand]
  const values = nodes.filter((node): node is ScalarNode => node.kind === 'scalar' && node.value !== null)
  if (kind === undefined || values.length < nodes.length) {
    complain(scope, {
      code: 'CFG102',
      at: operand.at,
      message: 'plain values are wanted here',
      help: 'write a value, a list of values, or a map of operators',
    })
    return undefined
  }
  const index = buildInline(kind, values.map(plainEntry), values, (finding) => complain(scope, finding))
  return (value) => {
    const entry = index.find(value)
    return entry ? { truth: 'hit', because: `\`${entry.text}\`` } : FAILS
  }
}

type ReportFinding = (finding: Finding) => void

/** Lists in place: what follows the first blank is the reason, as in a file. */
export function inlineIndex(kind: ListKind, values: readonly ScalarNode[], report: ReportFinding): ListIndex {
  return buildInline(
    kind,
    values.map((scalar) => listEntry(kind, scalar)),
    values,
    report,
  )
}

function buildInline(
  kind: ListKind,
  entries: readonly GivenEntry[],
  values: readonly ScalarNode[],
  report: ReportFinding,
): ListIndex {
  for (const scalar of values) {
    const finding = oldWord(scalar)
    if (finding) report(finding)
  }
  return buildList(kind, 'values in place', entries, (problem) => {
    const scalar = values[problem.index]
    if (scalar) report(inPlace(problem, scalar, values))
  })
}

function inPlace(problem: ListProblem, scalar: ScalarNode, values: readonly ScalarNode[]): Finding {
  const { code, message, help, label, range, instead = [], isSure, first, severity } = problem
  const before = values.find(({ at }) => first !== undefined && placeOf(at) === first)
  const entry = { offset: String(scalar.value).length - String(scalar.value).trimStart().length }
  const [word = ''] = String(scalar.value).trim().split(/\s/, 1)
  return {
    code,
    at: range ? spanWithin(scalar, entry.offset + range.offset, range.length) : scalar.at,
    message,
    ...(severity && { severity }),
    ...(label !== undefined && { label }),
    ...(help !== undefined && { help }),
    ...(first !== undefined && { severity: 'warning', label: 'given again', help: 'delete it' }),
    ...(before && { labels: [{ ...before.at, text: 'first given here' }] }),
    fixes:
      first !== undefined
        ? leavingOut(scalar, values[problem.index - 1])
        : instead.flatMap((text) =>
            writeInstead(scalar, text, {
              safety: isSure ? 'safe' : 'unsafe',
              ...(word !== scalar.value && { within: { ...entry, length: word.length } }),
            }),
          ),
  }
}

/** With the comma before it; in a list of a line for each entry, the line may hold more. */
function leavingOut({ at }: ScalarNode, before: ScalarNode | undefined): readonly Fix[] {
  const start = before?.at.range.end
  const gap = start?.line === at.range.start.line ? at.range.start.offset - start.offset : 0
  if (!start || before?.at.file !== at.file || gap < 1 || gap > MOST_BETWEEN) return []
  return fixOf('delete it', 'safe', replace({ file: at.file, range: { start, end: at.range.end } }, ''))
}

/** A comma and a space or two. */
const MOST_BETWEEN = 3

function plainEntry({ value, source, quoted, at }: ScalarNode): GivenEntry {
  const text = (quoted ? String(value) : source).trim()
  return { text, rest: '', at: placeOf(at) }
}

function listEntry(kind: ListKind, scalar: ScalarNode): GivenEntry {
  const whole = plainEntry(scalar)
  if (kind === 'string' || kind === 'pattern') return whole
  const [text = '', ...rest] = whole.text.split(/\s+/)
  return { ...whole, text, rest: rest.join(' ') }
}

/**
 * From a condition as written to a formula over sets: what `condition.ts` and `atom.ts` compile to tests, said in sets.
 *
 * What cannot be said in sets becomes a predicate or a question of its own; then less is proved, and nothing wrongly.
 */
import type { FactType } from '../../core/fact.ts'
import { findFact } from '../../core/facts.ts'
import type { MatcherWord } from '../../core/word.ts'
import type { Span } from '../../language/diagnostic.ts'
import { type MapEntry, type MapNode, textOf, toJson, valueOf, type YamlNode } from '../../language/node.ts'
import { elementType } from '../rules/comparison.ts'
import { summarize } from '../rules/atom.ts'
import type { Formula, Question } from './formula.ts'
import { lowerComparison, lowerPlain, type Subject } from './lower-values.ts'
import { ANSWERS, enter, free, HIT_OR_MISS, type Lowering } from './lowering.ts'
import { universeOf } from './universe.ts'
import { absentOnly, valuesIn } from './value-set.ts'

const NEVER: Formula = { kind: 'never' }

export function lower(node: YamlNode, lowering: Lowering): Formula {
  if (textOf(node) === 'always') return { kind: 'always' }
  if (node.kind === 'seq')
    return junction(
      'all',
      node.at,
      node.items.map((item) => lower(item, lowering)),
    )
  if (node.kind !== 'map') return NEVER
  return junction(
    'all',
    node.at,
    node.entries.map((entry) => lowerEntry(entry, lowering)),
  )
}

function junction(kind: 'all' | 'any', at: Span, parts: readonly Formula[]): Formula {
  const [only] = parts
  return only && parts.length === 1 ? only : { kind, at, parts }
}

function lowerEntry(entry: MapEntry, lowering: Lowering): Formula {
  const { key, value } = entry
  if (key.value === 'any' || key.value === 'all') {
    const items = value.kind === 'seq' ? value.items : []
    return { kind: key.value, at: key.at, parts: items.map((item) => lower(item, lowering)) }
  }
  if (key.value === 'not') return { kind: 'not', at: key.at, part: lower(value, lowering) }
  const word = lowering.scope.vocabulary.matchers.get(key.value)
  if (word) return askWord(word, entry, lowering)
  return lowering.scope.finds.has(key.value) ? free(entry, lowering) : lowerFact(entry, lowering)
}

/** Somebody else is asked: the answer is theirs, and may be none. */
function askWord(word: MatcherWord, { key, value }: MapEntry, { scope, moment, universe }: Lowering): Formula {
  for (const name of Object.keys(word.finds ?? {})) scope.finds.add(`${word.name}.${name}`)
  const name = `word ${word.name}`
  const [certain, likely] = [`${name} ${universe.size}`, `${name} ${JSON.stringify(toJson(value))}${moment(name)}`]
  for (const fact of [certain, likely]) universe.set(fact, { ...valuesIn(ANSWERS), unknown: true })
  const text = `${key.source}: ${summarize(value)}`
  return {
    kind: 'ask',
    at: key.at,
    text,
    certain: { fact: certain, ...HIT_OR_MISS },
    likely: { fact: likely, ...HIT_OR_MISS },
  }
}

function lowerFact(entry: MapEntry, lowering: Lowering): Formula {
  const { key, value } = entry
  const type = typeOf(key.value, lowering)
  if (!type) return free(entry, lowering)
  const subject: Subject = {
    entry,
    name: key.value,
    type,
    fact: enter(key.value, type, lowering),
    lowering,
    at: key.at,
  }
  if (value.kind === 'map') return lowerOperators(value, subject)
  return lowerPlain(value, subject, `${key.source}: ${summarize(value)}`)
}

function typeOf(name: string, { scope, hasCode }: Lowering): FactType | undefined {
  if (!name.startsWith('note.')) return findFact(name)?.definition.type
  return hasCode ? undefined : (scope.notes.typeOf(name.slice('note.'.length)) ?? 'text')
}

function lowerOperators(node: MapNode, subject: Subject): Formula {
  const exists = valueOf(node, 'exists')
  const wanted = exists?.kind === 'scalar' ? exists.value === true : undefined
  const others = node.entries.filter(({ key }) => key.value !== 'exists')
  if (wanted === false && others.length > 0) return NEVER
  const comparisons = others.length > 0 ? lowerComparisons(node, others, subject) : undefined
  if (comparisons) return comparisons
  return existence(subject, wanted ?? true)
}

/** Of several values one has to meet them all: together they are one predicate. */
function lowerComparisons(node: MapNode, operators: readonly MapEntry[], subject: Subject): Formula {
  if (elementType(subject.type) !== subject.type) {
    const isOutside = operators.some(({ key }) => key.value.endsWith('_list'))
    return isOutside
      ? free(subject.entry, subject.lowering)
      : lowerComparison({ ...subject.entry, value: node }, subject)
  }
  return junction(
    'all',
    node.at,
    operators.map((operator) => lowerComparison(operator, subject)),
  )
}

function existence({ entry, fact, type, name }: Subject, wanted: boolean): Formula {
  const { region } = universeOf(name, 'connect', type)
  const [there, absent] = [valuesIn(region), absentOnly(region)]
  const question: Question = { fact, hit: wanted ? there : absent, miss: wanted ? absent : there }
  const text = `${entry.key.source}: { exists: ${wanted} }`
  return { kind: 'ask', at: entry.key.at, text, certain: question, likely: question }
}

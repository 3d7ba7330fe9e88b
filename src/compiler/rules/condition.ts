/**
 * Conditions: keys are joined by AND, `any` by OR, `not` inverts; Kleene's tables decide with unknowns.
 *
 * Keys are asked in the order written; a miss ends the asking, so a look-up behind a cheap key costs nothing.
 */
import type { HookContext } from '../../core/context.ts'
import type { Test } from '../../core/program.ts'
import { isPromise, type MaybePromise, not, andThen, type Truth } from '../../core/truth.ts'
import { type MapEntry, textOf, type YamlNode } from '../../language/node.ts'
import { compileAtom } from './atom.ts'
import { complain, type Scope } from './scope.ts'
import { compileWord } from './word-use.ts'

const HIT: Test = () => 'hit'

/** Never undefined: a wrong part has been reported and matches nothing. */
export function compileCondition(node: YamlNode, scope: Scope, where: string): Test {
  if (textOf(node) === 'always') return HIT
  if (node.kind === 'map')
    return node.entries.length > 0
      ? all(node.entries.map((entry) => compileEntry(entry, scope)))
      : empty(node, scope, where)
  if (node.kind === 'seq') return compileList({ node, scope, where, join: all })
  complain(scope, {
    code: node.kind === 'scalar' && node.value === null ? 'CFG107' : 'CFG102',
    at: node.at,
    message: `\`${where}\` must be a map of conditions`,
    help: 'write `match: { sender.domain: spam.example }`, or `match: always`',
  })
  return nothing
}

const nothing: Test = () => 'miss'

function empty(node: YamlNode, scope: Scope, where: string): Test {
  complain(scope, {
    code: 'CFG107',
    at: node.at,
    message: `\`${where}\` is empty`,
    notes: ['an empty condition would match everything or nothing'],
    help:
      where === 'match' ? 'write `match: always` to match every session' : `name a condition, or delete \`${where}\``,
  })
  return nothing
}

function compileEntry(entry: MapEntry, scope: Scope): Test {
  const { key, value } = entry
  if (key.value === 'any') return compileList({ node: value, scope, where: 'any', join: any })
  if (key.value === 'all') return compileList({ node: value, scope, where: 'all', join: all })
  if (key.value === 'not') return inverted(compileCondition(value, scope, 'not'))
  const word = scope.vocabulary.matchers.get(key.value)
  return (word ? compileWord(word, entry, scope) : compileAtom(entry, scope)) ?? nothing
}

interface Joined {
  readonly node: YamlNode
  readonly scope: Scope
  readonly where: string
  readonly join: (tests: readonly Test[]) => Test
}

function compileList({ node, scope, where, join }: Joined): Test {
  if (node.kind === 'seq' && node.items.length > 0)
    return join(node.items.map((item) => compileCondition(item, scope, where)))
  if (node.kind === 'seq') return empty(node, scope, where)
  complain(scope, {
    code: 'CFG102',
    at: node.at,
    message: `\`${where}\` must be a list of conditions`,
    help: `write \`${where}: [{ … }, { … }]\``,
  })
  return nothing
}

export function inverted(test: Test): Test {
  return (context) => andThen(test(context), not)
}

export function all(tests: readonly Test[]): Test {
  return joined(tests, 'miss', 'hit')
}

export function any(tests: readonly Test[]): Test {
  return joined(tests, 'hit', 'miss')
}

/** `decisive` ends the asking; without it an unknown wins over `neutral`. */
function joined(tests: readonly Test[], decisive: Truth, neutral: Truth): Test {
  const [only] = tests
  if (only && tests.length === 1) return only
  const ask = (context: HookContext, from: number, sofar: Truth): MaybePromise<Truth> => {
    let truth = sofar
    for (let index = from; index < tests.length; index += 1) {
      const answer = tests[index]?.(context) ?? neutral
      if (isPromise(answer))
        return answer.then((late) => (late === decisive ? late : ask(context, index + 1, merge(truth, late))))
      if (answer === decisive) return answer
      truth = merge(truth, answer)
    }
    return truth
  }
  return (context) => ask(context, 0, neutral)
}

function merge(sofar: Truth, answer: Truth): Truth {
  return sofar === 'unknown' || answer === 'unknown' ? 'unknown' : answer
}

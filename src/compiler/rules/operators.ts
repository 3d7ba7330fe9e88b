/**
 * Operators: `in_list`, `regex`, `gt`, … one table.
 *
 * Text is compared without regard to case, as mail does; a regular expression may say `(?-i)`.
 */
import type { FactType } from '../../core/fact.ts'
import type { Schema } from '../../core/schema.ts'
import { entriesOf, type YamlNode } from '../../language/node.ts'
import { toOptions } from '../../language/schema/check.ts'
import { type Comparison, every, FAILS, when } from './comparison.ts'
import { compileInline, findList, MATCHED_KINDS, VALUE_KINDS } from '../lists/list-use.ts'
import { settingOperand, useSetting } from '../policies/setting-use.ts'
import { compileGlobs, compilePatterns, scalars, textOf } from './pattern-operators.ts'
import { complain, type Scope } from './scope.ts'
import { inNamed } from '../lists/source-list.ts'

export interface Operator {
  readonly name: string
  readonly summary: string
  readonly types: readonly FactType[]
  readonly operand: Schema
  /** The operand has passed its schema. Undefined when it is wrong all the same; it has been reported then. */
  readonly compile: (operand: YamlNode, scope: Scope, type: FactType) => Comparison | undefined
}

const LISTED: readonly FactType[] = ['text', 'name', 'ip', 'domain', 'address']
const TEXTUAL: readonly FactType[] = ['text', 'name', 'domain', 'address']
const TEXT_OR_LIST: Schema = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }] }
const VALUES: Schema = { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'array', minItems: 1 }] }
const LIST_NAME: Schema = { type: 'string' }
const NUMBER: Schema = { type: 'number' }
const RANGE: Schema = { type: 'array', items: NUMBER, minItems: 2 }
const LENGTH: Schema = {
  type: 'object',
  minProperties: 1,
  properties: {
    gt: { ...NUMBER, description: 'More characters than' },
    gte: { ...NUMBER, description: 'So many characters, or more' },
    lt: { ...NUMBER, description: 'Fewer characters than' },
    lte: { ...NUMBER, description: 'So many characters, or fewer' },
    between: { ...RANGE, description: 'From so many characters to so many, both included' },
  },
}
const DURATION: Schema = { type: 'string', format: 'duration' }

function textTest(test: (text: string, wanted: string) => boolean): Operator['compile'] {
  return (operand) => {
    const wanted = scalars(operand).map((scalar) => String(scalar.value).toLowerCase())
    return (value) => {
      const text = textOf(value).toLowerCase()
      const found = wanted.find((one) => test(text, one))
      return found === undefined ? when(false) : { truth: 'hit', because: `\`${found}\`` }
    }
  }
}

function numberTest(test: (value: number, limit: number) => boolean): Operator['compile'] {
  return (operand, scope) => {
    const setting = operand.kind === 'scalar' ? settingOperand(operand.value) : undefined
    if (setting !== undefined) return againstSetting(test, setting, operand, scope)
    const limit = Number(toOptions(operand, NUMBER))
    return (value) => when(test(Number(value), limit))
  }
}

/** A recipient that has not said a number is compared with nothing: that fails. */
function againstSetting(
  test: (value: number, limit: number) => boolean,
  name: string,
  operand: YamlNode,
  scope: Scope,
): Comparison | undefined {
  const use = useSetting(name, operand.at, scope)
  if (!use) return undefined
  if (use.type === 'number')
    return (value, context) => {
      const limit = use.read(context)
      return typeof limit === 'number' && test(Number(value), limit)
        ? { truth: 'hit', because: `\`policy.${name}\` is ${limit}` }
        : when(false)
    }
  complain(scope, {
    code: 'CFG108',
    at: operand.at,
    message: `\`policy.${name}\` is a ${use.type}, and a number is wanted`,
    help: 'declare it `type: number`, or compare with a number',
  })
  return undefined
}

/** `test` gets how many milliseconds ago the time was; negative when it lies ahead. */
function ageTest(test: (age: number, limit: number) => boolean): Operator['compile'] {
  return (operand) => {
    const limit = Number(toOptions(operand, DURATION))
    return (value, { ports }) => when(test(ports.clock.now() - Number(value), limit))
  }
}

function compileBetween(operand: YamlNode, scope: Scope): Comparison | undefined {
  const [low = 0, high = 0, ...others] = scalars(operand).map(({ value }) => Number(value))
  if (others.length === 0 && low <= high) return (value) => when(Number(value) >= low && Number(value) <= high)
  complain(scope, {
    code: 'CFG112',
    at: operand.at,
    message: '`between` takes two numbers, the smaller one first',
    help: 'for example `between: [10, 20]`',
  })
  return undefined
}

const never: Comparison = () => FAILS

function compileLength(operand: YamlNode, scope: Scope): Comparison | undefined {
  const entries = entriesOf(operand)
  const tests = entries.map(({ key, value }) => OPERATORS.get(key.value)?.compile(value, scope, 'number') ?? never)
  const all = every(tests)
  return (value, context) => all(textOf(value).length, context)
}

function compileInList(kinds: typeof VALUE_KINDS): Operator['compile'] {
  return (operand, scope, type) => {
    const list = findList(operand, scope, kinds[type] ?? [])
    return list && inNamed(list, operand.at, scope)
  }
}

const NUMBER_OPERATORS: readonly Operator[] = [
  {
    name: 'gt',
    summary: 'Greater than',
    types: ['number'],
    operand: NUMBER,
    compile: numberTest((value, limit) => value > limit),
  },
  {
    name: 'gte',
    summary: 'Greater than or equal to',
    types: ['number'],
    operand: NUMBER,
    compile: numberTest((value, limit) => value >= limit),
  },
  {
    name: 'lt',
    summary: 'Less than',
    types: ['number'],
    operand: NUMBER,
    compile: numberTest((value, limit) => value < limit),
  },
  {
    name: 'lte',
    summary: 'Less than or equal to',
    types: ['number'],
    operand: NUMBER,
    compile: numberTest((value, limit) => value <= limit),
  },
  {
    name: 'between',
    summary: 'From the first number to the second, both included',
    types: ['number'],
    operand: RANGE,
    compile: compileBetween,
  },
]

const TABLE: readonly Operator[] = [
  {
    name: 'in',
    summary: 'Is one of these values',
    types: LISTED,
    operand: VALUES,
    compile: (operand, scope, type) => compileInline(operand, scope, type),
  },
  {
    name: 'in_list',
    summary: 'Stands in this list',
    types: LISTED,
    operand: LIST_NAME,
    compile: compileInList(VALUE_KINDS),
  },
  {
    name: 'matches_list',
    summary: 'Matches a pattern of this list',
    types: TEXTUAL,
    operand: LIST_NAME,
    compile: compileInList(MATCHED_KINDS),
  },
  {
    name: 'regex',
    summary: 'Has a part that matches a regular expression (RE2, case ignored)',
    types: TEXTUAL,
    operand: TEXT_OR_LIST,
    compile: compilePatterns,
  },
  {
    name: 'glob',
    summary: 'Matches as a whole; * is any text, ? any character',
    types: TEXTUAL,
    operand: TEXT_OR_LIST,
    compile: compileGlobs,
  },
  {
    name: 'starts_with',
    summary: 'Begins with',
    types: TEXTUAL,
    operand: TEXT_OR_LIST,
    compile: textTest((text, wanted) => text.startsWith(wanted)),
  },
  {
    name: 'ends_with',
    summary: 'Ends with',
    types: TEXTUAL,
    operand: TEXT_OR_LIST,
    compile: textTest((text, wanted) => text.endsWith(wanted)),
  },
  {
    name: 'contains',
    summary: 'Has as a part',
    types: TEXTUAL,
    operand: TEXT_OR_LIST,
    compile: textTest((text, wanted) => text.includes(wanted)),
  },
  {
    name: 'length',
    summary: 'Number of characters',
    types: TEXTUAL,
    operand: LENGTH,
    compile: compileLength,
  },
  ...NUMBER_OPERATORS,
  {
    name: 'older_than',
    summary: 'Lies further back than',
    types: ['time'],
    operand: DURATION,
    compile: ageTest((age, limit) => age > limit),
  },
  {
    name: 'ahead_by',
    summary: 'Lies further ahead than',
    types: ['time'],
    operand: DURATION,
    compile: ageTest((age, limit) => -age > limit),
  },
]

export const OPERATORS: ReadonlyMap<string, Operator> = new Map(TABLE.map((operator) => [operator.name, operator]))

/** `exists`, which asks about the fact and not about a value of it. */
export const EXISTS_SUMMARY = 'Whether it is there at all'

/** Operators of a fact's type, `exists` included. */
export function operatorsOf(type: FactType): readonly string[] {
  return [...TABLE.filter(({ types }) => types.includes(type)).map(({ name }) => name), 'exists']
}

/** The pages of `postern docs`, made from what they describe: for the terminal and for editors. */
import { elementType } from '../../compiler/rules/comparison.ts'
import { EXISTS_SUMMARY, OPERATORS, operatorsOf } from '../../compiler/rules/operators.ts'
import { FACTS, findFact } from '../../core/facts.ts'
import { HOOK_TABLE, isHook } from '../../core/hook.ts'
import { LIMITS } from '../../core/limits.ts'
import { REPLY_TABLE } from '../../core/reply-table.ts'
import type { Schema } from '../../core/schema.ts'
import type { Vocabulary, Word } from '../../core/word.ts'
import { DIAGNOSTIC_CODES } from '../../language/codes.ts'

/** What is called so, words apart from facts and so on; none for a name that nothing has. Builtins are not in it. */
export function pagesOf(name: string, vocabulary: Vocabulary): readonly string[] {
  const pages = [
    wordPage(name, vocabulary),
    operatorPage(name),
    factPage(name),
    hookPage(name),
    limitPage(name),
    codePage(name),
  ]
  return pages.filter((page) => page !== undefined)
}

function wordPage(name: string, { matchers, deliveries }: Vocabulary): string | undefined {
  const word: Word | undefined = matchers.get(name) ?? deliveries.get(name)
  if (!word) return undefined
  const finds =
    word.kind === 'matcher'
      ? Object.entries(word.finds ?? {}).map(([found, summary]) => `  ${name}.${found}  ${summary}`)
      : []
  return [
    `${word.kind === 'matcher' ? 'Word' : 'Delivery target'} ${name}: ${word.summary}`,
    '',
    'Options',
    ...Object.entries(word.options.properties ?? {}).map(([option, schema]) =>
      optionLine(option, schema, word.options.required ?? []),
    ),
    ...(finds.length > 0 ? ['', 'Finds', ...finds] : []),
    ...(word.kind === 'matcher'
      ? ['', `Known from stage ${word.stage}; unknown means ${word.onUnknown} unless the rule says otherwise`]
      : []),
    ...(word.reference === undefined ? [] : [`Reference: ${word.reference}`]),
  ].join('\n')
}

function optionLine(name: string, schema: Schema, required: readonly string[]): string {
  const kind = schema['x-list']
    ? `list of ${schema['x-list']}`
    : (schema.enum?.join(' | ') ?? (schema['x-path'] && 'path') ?? schema.format ?? schema.type ?? 'any')
  const fallback =
    schema.default === undefined
      ? required.includes(name)
        ? ', required'
        : ''
      : `, default ${JSON.stringify(schema.default)}`
  return `  ${name}  (${kind}${fallback})\n      ${schema.description ?? ''}`
}

function operatorPage(name: string): string | undefined {
  if (name === 'exists') return `Operator exists: ${EXISTS_SUMMARY}\n\nFor facts of every type`
  const operator = OPERATORS.get(name)
  return operator && `Operator ${name}: ${operator.summary}\n\nFor facts of type ${operator.types.join(', ')}`
}

function factPage(name: string): string | undefined {
  const fact = findFact(name)?.definition ?? FACTS.find((one) => one.name === name)
  return (
    fact &&
    `Fact ${fact.name}: ${fact.summary}\n\nType ${fact.type}, known from stage ${fact.stage}\nOperators: ${operatorsOf(elementType(fact.type)).join(', ')}`
  )
}

function hookPage(name: string): string | undefined {
  if (!isHook(name)) return undefined
  const rows = Object.entries(REPLY_TABLE[name]).map(
    ([code, { meaning, reply, close }]) =>
      `  ${code.padEnd(20)} ${meaning}${reply ? `: ${reply.code} ${reply.status ?? ''} ${reply.text}` : ''}${close ? ', and the session ends' : ''}`,
  )
  return [`Hook ${name}: ${HOOK_TABLE[name].summary}`, '', 'Return codes', ...rows].join('\n')
}

function limitPage(name: string): string | undefined {
  const limit = Object.entries(LIMITS).find(([known]) => known === name)?.[1]
  return limit && `Limit ${name}: ${limit.summary}\n\nDefault ${limit.default} ${limit.unit}, at least ${limit.minimum}`
}

function codePage(name: string): string | undefined {
  const meaning = Object.entries(DIAGNOSTIC_CODES).find(([code]) => code === name.toUpperCase())
  return meaning && `Diagnostic ${meaning[0]}: ${meaning[1]}`
}

/** `postern docs NAME`: documentation of a builtin, word, fact, hook, limit or diagnostic code, made from its source. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { elementType } from '../../compiler/comparison.ts'
import { OPERATORS, operatorsOf } from '../../compiler/operators.ts'
import { FACTS, findFact } from '../../core/facts.ts'
import { HOOK_TABLE, isHook } from '../../core/hook.ts'
import { LIMITS } from '../../core/limits.ts'
import { REPLY_TABLE } from '../../core/reply-table.ts'
import type { Schema } from '../../core/schema.ts'
import type { Word } from '../../core/word.ts'
import { DIAGNOSTIC_CODES } from '../../language/codes.ts'
import { suggest } from '../../language/suggest.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import type { Shell } from '../shell.ts'
import { builtinsMarkdown, pluginPage } from '../plugin-page.ts'
import { readBuiltin } from '../read-builtin.ts'
import { builtinFiles, VOCABULARY } from '../wiring.ts'

export function addDocs(program: Command, { terminal }: Shell): void {
  program
    .command('docs')
    .description('Show the documentation of a builtin, word, operator, fact, hook, limit or diagnostic code')
    .argument('[name]', 'such as dnsbl, remote_ip, rcpt, in_list or CFG101')
    .option('--write <directory>', 'write builtins.md there')
    .addHelpText('after', '\nExamples:\n  $ postern docs badmailfrom\n  $ postern docs CFG101\n')
    .action(async (name: string | undefined, { write }: { write?: string }) => {
      if (write !== undefined) {
        await writeFile(join(write, 'builtins.md'), await builtinsMarkdown())
        return
      }
      if (name === undefined) throw new CommandError('name what to show, such as `postern docs dnsbl`', EXIT.usage)
      terminal.print(await pageOf(name))
    })
}

async function pageOf(name: string): Promise<string> {
  const builtin = await builtinPage(name)
  const pages = [wordPage(name), operatorPage(name), factPage(name), hookPage(name), limitPage(name), codePage(name)]
  const found = [builtin, ...pages].filter((page) => page !== undefined)
  if (found.length === 0) throw new CommandError(notFound(name), EXIT.findings)
  return found.join('\n\n')
}

function notFound(name: string): string {
  const names = [
    ...builtinFiles().keys(),
    ...VOCABULARY.matchers.keys(),
    ...VOCABULARY.deliveries.keys(),
    ...OPERATORS.keys(),
    ...FACTS.map((fact) => fact.name),
    ...Object.keys(HOOK_TABLE),
    ...Object.keys(DIAGNOSTIC_CODES),
  ]
  const near = suggest(name, names)
  return `nothing is called \`${name}\`${near ? `; did you mean \`${near}\`?` : '; `postern list builtins` shows the builtins'}`
}

async function builtinPage(name: string): Promise<string | undefined> {
  const path = builtinFiles().get(name)
  return path === undefined ? undefined : pluginPage(await readBuiltin(path))
}

function wordPage(name: string): string | undefined {
  const word: Word | undefined = VOCABULARY.matchers.get(name) ?? VOCABULARY.deliveries.get(name)
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
    : (schema.enum?.join(' | ') ?? schema.format ?? schema.type ?? 'any')
  const fallback =
    schema.default === undefined
      ? required.includes(name)
        ? ', required'
        : ''
      : `, default ${JSON.stringify(schema.default)}`
  return `  ${name}  (${kind}${fallback})\n      ${schema.description ?? ''}`
}

function operatorPage(name: string): string | undefined {
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

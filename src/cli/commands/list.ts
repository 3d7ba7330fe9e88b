/** `postern list`: what there is to write rules with. */
import { Argument, type Command } from 'commander'
import { operatorsOf } from '../../compiler/rules/operators.ts'
import { elementType } from '../../compiler/rules/comparison.ts'
import { FACTS } from '../../core/facts.ts'
import { HOOK_TABLE, HOOKS } from '../../core/hook.ts'
import { LIMITS } from '../../core/limits.ts'
import { LIST_KINDS } from '../../core/list.ts'
import { REPLY_TABLE } from '../../core/reply-table.ts'
import { DIAGNOSTIC_CODES } from '../../language/codes.ts'
import { shownPlaces } from '../find-files.ts'
import { readBuiltin } from '../documentation/read-builtin.ts'
import type { Shell } from '../shell.ts'
import { painter, type Terminal } from '../terminal.ts'
import { builtinFiles, VOCABULARY } from '../wiring.ts'

type Row = readonly string[]

const TABLES: Readonly<Record<string, (site: string, terminal: Terminal) => Promise<readonly Row[]>>> = {
  hooks: async () => HOOKS.map((hook) => [hook, Object.keys(REPLY_TABLE[hook]).join(' '), HOOK_TABLE[hook].summary]),
  facts: async () =>
    FACTS.map(({ name, type, stage, summary }) => [
      name,
      type,
      stage,
      `${summary} (${operatorsOf(elementType(type)).join(', ')})`,
    ]),
  words: async () =>
    [...VOCABULARY.matchers.values(), ...VOCABULARY.deliveries.values()].map(({ name, kind, summary }) => [
      name,
      kind,
      summary,
    ]),
  builtins: listBuiltins,
  lists: async () => Object.entries(LIST_KINDS),
  limits: async () =>
    Object.entries(LIMITS).map(([name, { default: value, unit, summary }]) => [name, `${value} ${unit}`, summary]),
  codes: async () => Object.entries(DIAGNOSTIC_CODES),
  rules: listRules,
}

export function addList(program: Command, { terminal }: Shell): void {
  program
    .command('list')
    .description(
      'List hooks with their return codes, facts, words, builtins, list kinds, limits, diagnostic codes, or the rules of a site',
    )
    .addArgument(new Argument('<what>', 'what to list').choices(Object.keys(TABLES)))
    .option('-s, --site <file>', 'the site whose rules they are', 'postern.yaml')
    .addHelpText('after', '\nExamples:\n  $ postern list hooks\n  $ postern list facts\n  $ postern list rules\n')
    .action(async (what: string, { site }: { readonly site: string }) => {
      const rows = (await TABLES[what]?.(site, terminal)) ?? []
      const paint = painter(terminal.color)
      terminal.print(
        aligned(rows)
          .map(([first = '', ...rest]) => [paint('bold', first), ...rest].join('  ').trimEnd())
          .join('\n'),
      )
    })
}

async function listBuiltins(): Promise<readonly Row[]> {
  const builtins = await Promise.all(
    [...builtinFiles()].map(async ([name, path]) => ({ name, file: await readBuiltin(path) })),
  )
  return builtins.map(({ name, file }) => [name, file.summary])
}

/** In the order in which they are asked. */
async function listRules(path: string, terminal: Terminal): Promise<readonly Row[]> {
  const { openSite } = await import('../open-site.ts')
  const { rulesInOrder } = await import('../../compiler/effective/rules.ts')
  const { outline } = await openSite(path, terminal)
  if (!outline) return []
  return HOOKS.flatMap((hook) =>
    rulesInOrder(outline, hook).map(({ plugin, rule }) => [`${plugin.name}/${rule.id}`, hook, shownPlaces(rule.at)]),
  )
}

/** Every column but the last padded to its widest cell. */
function aligned(rows: readonly Row[]): readonly Row[] {
  const width = (column: number): number => Math.max(...rows.map((row) => row[column]?.length ?? 0))
  return rows.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(width(column)))))
}

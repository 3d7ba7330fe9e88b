/** The TypeScript plugins of a site: loaded, their words joined with ours, their handlers in chains. */
import { findFact } from '../core/facts.ts'
import type { Hook } from '../core/hook.ts'
import type { Chain, Rule } from '../core/program.ts'
import { reasonOf } from '../core/reason.ts'
import type { Vocabulary, Word } from '../core/word.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import type { YamlNode } from '../language/node.ts'
import { type CodePlugin, setUpCodePlugin } from './code-plugin.ts'
import { compileEntry, type EntryUse, type SiteScope } from './plugin.ts'
import type { LoadEnvironment } from './load-environment.ts'
import { readText } from './read-file.ts'
import type { ResolvedEntry } from './resolve-entries.ts'
import { onTrial } from './rules/trial.ts'

export interface CodeEnvironment extends LoadEnvironment {
  /** Loads a TypeScript or JavaScript module. */
  readonly importModule: (path: string) => Promise<unknown>
  /** Bounds the time of a module and of its setup; without it they have all the time they want. */
  readonly guardCode?: CodeGuard
}

/** Answers with what `work` answers; rejects with LoadsTooLong when that is not there in time. */
export type CodeGuard = <T>(
  code: { readonly path: string; readonly milliseconds: number },
  work: () => Promise<T>,
) => Promise<T>

export class LoadsTooLong extends Error {
  constructor(milliseconds: number) {
    super(`it is not done after ${milliseconds} milliseconds (\`limits: { load_deadline: … }\`)`)
  }
}

/** By the entries that name them. */
export type Codes = ReadonlyMap<ResolvedEntry, CodePlugin>

/** `deadline`: for each plugin, in milliseconds. */
export async function setUpCode(
  resolved: readonly ResolvedEntry[],
  deadline: number,
  environment: CodeEnvironment,
): Promise<Codes> {
  const codes = new Map<ResolvedEntry, CodePlugin>()
  for (const one of resolved) {
    if (one.plugin.kind !== 'code') continue
    const plugin = await loadCode(one, { path: one.plugin.path, milliseconds: deadline }, environment)
    if (plugin) codes.set(one, plugin)
  }
  return codes
}

async function loadCode(
  { entry, suffix }: ResolvedEntry,
  code: { readonly path: string; readonly milliseconds: number },
  environment: CodeEnvironment,
): Promise<CodePlugin | undefined> {
  const { importModule, report, sources, guardCode = (_code, work) => work() } = environment
  const { path } = code
  const { use, at, args } = entry
  const text = await readText(path, at, environment)
  if (text === undefined) return undefined
  sources.set(path, text)
  try {
    const options: YamlNode = { kind: 'map', at, entries: args }
    return await guardCode(code, async () =>
      setUpCodePlugin(await importModule(path), { use, path, suffix, at, options, report }),
    )
  } catch (fault) {
    const message = `plugin \`${use}\` does not load: ${reasonOf(fault)}`
    report.add({ code: 'PLG001', at, message, ...(fault instanceof LoadsTooLong && { help: LOADS_TOO_LONG }) })
    return undefined
  }
}

const LOADS_TOO_LONG = 'look for an `await` that never ends, at its top level or in its `setup`'

/** The words of plugins beside those that are there; a name that is taken is reported. */
export function joinWords({ matchers, deliveries }: Vocabulary, codes: Codes, report: Report): Vocabulary {
  const joined = { matchers: new Map(matchers), deliveries: new Map(deliveries) }
  for (const [{ entry }, { name, words }] of codes)
    for (const word of words) {
      if (isTaken(word, joined)) {
        report.add({
          code: 'PLG002',
          at: entry.at,
          message: `plugin \`${name}\` brings a word \`${word.name}\`, and there is one already`,
          help: 'give it another name',
        })
      } else if (word.kind === 'matcher') joined.matchers.set(word.name, word)
      else joined.deliveries.set(word.name, word)
    }
  return joined
}

function isTaken({ kind, name }: Word, { matchers, deliveries }: Vocabulary): boolean {
  if (kind === 'delivery') return deliveries.has(name)
  return matchers.has(name) || findFact(name) !== undefined || ['any', 'all', 'not', 'always'].includes(name)
}

/** Scoped by its entry like any other plugin. */
export function codeChain(hook: Hook, rule: Rule, use: EntryUse & { readonly at: Span }, site: SiteScope): Chain {
  const { at } = use
  const { scope, exempt, mode = rule.mode, trial } = compileEntry(hook, use, site)
  const perRecipient = site.split.isRead({ hook, plugin: use.name })
  if (perRecipient) site.split.do({ hook, plugin: use.name, rule: undefined }, at, 'refuses')
  return {
    plugin: use.name,
    scope,
    rules: [onTrial({ ...rule, exempt, mode }, {}, trial)],
    ...(perRecipient && { perRecipient }),
  }
}

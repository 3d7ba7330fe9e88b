/**
 * Which findings bring a correction, as far as the tests' own mistakes show: fault files, examples of the
 * documentation, texts that YAML misreads.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { checkFiles } from '../../src/cli/check/check-files.ts'
import { type Diagnostic, Report, type Safety } from '../../src/language/diagnostic.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { YAML_CASES } from '../language/yaml-cases.ts'
import { codePages } from './diagnostic-pages.ts'
import { checkExample } from './diagnostics-page.ts'

const FAULTS = join(import.meta.dirname, 'faults')

/** What the page of a code says about its corrections; nothing where there is none. */
export function sentenceFor(safeties: ReadonlySet<Safety> = new Set()): string | undefined {
  const likely = safeties.has('unsafe')
  if (!safeties.has('safe')) return likely ? '`postern check --fix=all` corrects it where that is likely.' : undefined
  return `\`postern check --fix\` corrects it where that is certain${likely ? ', `--fix=all` where it is likely' : ''}.`
}

export async function fixableCodes(): Promise<ReadonlyMap<string, ReadonlySet<Safety>>> {
  const found = new Map<string, Set<Safety>>()
  for (const { code, fixes } of await allFindings())
    for (const { safety } of fixes) found.set(code, (found.get(code) ?? new Set()).add(safety))
  return found
}

async function allFindings(): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = []
  const faults = readdirSync(FAULTS).filter((name) => name.endsWith('.yaml'))
  for (const name of faults) found.push(...(await checkFiles([join(FAULTS, name)], () => undefined, {})).diagnostics)
  for (const { examples } of codePages())
    for (const example of examples.slice(0, -1)) found.push(...(await checkExample(example)))
  for (const { text } of YAML_CASES) {
    const report = new Report()
    parseYaml(text, 'case.yaml', report)
    found.push(...report.sorted())
  }
  return found
}

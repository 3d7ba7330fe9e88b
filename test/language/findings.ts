/** Findings as a test writes them: `error YML711 1:4-1:9 needs quotes`. */
import { type Diagnostic, Report } from '../../src/language/diagnostic.ts'
import type { YamlNode } from '../../src/language/node.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'

export interface Parsed {
  readonly node: YamlNode | undefined
  readonly report: Report
}

export const FILE = 'rules/test.yaml'

export function parse(text: string): Parsed {
  const report = new Report()
  return { node: parseYaml(text, FILE, report), report }
}

/** The tree of a text without mistakes. */
export function tree(text: string): YamlNode {
  const { node, report } = parse(text)
  if (!node || report.sorted().length > 0) throw new Error(findings(report).join('\n'))
  return node
}

export function findings(report: Report): readonly string[] {
  return report.sorted().map(finding)
}

function finding({ severity, code, range: { start, end }, label = '' }: Diagnostic): string {
  return `${severity} ${code} ${start.line}:${start.column}-${end.line}:${end.column} ${label}`.trim()
}

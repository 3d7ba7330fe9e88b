/** What a rule of the architecture is: a check with the way out, and examples that show it can fail. */
import type { SourceFile } from './source-file.ts'

export interface Finding {
  readonly path: string
  readonly line: number
  readonly message: string
}

/** Path and text of each file. */
export type Example = Readonly<Record<string, string>>

export interface Rule {
  readonly name: string
  /** The section of ARCHITECTURE.md that says so. */
  readonly section: string
  /** What to do about a finding. */
  readonly advice: string
  readonly check: (files: readonly SourceFile[]) => readonly Finding[]
  /** Each has a finding, at the place that is its key (`src/core/a.ts:1`). */
  readonly bad: Readonly<Record<string, Example>>
  readonly good: readonly Example[]
}

/** A check that looks at the files below a folder one at a time. */
export function eachFile(
  folder: string,
  look: (file: SourceFile) => Iterable<Omit<Finding, 'path'>>,
): (files: readonly SourceFile[]) => readonly Finding[] {
  return (files) =>
    files
      .filter(({ path }) => path.startsWith(folder))
      .flatMap((file) => Array.from(look(file), (found) => ({ path: file.path, ...found })))
}

export function describeFinding(rule: Rule, { path, line, message }: Finding): string {
  return `${path}:${line}: ${message}\n  ARCHITECTURE.md, "${rule.section}". ${rule.advice}`
}

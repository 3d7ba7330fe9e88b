/** Findings about lines of another program's files, by what becomes of mail without them. */
import type { DiagnosticCode } from '../../language/codes.ts'
import type { Report, Severity, Span } from '../../language/diagnostic.ts'

/** `stricter`: mail may be refused that the other program takes; `laxer`: mail may come in that it refuses. */
export type Effect = 'none' | 'stricter' | 'laxer'

const SEVERITY_OF: Readonly<Record<Effect, Severity>> = { none: 'info', stricter: 'warning', laxer: 'error' }

/** In a table of what becomes of the other program's words: nothing here stands in for it, and why. */
export interface AbsentRow {
  readonly absent: string
  readonly effect: Effect
  /** What to write in its place. */
  readonly instead?: string
}

export function absent(because: string, effect: Effect, instead?: string): AbsentRow {
  return { absent: because, effect, ...(instead !== undefined && { instead }) }
}

export interface LeftLine {
  readonly at: Span
  readonly effect: Effect
  readonly message: string
  /** What to type in its place. */
  readonly instead?: string | undefined
}

export class Findings {
  readonly #report: Report
  readonly #program: string

  /** `program` is its name in notes. */
  constructor(report: Report, program: string) {
    this.#report = report
    this.#program = program
  }

  /** Something that nothing here stands in for. */
  missing(line: LeftLine): void {
    this.#add('IMP001', line)
  }

  /** Something that is carried over otherwise, or needs not to be. */
  changed(line: LeftLine): void {
    this.#add('IMP002', line)
  }

  /** A line of a table or list. */
  entry(line: LeftLine): void {
    this.#add('IMP003', line)
  }

  copied(at: Span, name: string, copy: string): void {
    this.#report.add({
      code: 'IMP005',
      severity: 'info',
      at,
      message: `\`${name}\` cannot be used as it is; \`${copy}\` is a copy`,
    })
  }

  #add(code: DiagnosticCode, { at, effect, message, instead }: LeftLine): void {
    this.#report.add({
      code,
      severity: SEVERITY_OF[effect],
      at,
      message,
      notes: this.#notes(effect),
      ...(instead !== undefined && { help: instead }),
    })
  }

  #notes(effect: Effect): readonly string[] {
    if (effect === 'none') return []
    if (effect === 'stricter') return [`mail or logins may be refused that ${this.#program} takes`]
    return [`mail may come in that ${this.#program} refuses`]
  }
}

/** Diagnostics a line each: `file:line:column: error[CODE] message`, as editors and problem matchers read them. */
import type { Diagnostic } from './diagnostic.ts'
import { visible } from './display.ts'

/** No line end at the end. */
export function renderCompact(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map(line).join('\n')
}

function line({ file, range, severity, code, message, help }: Diagnostic): string {
  const hint = help === undefined ? '' : ` (${help.replaceAll('\n', '; ')})`
  return visible(`${file}:${range.start.line}:${range.start.column}: ${severity}[${code}] ${message}${hint}`)
}

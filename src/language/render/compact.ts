/** Diagnostics a line each: `file:line:column: error[CODE] message`, as editors and problem matchers read them. */
import { visible } from './display.ts'
import type { JsonDiagnostic } from './json.ts'

type Said = Pick<JsonDiagnostic, 'file' | 'range' | 'severity' | 'code' | 'message'> & { readonly help?: string }

/** No line end at the end. */
export function renderCompact(diagnostics: readonly Said[]): string {
  return diagnostics.map(line).join('\n')
}

function line({ file, range, severity, code, message, help }: Said): string {
  const hint = help ? ` (${help.replaceAll('\n', '; ')})` : ''
  return visible(`${file}:${range.start.line}:${range.start.column}: ${severity}[${code}] ${message}${hint}`)
}

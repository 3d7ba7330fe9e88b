/**
 * Files with mistakes, each with what is said about it at its end:
 *
 *     #= 5:16 CFG106 unknown fact or word `sender.domian` in a condition
 *     #= lists/pairs:4:3 LST602 `c@example.net` has no second column
 */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { shown } from '../../src/cli/find-files.ts'
import { checkFiles } from '../../src/cli/check/check-files.ts'
import type { Diagnostic } from '../../src/language/diagnostic.ts'

const MARK = '#= '

export function expectedIn(path: string): readonly string[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line.startsWith(MARK)).map((line) => line.slice(MARK.length))
}

/** What `postern check` finds, in order; places in other files name them. */
export async function findingsIn(path: string, directory: string): Promise<readonly string[]> {
  const { diagnostics } = await checkFiles([path], () => undefined, { isWhole: true })
  return diagnostics.map((diagnostic) => line(diagnostic, path, directory))
}

function line({ file, range, severity, code, message }: Diagnostic, path: string, directory: string): string {
  const where = file.endsWith(relative(directory, path)) ? '' : `${relative(directory, file)}:`
  const place = `${where}${range.start.line}:${range.start.column}`
  const text = message.replaceAll(`${shown(directory)}/`, '').replaceAll('\n', ' ')
  return `${place} ${severity === 'error' ? '' : `${severity} `}${code} ${text}`
}

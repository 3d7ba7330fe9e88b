/** Where the documentation is: with the program, and on the web as the package of one version brings it. */
import { readFileSync } from 'node:fs'
import { isDiagnosticCode } from '../../language/codes.ts'
import { packageFile } from '../package-files.ts'

export const HOME = 'https://www.npmjs.com/package/postern'

/** Of a file of the package, such as `docs/language.md`. */
export function webAddress(file: string, version: string): string {
  return `https://unpkg.com/postern@${encodeURIComponent(version.toWellFormed())}/${file}`
}

/** docs/diagnostics/CODE.md; undefined for a code that has none here. */
export function diagnosticPage(code: string): string | undefined {
  if (!isDiagnosticCode(code)) return undefined
  try {
    return readFileSync(packageFile(`docs/diagnostics/${code}.md`), 'utf8').trimEnd()
  } catch {
    return undefined
  }
}

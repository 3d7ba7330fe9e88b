/** The pages of diagnostics below docs/diagnostics, one for each code. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Example, examplesOf } from './diagnostics-page.ts'

const DOCS = join(import.meta.dirname, '../../docs')

export interface CodePage {
  /** What the file is called. */
  readonly code: string
  /** The first line. */
  readonly heading: string
  /** Before the first example. */
  readonly prose: string
  readonly examples: readonly Example[]
}

export function codePages(): readonly CodePage[] {
  const names = readdirSync(join(DOCS, 'diagnostics')).toSorted()
  return names.map((name) => {
    const text = readFileSync(join(DOCS, 'diagnostics', name), 'utf8')
    const [heading = ''] = text.split('\n', 1)
    return {
      code: name.replace(/\.md$/, ''),
      heading,
      prose: text.split(/^```/m, 1)[0] ?? '',
      examples: examplesOf(text),
    }
  })
}

/** The index. */
export function codeIndex(): string {
  return readFileSync(join(DOCS, 'diagnostics.md'), 'utf8')
}

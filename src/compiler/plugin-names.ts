/** Each plugin of a site has a name of its own: a second use of one has a number behind it. */
import type { Report, Span } from '../language/diagnostic.ts'
import { renameAt } from '../language/fix.ts'

export interface NamedPlugin {
  readonly name: string
  /** As the entry names it. */
  readonly use: string
  readonly at: Span
}

export function checkNames(plugins: readonly NamedPlugin[], report: Report): void {
  const seen = new Map<string, Span>()
  for (const { name, use, at } of plugins) {
    const first = seen.get(name)
    if (first) {
      const numbered = `${withoutNumber(use)}:${freeNumber(name, plugins)}`
      report.add({
        code: 'CFG109',
        at,
        message: `plugin \`${name}\` is loaded twice`,
        labels: [{ ...first, text: 'first loaded here' }],
        help: `a second one needs a number: \`${numbered}\``,
        fixes: renameAt(at, use, numbered, 'unsafe'),
      })
    } else seen.set(name, at)
  }
}

function withoutNumber(name: string): string {
  return name.replace(/:\d+$/, '')
}

function freeNumber(name: string, plugins: readonly NamedPlugin[]): number {
  const taken = new Set(plugins.map((one) => one.name))
  let number = 1
  while (taken.has(`${withoutNumber(name)}:${number}`)) number += 1
  return number
}

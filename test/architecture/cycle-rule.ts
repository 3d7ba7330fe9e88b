/** The rule about import cycles. Types may refer to each other inside core; nothing else may go round. */
import { targetOf } from './import-rules.ts'
import type { Finding, Rule } from './rule.ts'
import type { SourceFile } from './source-file.ts'
import { layerOf } from './tables.ts'

interface Edge {
  readonly to: string
  readonly line: number
}

type Graph = ReadonlyMap<string, readonly Edge[]>

function graphOf(files: readonly SourceFile[]): Graph {
  const counts = (file: SourceFile, type: boolean): boolean => !type || layerOf(file.path) !== 'core'
  return new Map(
    files.map((file) => [
      file.path,
      file.imports
        .filter(({ type }) => counts(file, type))
        .flatMap((one) => ({ to: targetOf(file, one) ?? '', line: one.line })),
    ]),
  )
}

/** Every import that leads back to a file whose imports are being followed: at least one per cycle. */
function findCycles(graph: Graph): Finding[] {
  const found: Finding[] = []
  const done = new Set<string>()
  const follow = (path: string, trail: readonly string[]): void => {
    if (done.has(path)) return
    const here = [...trail, path]
    for (const { to, line } of graph.get(path) ?? []) {
      const start = here.indexOf(to)
      if (start >= 0) found.push({ path, line, message: `closes a cycle: ${[...here.slice(start), to].join(' → ')}` })
      else follow(to, here)
    }
    done.add(path)
  }
  for (const path of graph.keys()) follow(path, [])
  return found
}

export const cycleRule: Rule = {
  name: 'imports do not go round',
  section: 'Layers',
  advice: 'Move what both files need to a third one.',
  check: (files) => findCycles(graphOf(files.filter(({ path }) => path.startsWith('src/')))),
  bad: {
    'src/core/b.ts:1': { 'src/core/a.ts': `import { b } from './b.ts'`, 'src/core/b.ts': `import { a } from './a.ts'` },
    'src/engine/c.ts:2': {
      'src/engine/a.ts': `import { b } from './b.ts'`,
      'src/engine/b.ts': `export * from './c.ts'`,
      'src/engine/c.ts': `\nimport type { A } from './a.ts'`,
    },
    'src/smtp/a.ts:1': { 'src/smtp/a.ts': `const self = await import('./a.ts')` },
  },
  good: [
    {
      'src/core/a.ts': `import type { B } from './b.ts'`,
      'src/core/b.ts': `import { a } from './a.ts'`,
    },
    {
      'src/smtp/a.ts': `import './b.ts'\nimport './c.ts'`,
      'src/smtp/b.ts': `import './c.ts'`,
      'src/smtp/c.ts': '',
    },
  ],
}

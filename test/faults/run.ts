/**
 * Fault injections: each does harm to a real server and prints one figure against its bar.
 *
 *     node test/faults/run.ts kill-9 [rounds]
 */
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

export interface Figure {
  /** What was measured, and how it ended. */
  readonly lines: readonly string[]
  /** Whether the bar was met. */
  readonly met: boolean
}

const HERE = dirname(fileURLToPath(import.meta.url))
const names = readdirSync(HERE)
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !['run.ts', 'server.ts'].includes(name))
  .map((name) => name.slice(0, -'.ts'.length))

const [name = '', ...args] = process.argv.slice(2)
if (names.includes(name)) {
  const { inject } = (await import(pathToFileURL(join(HERE, `${name}.ts`)).href)) as {
    inject: (args: readonly string[]) => Promise<Figure>
  }
  const { lines, met } = await inject(args)
  process.stdout.write(`${[`${name}: ${met ? 'met' : 'NOT MET'}`, ...lines.map((line) => `  ${line}`)].join('\n')}\n`)
  process.exitCode = met ? 0 : 1
} else {
  process.stderr.write(`Name a fault: ${names.join(', ')}\n`)
  process.exitCode = 2
}

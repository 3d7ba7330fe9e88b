/** No text ever meets a shell: programs are started with their arguments as a list, and nothing else starts programs. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

const SOURCES = fileURLToPath(new URL('../../src', import.meta.url))
/** Those that take a program and a list. `exec` and its like take a line for a shell. */
const WITHOUT_SHELL = ['execFile', 'fork', 'spawn', 'ChildProcess', 'SpawnOptions']
const IMPORT = /import (?:type )?\{([^}]*)\} from 'node:child_process'/g

interface Source {
  readonly path: string
  readonly text: string
}

/** `client.eval` is Redis's command: its script is a constant, and what came in is data beside it. */
function shellsIn({ path, text }: Source): readonly string[] {
  const named = [...text.matchAll(IMPORT)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.replace(/^\s*type\s/, '').trim()),
  )
  const imports = text.match(/child_process/g)?.length ?? 0
  return [
    ...named.filter((name) => name !== '' && !WITHOUT_SHELL.includes(name)).map((name) => `${path}: ${name}`),
    ...(imports > [...text.matchAll(IMPORT)].length ? [`${path}: another way to child_process`] : []),
    ...(/\bshell\s*:\s*(?:true|['"`])|\bnew Function\b|(?<!\bclient\.)\beval\s*\(/.test(text)
      ? [`${path}: a shell or an evaluation`]
      : []),
  ]
}

function sources(): readonly Source[] {
  return readdirSync(SOURCES, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.[jt]s$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(SOURCES.length), text: readFileSync(path, 'utf8') }))
}

describe('a shell', () => {
  it('is started nowhere', () => {
    const all = sources()
    assert.ok(all.some(({ text }) => text.includes('node:child_process')))
    assert.deepEqual(all.flatMap(shellsIn), [])
  })

  const bad = [
    `import { exec } from 'node:child_process'`,
    `import { spawn, execSync } from 'node:child_process'`,
    `import * as child from 'node:child_process'`,
    `const child = await import('node:child_process')`,
    `spawn(file, args, { shell: true })`,
    `const value = eval(text)`,
  ]
  for (const text of bad)
    it(`would be found in: ${text}`, () => assert.equal(shellsIn({ path: 'a.ts', text }).length, 1))
})

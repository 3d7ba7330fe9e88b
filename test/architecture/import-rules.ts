/** The rules about import lines: layers, endings, doors, Node's own modules. */
import { isBuiltin } from 'node:module'
import { join } from 'node:path/posix'
import { eachFile, type Rule } from './rule.ts'
import type { Import, SourceFile } from './source-file.ts'
import { DOORS, LAYERS, layerOf, mayTouchTheWorld, PURE_MODULES } from './tables.ts'

/** Where a relative import leads, from the root of the project; undefined for a library or a computed name. */
export function targetOf(file: SourceFile, { specifier }: Import): string | undefined {
  return specifier?.startsWith('.') ? join(file.path, '..', specifier) : undefined
}

function* importsOf(file: SourceFile): Iterable<Import & { readonly target: string }> {
  for (const one of file.imports) {
    const target = targetOf(file, one)
    if (target !== undefined) yield { ...one, target }
  }
}

const ENTRY = 'src/index.ts'

function whyNot(path: string, target: string, form: Import['form']): string | undefined {
  if (target === ENTRY) return 'imports the public entry from inside'
  const [from, to] = [layerOf(path), layerOf(target)]
  if (to === undefined) return undefined
  if (path === ENTRY) return form === 'export' || to === 'core' ? undefined : `the entry uses ${to} itself`
  if (from === undefined || LAYERS.indexOf(to) <= LAYERS.indexOf(from)) return undefined
  return `${from} imports ${to}, which stands below it`
}

const layers: Rule = {
  name: 'imports run upward only',
  section: 'Layers',
  advice: 'Move what both need to the higher layer, or take it as a parameter and let the command line wire it.',
  check: eachFile('src/', function* (file) {
    for (const { target, form, line, specifier } of importsOf(file)) {
      const why = whyNot(file.path, target, form)
      if (why !== undefined) yield { line, message: `${why} (${specifier})` }
    }
  }),
  bad: {
    'src/core/a.ts:1': { 'src/core/a.ts': `import { check } from '../language/check.ts'` },
    'src/engine/a.ts:2': { 'src/engine/a.ts': `\nimport type { Word } from '../vocabulary/word.ts'` },
    'src/smtp/a.ts:1': { 'src/smtp/a.ts': `export { serve } from '../server/serve.ts'` },
    'src/compiler/a.ts:1': { 'src/compiler/a.ts': `const a = await import('../cli/main.ts')` },
    'src/cli/a.ts:1': { 'src/cli/a.ts': `import { verdict } from '../index.ts'` },
    'src/index.ts:1': { 'src/index.ts': `import { compile } from './compiler/compile.ts'` },
  },
  good: [
    { 'src/cli/a.ts': `import { serve } from '../server/serve.ts'` },
    { 'src/core/a.ts': `import { b } from './b.ts'\nimport { c } from './c/d.ts'` },
    { 'src/index.ts': `import { verdict } from './core/verdict.ts'\nexport { compile } from './compiler/compile.ts'` },
  ],
}

const rooms: Rule = {
  name: 'every file stands in a layer',
  section: 'Layers',
  advice: 'Move it to the layer whose words it uses; only the public entry stands beside the layers.',
  check: eachFile('src/', function* ({ path }) {
    if (layerOf(path) === undefined && path !== ENTRY) yield { line: 1, message: 'belongs to no layer' }
  }),
  bad: { 'src/util.ts:1': { 'src/util.ts': '' }, 'src/helpers/a.ts:1': { 'src/helpers/a.ts': '' } },
  good: [{ 'src/index.ts': '', 'src/core/a.ts': '', 'src/language/parse/a.ts': '' }],
}

const endings: Rule = {
  name: 'relative imports name a .ts file below src, or a .js file that is there',
  section: 'Layers',
  advice: 'Node runs these files as they are, so an import names the file that is there; data comes in as a parameter.',
  check: (files) => {
    const plain = new Set(files.map(({ path }) => path).filter((path) => path.endsWith('.js')))
    return eachFile('src/', function* (file) {
      for (const { target, line, specifier } of importsOf(file)) {
        const isCode = target.endsWith('.ts') || plain.has(target)
        if (!target.startsWith('src/') || !isCode) yield { line, message: `imports ${specifier}` }
      }
    })(files)
  },
  bad: {
    'src/core/a.ts:1': { 'src/core/a.ts': `import { b } from './b.js'` },
    'src/core/b.ts:1': { 'src/core/b.ts': `import { c } from './c'` },
    'src/cli/a.ts:1': { 'src/cli/a.ts': `import manifest from '../../package.json' with { type: 'json' }` },
  },
  good: [
    { 'src/cli/postern.js': `import('./main.ts')` },
    { 'src/cli/postern.js': `import('./start.js')`, 'src/cli/start.js': '' },
  ],
}

function libraryOf(specifier: string): string {
  const [scope = '', name] = specifier.split('/')
  return scope.startsWith('@') ? `${scope}/${name}` : scope
}

function isBehindDoor(path: string, library: string): boolean {
  const doors = Object.hasOwn(DOORS, library) ? DOORS[library] : undefined
  return doors?.some((door) => (door.endsWith('/') ? path.startsWith(door) : path === door)) ?? false
}

const doors: Rule = {
  name: 'each third-party library has one door',
  section: 'Libraries',
  advice: 'Use what the door exports, or add to it there. A new library needs a line in the table and a reason.',
  check: eachFile('src/', function* ({ path, imports }) {
    for (const { specifier, line } of imports) {
      if (specifier === undefined || specifier.startsWith('.') || isBuiltin(specifier)) continue
      if (!isBehindDoor(path, libraryOf(specifier))) yield { line, message: `imports ${specifier} past its door` }
    }
  }),
  bad: {
    'src/compiler/a.ts:1': { 'src/compiler/a.ts': `import { parseDocument } from 'yaml'` },
    'src/core/a.ts:2': { 'src/core/a.ts': `\nimport type { Address4 } from 'ip-address'` },
    'src/smtp/a.ts:1': { 'src/smtp/a.ts': `import net from '@scope/net/socket.js'` },
    'src/cli/a.ts:1': { 'src/cli/a.ts': `const a = await import('constructor')` },
    'src/cli/b.ts:1': { 'src/cli/b.ts': `import { verdict } from 'postern'` },
  },
  good: [
    { 'src/language/ajv.ts': `import { Ajv } from 'ajv/dist/2020.js'` },
    { 'src/cli/commands/serve.ts': `import type { Command } from 'commander'` },
  ],
}

const nodeModules: Rule = {
  name: 'only the layers that touch the world import Node modules that do',
  section: 'Ports',
  advice: 'Take it as a port (src/core/ports.ts); the implementation goes to src/ports, server, delivery or attach.',
  check: eachFile('src/', function* ({ path, imports }) {
    if (mayTouchTheWorld(path)) return
    for (const { specifier, line } of imports) {
      if (specifier === undefined) yield { line, message: 'loads a module whose name is computed' }
      else if (isBuiltin(specifier) && !isPure(specifier)) yield { line, message: `imports ${specifier}` }
    }
  }),
  bad: {
    'src/core/a.ts:1': { 'src/core/a.ts': `import { readFileSync } from 'node:fs'` },
    'src/language/a.ts:1': { 'src/language/a.ts': `import { readFile } from 'node:fs/promises'` },
    'src/vocabulary/a.ts:1': { 'src/vocabulary/a.ts': `import type { Resolver } from 'node:dns'` },
    'src/smtp/a.ts:1': { 'src/smtp/a.ts': `import net from 'net'` },
    'src/engine/a.ts:1': { 'src/engine/a.ts': `import { setTimeout } from 'node:timers/promises'` },
    'src/testing/a.ts:1': { 'src/testing/a.ts': 'const plugin = await import(url)' },
    'src/index.ts:1': { 'src/index.ts': `import process from 'node:process'` },
  },
  good: [
    { 'src/core/a.ts': `import { createHash } from 'node:crypto'\nimport { posix } from 'node:path/posix'` },
    { 'src/ports/a.ts': `import { promises } from 'node:dns'`, 'src/cli/a.ts': 'await import(url)' },
  ],
}

function isPure(specifier: string): boolean {
  return PURE_MODULES.includes(specifier.replace(/^node:/, '').split('/')[0] ?? '')
}

export const IMPORT_RULES: readonly Rule[] = [layers, rooms, endings, doors, nodeModules]

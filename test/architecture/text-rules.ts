/** The rules about what stands in a file: the world as a global, size, opening words, escapes, and tests that test. */
import { eachFile, type Finding, type Rule } from './rule.ts'
import { lineAt, type SourceFile } from './source-file.ts'
import { MAX_LINES, mayTouchTheWorld } from './tables.ts'

function* matches(code: string, pattern: RegExp, message: (text: string) => string): Iterable<Omit<Finding, 'path'>> {
  for (const match of code.matchAll(pattern)) {
    yield { line: lineAt(code, match.index), message: message(match[0].replaceAll(/\s+/g, ' ')) }
  }
}

const WORLD = [
  /\bDate\s*\.\s*now\b/,
  /\bnew\s+Date\b\s*(?!\s*\(\s*[^\s)])/,
  /(?<!\bnew\s+|[.\w$]\s*)Date\s*\(/,
  /(?<![.\w$]\s*)(?:set|clear)(?:Timeout|Interval|Immediate)\b/,
  /\bAbortSignal\s*\.\s*timeout\b/,
  /(?<![.\w$]\s*)(?:process|performance)\s*\.\s*\w+/,
  /\bglobalThis\b/,
  /\bMath\s*\.\s*random\b/,
  /(?:\bawait|\breturn|=>|[=(,])\s*fetch\s*\(/,
]
const WORLD_GLOBALS = new RegExp(WORLD.map((pattern) => `(?:${pattern.source})`).join('|'), 'g')

const world: Rule = {
  name: 'only the layers that touch the world ask for the time, wait, or read the environment',
  section: 'Ports',
  advice: 'Take a Clock, a Resolver or a value as a parameter (src/core/ports.ts).',
  check: eachFile('src/', function* ({ path, code }) {
    if (!mayTouchTheWorld(path)) yield* matches(code, WORLD_GLOBALS, (text) => `uses ${text.trim()}`)
  }),
  bad: {
    'src/core/a.ts:1': { 'src/core/a.ts': 'const now = Date.now()' },
    'src/core/b.ts:2': { 'src/core/b.ts': '\nconst now = new Date()' },
    'src/core/c.ts:1': { 'src/core/c.ts': 'const now = new Date' },
    'src/core/d.ts:1': { 'src/core/d.ts': 'const now = Date()' },
    'src/engine/a.ts:1': { 'src/engine/a.ts': 'setTimeout(go, 5)' },
    'src/engine/b.ts:1': { 'src/engine/b.ts': 'const later = setImmediate' },
    'src/engine/c.ts:1': { 'src/engine/c.ts': 'const signal = AbortSignal.timeout(5)' },
    'src/language/a.ts:1': { 'src/language/a.ts': 'const home = process.env.HOME' },
    'src/language/b.ts:1': { 'src/language/b.ts': 'const text = `from ${process.cwd()}`' },
    'src/compiler/a.ts:1': { 'src/compiler/a.ts': 'const start = performance.now()' },
    'src/compiler/b.ts:1': { 'src/compiler/b.ts': 'const { process: p } = globalThis' },
    'src/vocabulary/a.ts:1': { 'src/vocabulary/a.ts': 'const lot = Math.random()' },
    'src/vocabulary/b.ts:1': { 'src/vocabulary/b.ts': `const page = await fetch('https://example.org')` },
  },
  good: [
    { 'src/core/a.ts': `// Date.now()\nconst at = new Date(now)\nconst text = 'process.env'` },
    { 'src/engine/a.ts': 'const now = clock.now()\nsocket.setTimeout(5)\nthis.process.next()' },
    { 'src/engine/b.ts': 'interface Source { readonly date: Date; fetch(name: string): string }' },
    { 'src/ports/a.ts': 'Date.now()', 'src/cli/a.ts': 'process.env', 'test/a.ts': 'setTimeout(go)' },
  ],
}

const long = 'a\n'.repeat(MAX_LINES + 1)

const size: Rule = {
  name: `a file has at most ${MAX_LINES} lines`,
  section: 'Style',
  advice: 'Split it along its subjects; 120 lines is the aim.',
  check: (files) =>
    files
      .filter(({ path }) => /^src\/.*\.[jt]s$|^builtins\/.*\.yaml$/.test(path))
      .map(({ path, text }) => ({ path, line: text.trimEnd().split('\n').length }))
      .filter(({ line }) => line > MAX_LINES)
      .map(({ path, line }) => ({ path, line, message: `has ${line} lines` })),
  bad: {
    [`src/core/a.ts:${MAX_LINES + 1}`]: { 'src/core/a.ts': long },
    [`builtins/queue/a.yaml:${MAX_LINES + 1}`]: { 'builtins/queue/a.yaml': long },
  },
  good: [{ 'src/core/a.ts': 'a\n'.repeat(MAX_LINES), 'docs/a.md': long, 'test/core/a.ts': long }],
}

const opening: Rule = {
  name: 'a file opens with what it is for',
  section: 'Style',
  advice: 'Begin with a doc comment for a caller: purpose, outside reference, what can go wrong.',
  check: eachFile('src/', function* ({ text }) {
    if (!/^(?:#!.*\n)?\/\*\*/.test(text)) yield { line: 1, message: 'does not open with a doc comment' }
  }),
  bad: {
    'src/core/a.ts:1': { 'src/core/a.ts': `import { b } from './b.ts'\n/** B. */` },
    'src/core/b.ts:1': { 'src/core/b.ts': '/* Copyright */' },
  },
  good: [{ 'src/core/a.ts': '/** Addresses. */', 'src/cli/a.js': '#!/usr/bin/env node\n/** Starts. */' }],
}

const escapes: Rule = {
  name: 'a type is not forced through unknown',
  section: 'Style',
  advice: 'Narrow the value with a test, or give the function the type it has.',
  check: eachFile('src/', ({ code }) => matches(code, /\bas\s+unknown\s+as\b/g, () => 'casts through unknown')),
  bad: { 'src/core/a.ts:2': { 'src/core/a.ts': 'const a =\n  b as unknown as number' } },
  good: [{ 'src/core/a.ts': '// as unknown as\nconst a = b as unknown' }],
}

const TEST_CALL = /(?<![.\w$])(?:test|it)(?:\.\w+)?\s*\(/
const FOCUS = /(?<![.\w$])(?:test|it|describe|suite)\s*\.\s*only\b|\bonly\s*:\s*true\b/g

function* lookAtTest({ path, code }: SourceFile): Iterable<Omit<Finding, 'path'>> {
  if (!path.endsWith('.test.ts')) return
  if (!TEST_CALL.test(code)) yield { line: 1, message: 'holds no test' }
  yield* matches(code, FOCUS, (text) => `runs alone (${text})`)
}

const tests: Rule = {
  name: 'a test file tests',
  section: 'Tests',
  advice: 'Call test() or it() of node:test, and leave no focus behind: it would hide every other test.',
  check: eachFile('test/', lookAtTest),
  bad: {
    'test/core/a.test.ts:1': { 'test/core/a.test.ts': `// test('a')\nassert.ok(/x/.test('x'))` },
    'test/core/b.test.ts:1': { 'test/core/b.test.ts': `it.only('b', () => {})` },
    'test/core/c.test.ts:2': { 'test/core/c.test.ts': `\ntest('c', { only: true }, () => {})` },
  },
  good: [{ 'test/core/a.test.ts': `test('a', () => {})`, 'test/support/a.ts': '' }],
}

export const TEXT_RULES: readonly Rule[] = [world, size, opening, escapes, tests]

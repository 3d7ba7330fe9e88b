/** docs/security-tests.md tells the truth: every attack and every limit has its row, every row names tests that exist. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { LIMITS } from '../../src/core/limits.ts'
import { titlesIn } from './titles.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/security-tests.md'), 'utf8')
const ATTACKS = 88

/** The cells of the table under a heading, without its head. */
function table(heading: string): readonly (readonly string[])[] {
  const section = PAGE.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

interface Named {
  readonly file: string
  readonly title: string
}

/** `file`: title, several of them with line breaks between; anything else is a sentence. */
function testsIn(cell: string): { readonly tests: readonly Named[]; readonly sentences: readonly string[] } {
  const parts = cell.split('<br>').map((part) => part.trim())
  const tests = parts.map((part) => /^`([^`]+)`: (.+)$/.exec(part))
  return {
    tests: tests.flatMap((found) => (found ? [{ file: found[1] ?? '', title: found[2] ?? '' }] : [])),
    sentences: parts.filter((_, index) => tests[index] === null),
  }
}

function isThere({ file, title }: Named): boolean {
  const path = join(ROOT, file)
  return existsSync(path) && titlesIn(path).has(title)
}

function assertTests(row: readonly string[]): void {
  const [name = ''] = row
  assert.ok(
    row.every((cell) => cell !== ''),
    `${name} has an empty cell`,
  )
  const missing = testsIn(row.at(-1) ?? '').tests.filter((test) => !isThere(test))
  assert.deepEqual(missing, [], `${name} names tests that are not there`)
}

const attacks = table('Attacks and faults')
const limits = table('Limits')
const bounds = table('Bounds')
const injections = table('Fault injections')

describe('attacks and faults', () => {
  it(`have the numbers 1 to ${ATTACKS}, each once, in order`, () =>
    assert.deepEqual(
      attacks.map(([number]) => Number(number)),
      Array.from({ length: ATTACKS }, (_, index) => index + 1),
    ))

  for (const row of attacks)
    it(`${row[0]}, ${row[1]}: its tests exist`, () => {
      assert.equal(row.length, 4)
      assertTests(row)
    })

  it('without a test are those that the page names', (test) => {
    const bare = attacks.filter(([, , , cell = '']) => testsIn(cell).tests.length === 0)
    for (const [number, attack, , cell] of bare) test.diagnostic(`no test: ${number} ${attack}: ${cell}`)
    const named = /^(\d+) of them have no test(?:: ([\d, ]+))?\.$/m.exec(PAGE)
    assert.equal(Number(named?.[1]), bare.length)
    assert.deepEqual(
      (named?.[2] ?? '').split(', ').filter((number) => number !== ''),
      bare.map(([number]) => number),
    )
  })
})

/** `row 7` at the start of a title. */
const ROW = /(?:it|test|describe)\(\s*['"`]row (\d+)\b/g

it('a test that says which row it holds is in that row', () => {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  const tests = files.filter((name) => name.endsWith('.test.ts')).map((name) => `test/${name}`)
  const said = tests.flatMap((file) =>
    Array.from(readFileSync(join(ROOT, file), 'utf8').matchAll(ROW), ([, row = '']) => ({ file, row })),
  )
  const cellOf = (row: string): string => attacks.find(([number]) => number === row)?.at(-1) ?? ''
  assert.ok(said.length > 0)
  assert.deepEqual(
    said.filter(({ file, row }) => !cellOf(row).includes(`\`${file}\``)),
    [],
  )
})

describe('limits', () => {
  it('have a row each, in their order', () =>
    assert.deepEqual(
      limits.map(([name]) => name),
      Object.keys(LIMITS).map((name) => `\`${name}\``),
    ))

  for (const row of limits)
    it(`${row[0]}: its tests exist`, () => {
      assertTests(row)
      assert.ok(testsIn(row.at(-1) ?? '').tests.length > 0, 'no test')
    })
})

describe('bounds', () => {
  it('are there', () => assert.ok(bounds.length > 0))

  for (const row of bounds)
    it(`${row[0]}: its tests exist`, () => {
      assert.equal(row.length, 4)
      assertTests(row)
    })
})

/** Where octets of clients, and of servers that are asked, arrive. */
const OUTER = ['attach', 'delivery', 'engine', 'ports', 'server', 'smtp', 'vocabulary']
const BOUND = /^(?:export )?const \[?([A-Z][A-Z_, ]*)\]? =/gm
const BOUND_NAME = /^(?:MOST|LONGEST|LARGEST|DEEPEST|BUFFER)(?:_|$)|_(?:BOUNDS|MEMORY)$/
/** What these bound nobody outside chooses: sizes of what people read, of what the site has written, of one timer. */
const OF_THE_SITE: ReadonlySet<string> = new Set([
  'LARGEST_BLOCK',
  'LARGEST_FILE',
  'LARGEST_VALUE',
  'LONGEST_SHOWN',
  'LONGEST_TIMER',
  'LONGEST_USER',
  'LONGEST_WAIT',
  'MOST_HEADERS',
  'MOST_ITERATIONS',
  'MOST_LOGGED',
  'MOST_NAMED',
  'MOST_PEERS',
  'MOST_PROBLEMS',
])

it('every bound in the outer layers has a row, or is no client’s to reach', () => {
  const named = OUTER.flatMap((folder) =>
    readdirSync(join(ROOT, 'src', folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .flatMap((name) => [...readFileSync(join(ROOT, 'src', folder, name), 'utf8').matchAll(BOUND)])
      .flatMap(([, names = '']) => names.split(', ')),
  ).filter((name) => BOUND_NAME.test(name))
  const rows = bounds.map(([name = '']) => name).join(' ')
  const bare = new Set(named.filter((name) => !OF_THE_SITE.has(name) && !new RegExp(`\`${name}[\`.]`).test(rows)))
  assert.deepEqual([...bare], [])
  assert.deepEqual(
    [...OF_THE_SITE].filter((name) => !named.includes(name)),
    [],
  )
})

it('every fault injection has a row', () => {
  const scripts = readdirSync(join(ROOT, 'test/faults')).filter((name) =>
    /^(?!run\.|server\.).*(?<!\.test)\.ts$/.test(name),
  )
  assert.deepEqual(
    injections.map(([name = '']) => name).toSorted(),
    scripts.map((name) => `\`${name.slice(0, -'.ts'.length)}\``).toSorted(),
  )
  for (const row of injections) assertTests(row)
})

describe('a title', () => {
  const source = `
    describe('suite', () => {
      it('plain isn\\'t', () => {})
      for (const name of ['one', 'two']) it(\`counts \${name}, always\`, () => {})
      for (const what of ['by name']) it(what, () => {})
    })
    it.skip('skipped', () => {})`
  const titles = titlesIn('a.test.ts', source)

  for (const title of ["plain isn't", 'counts one, always', 'suite › counts two, always', 'by name'])
    it(`is found: ${title}`, () => assert.ok(titles.has(title)))
  for (const title of ['plain', 'counts three, always', 'skipped', 'other › by name', 'suite'])
    it(`is not found: ${title}`, () => assert.ok(!titles.has(title)))

  it('of a transcript is its first line, of YAML a name', () => {
    assert.ok(titlesIn('a.txt', '# a line\nS: 220\n').has('a line'))
    assert.ok(titlesIn('a.yaml', 'cases:\n  - name: "a case"\n').has('a case'))
    assert.ok(!titlesIn('a.yaml', 'cases:\n  - name: a case\n').has('case'))
  })
})

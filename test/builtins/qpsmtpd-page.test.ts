/** docs/qpsmtpd-plugins.md tells the truth: every plugin has its row, every builtin too, and what holds it exists. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { builtinFiles, packageFile } from '../../src/cli/wiring.ts'
import { cellsOf } from '../../src/compiler/import/differences.ts'
import { PLUGIN_TABLE } from '../../src/compiler/import/qpsmtpd/table/index.ts'
import { isBuiltin } from '../../src/compiler/import/qpsmtpd/table/row.ts'
import { titlesIn } from '../security/titles.ts'

const PAGE = readFileSync(packageFile('docs/qpsmtpd-plugins.md'), 'utf8')
const ABSENT = 'Not there'
const OURS = 'Builtins without an original'

/**
 * Without names in the import's table: pieces that no list of plugins names, and plugins that are known by their
 * purpose alone.
 */
const OTHERS = [
  'IDN support',
  'geo block',
  'captcha whitelist',
  'DNS-zone recipient validation',
  'ldap rcpt',
  'self-destructing addresses',
  'bounce regexps',
  'address_notes_aliases',
  'MIME content types',
  'cf_wrapper',
  'berkeley_operation',
  'registry.txt',
  'tls_cert',
  'karma_tool',
  'rcpt_ok_maxrelay',
  'temp_disable_connection',
  'rcpt_ok_child',
  'discard-mail',
  'QMQP forward',
]

interface Row {
  readonly section: string
  readonly names: readonly string[]
  readonly cells: readonly string[]
  /** Builtins that it links to. */
  readonly builtins: readonly string[]
}

const ROWS: readonly Row[] = PAGE.split(/^## /m)
  .slice(1)
  .flatMap((text) => {
    const [section = '', ...lines] = text.split('\n')
    return lines
      .filter((line) => line.startsWith('| '))
      .slice(1)
      .map((line) => rowOf(section, cellsOf(line)))
  })

function rowOf(section: string, cells: readonly string[]): Row {
  const [first = '', here = ''] = cells
  const names = first
    .replace(/ \(.*\)$/, '')
    .replaceAll('`', '')
    .split(', ')
  const linked = `${section === OURS ? first : here}`.matchAll(/\]\(\.\.\/builtins\/([\w/-]+)\.yaml\)/g)
  return { section, names, cells, builtins: Array.from(linked, ([, name = '']) => name) }
}

const PLUGINS = ROWS.filter(({ section }) => section !== OURS)

function rowsOf(name: string): readonly Row[] {
  return PLUGINS.filter(({ names }) => names.includes(name))
}

function testsOf(builtin: string): number {
  const { tests } = parse(readFileSync(packageFile(`builtins/${builtin}.yaml`), 'utf8')) as {
    tests?: readonly unknown[]
  }
  return tests?.length ?? 0
}

/** `file`: title, or `builtins/NAME.yaml`: a number of tests. What is wrong with it; undefined when it holds. */
function faultOf(named: string): string | undefined {
  const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(named) ?? []
  if (file === '' || !existsSync(packageFile(file))) return `no such file: ${named}`
  const count = /^(\d+) tests?$/.exec(title)?.[1]
  const builtin = /^builtins\/(.+)\.yaml$/.exec(file)?.[1]
  if (builtin !== undefined) {
    const there = testsOf(builtin)
    return count !== undefined && Number(count) > 0 && there === Number(count)
      ? undefined
      : `${named}: there are ${there}`
  }
  return titlesIn(packageFile(file)).has(title) ? undefined : `no such test: ${named}`
}

describe('a plugin of qpsmtpd', () => {
  for (const name of [...PLUGIN_TABLE.keys(), ...OTHERS])
    it(`${name} has its row`, () => assert.ok(rowsOf(name).length > 0, `${name} is missing in docs/qpsmtpd-plugins.md`))

  for (const [name, row] of PLUGIN_TABLE)
    if (isBuiltin(row))
      it(`${name} is imported as its row says`, () =>
        assert.ok(rowsOf(name).some(({ builtins }) => builtins.includes(row.builtin))))

  it('that is not there is no builtin', () => {
    const there = PLUGINS.filter(({ section }) => section === ABSENT).flatMap(({ names }) =>
      names.filter((name) => builtinFiles().has(name)),
    )
    assert.deepEqual(there, [], 'these are builtins by now: move their rows to where they belong')
  })
})

describe('a row', () => {
  for (const { section, names, cells, builtins } of ROWS)
    it(`${section}, ${names.join(', ')}: is whole, and names what there is`, () => {
      assert.equal(cells.length, section === ABSENT ? 2 : 3)
      assert.ok(cells.every((cell) => cell !== ''))
      assert.deepEqual(
        builtins.filter((name) => !builtinFiles().has(name)),
        [],
      )
      const links = Array.from(cells.join(' ').matchAll(/\]\(([\w./-]+)/g), ([, path = '']) => path)
      assert.deepEqual(
        links.filter((path) => !existsSync(join(packageFile('docs'), path))),
        [],
      )
      const named = section === ABSENT ? [] : (cells[2] ?? '').split('<br>')
      assert.deepEqual(
        named.map(faultOf).filter((fault) => fault !== undefined),
        [],
      )
    })
})

it('every builtin has a row, with its own tests where it has rules', () => {
  const rows = ROWS.filter(({ section }) => section !== ABSENT)
  const without = [...builtinFiles().keys()].filter(
    (name) =>
      !rows.some(({ cells, builtins }) =>
        testsOf(name) > 0 ? cells[2]?.includes(`\`builtins/${name}.yaml\``) : builtins.includes(name),
      ),
  )
  assert.deepEqual(without, [], `give them a row in docs/qpsmtpd-plugins.md, the last under "${OURS}"`)
})

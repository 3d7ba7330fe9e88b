/** What is made from the table of commands: the page about the command line, manual pages. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { EXIT_MEANINGS } from '../../src/cli/exit-code.ts'
import { runPostern } from '../support/run-postern.ts'
import { folder } from './folder.ts'

function printed(...args: readonly string[]): string {
  const { code, stdout, stderr } = runPostern(args)
  assert.equal(code, 0, stderr)
  return stdout
}

const COMMANDS = printed('completion', 'fish')
  .split('\n')
  .flatMap((line) => /__fish_use_subcommand -a (\S+)/.exec(line)?.[1] ?? [])

describe('docs/cli.md', () => {
  const page = readFileSync('docs/cli.md', 'utf8')

  it('has every command', () => {
    const described = [...page.matchAll(/^\| `postern ([a-z]+)/gm)].map(([, name]) => name ?? '')
    assert.deepEqual([...new Set(described)].toSorted(), COMMANDS.filter((name) => name !== 'help').toSorted())
  })

  it('has every exit code', () => {
    const rows = [...page.matchAll(/^\| (\d+) \| (.*) \|$/gm)].map(([, code, means]) => [Number(code), means])
    assert.deepEqual(rows, [...EXIT_MEANINGS])
  })
})

describe('manual pages', () => {
  it('are there for every command', async (test) => {
    const of = folder(test, {})
    const { code } = await of.postern(['man', '--write', 'man'])
    assert.equal(code, 0)
    for (const name of COMMANDS)
      assert.match(of.read(`man/postern-${name}.1`), new RegExp(`^\\.TH POSTERN\\\\-${name.toUpperCase()} 1 `))
    assert.match(of.read('man/postern.1'), /^\.SH EXIT STATUS$/m)
  })

  it('say what the help says', () => {
    const page = printed('man', 'check')
    for (const text of [
      '\\-\\-fail\\-on <severity>',
      'error, warning, info',
      'postern check \\-f github',
      '.SH EXIT STATUS',
    ])
      assert.ok(page.includes(text), text)
  })

  it('are good roff', {
    skip: spawnSync('man', ['--version']).error ? 'man is not installed' : false,
  }, async (test) => {
    const of = folder(test, {})
    await of.postern(['man', '--write', '.'])
    for (const name of COMMANDS) {
      const { status, stdout, stderr } = spawnSync('man', ['--warnings', '-E', 'UTF-8', '-l', '-'], {
        input: of.read(`postern-${name}.1`),
        encoding: 'utf8',
        env: { ...process.env, MANWIDTH: '80', LC_ALL: 'C.UTF-8' },
      })
      assert.deepEqual([status, stderr], [0, ''], name)
      assert.match(stdout, /EXIT STATUS/)
    }
  })

  it('are not made up', () => {
    assert.equal(runPostern(['man', 'nonsense']).code, 2)
  })
})

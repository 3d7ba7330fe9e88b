/** What is made from the table of commands: the page about the command line, completions in real shells, manual pages. */
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

function missing(program: string): string | false {
  return spawnSync(program, ['--version']).error ? `${program} is not installed` : false
}

/** What a shell says to a script; it must not complain. */
function told(shell: string, script: string): readonly string[] {
  const { stdout, stderr } = spawnSync(shell, ['-c', script], { encoding: 'utf8' })
  assert.equal(stderr, '')
  return stdout.trimEnd().split('\n')
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

describe('completion', () => {
  it('in bash knows commands, options, and what options take', () => {
    const complete = (...words: readonly string[]): readonly string[] => {
      const typed = words.map((word) => `'${word}'`).join(' ')
      const run = `COMP_WORDS=(postern ${typed}); COMP_CWORD=${words.length}; _postern; printf '%s\\n' "\${COMPREPLY[@]}"`
      return told('bash', `${printed('completion', 'bash')}\n${run}`)
    }
    assert.deepEqual(complete('che'), ['check'])
    assert.deepEqual(complete('check', '--fail'), ['--fail-on'])
    assert.deepEqual(complete('check', '--fail-on', ''), ['error', 'warning', 'info'])
    assert.deepEqual(complete('list', 'fac'), ['facts'])
    assert.deepEqual(complete('check', 'package.j'), ['package.json'])
    assert.deepEqual(complete('explain', '--eml', 'LIC'), ['LICENSE'])
  })

  it('in fish knows the same', { skip: missing('fish') }, () => {
    const script = printed('completion', 'fish')
    const complete = (line: string): readonly string[] =>
      told('fish', `${script}\ncomplete -C "postern ${line}"`).map((row) => row.split('\t')[0] ?? '')
    assert.deepEqual(complete('che'), ['check'])
    assert.deepEqual(complete('check --fail'), ['--fail-on'])
    assert.deepEqual(complete('check --fail-on '), ['error', 'info', 'warning'])
    assert.deepEqual(complete('list fac'), ['facts'])
  })

  it('in zsh can be read', { skip: missing('zsh') }, () => {
    const script = printed('completion', 'zsh')
    assert.deepEqual(told('zsh', `autoload -U compinit; compinit -D -u\n${script}\necho $_comps[postern]`), [
      '_postern',
    ])
  })

  it('knows three shells', () => {
    assert.equal(runPostern(['completion', 'csh']).code, 2)
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

  it('are good roff', { skip: missing('man') }, async (test) => {
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

/** Completion as bash, zsh and fish do it: each is asked what it offers behind a line. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { FORMAT_NAMES, FORMATS } from '../../src/cli/formats/index.ts'
import { DIAGNOSTIC_CODES } from '../../src/language/codes.ts'
import { runPostern } from '../support/run-postern.ts'
import { folder } from './folder.ts'

const FILES = {
  'postern.yaml':
    'hostname: mx.example.org\nlisten: [{ port: 2525 }]\nlocal_domains: [example.org]\nplugins: [./house.yaml]\n',
  'house.yaml': 'plugin: house\nhooks:\n  rcpt:\n    - { id: ours, match: always, return: OK }\n',
  'out/report.sarif': '',
  'other.sarif': '',
}

const OF_CHECK = FORMAT_NAMES.filter((name) => FORMATS[name].commands.some((command) => command === 'check'))

/** What a shell offers, sorted, behind the words of a line; the last may be half a word. */
type Complete = (line: string) => readonly string[]

function printed(shell: string): string {
  const { code, stdout, stderr } = runPostern(['completion', shell])
  assert.equal(code, 0, stderr)
  return stdout
}

function missing(program: string): string | false {
  return spawnSync(program, ['--version']).error ? `${program} is not installed` : false
}

/** Runs a script beside the files, where `postern` is this one; it must not complain. */
function told(
  test: TestContext,
  [program, ...flags]: readonly [string, ...(readonly string[])],
  more: Readonly<Record<string, string>> = {},
): (script: string) => readonly string[] {
  const { path } = folder(test, { ...FILES, ...more })
  writeFileSync(join(path, 'postern'), `#!/bin/sh\nexec '${process.execPath}' '${EXECUTABLE}' "$@"\n`)
  chmodSync(join(path, 'postern'), 0o755)
  return (script) => {
    const env = { ...process.env, PATH: `${path}:${process.env['PATH']}`, TERM: 'dumb' }
    const { stdout, stderr } = spawnSync(program, [...flags, '-c', script], { cwd: path, env, encoding: 'utf8' })
    assert.equal(stderr, '')
    return [...new Set(stdout.split(/\r?\n/))].filter((row) => row !== '').toSorted()
  }
}

const EXECUTABLE = join(import.meta.dirname, '../../src/cli/postern.js')

/** What all three must offer. */
function offersWhatCanStandThere(complete: Complete): void {
  assert.deepEqual(complete('che'), ['check'])
  assert.deepEqual(complete('check --fail'), ['--fail-on'])
  assert.deepEqual(complete('check --fail-on '), ['error', 'info', 'warning'])
  assert.deepEqual(complete('check --format '), OF_CHECK.toSorted())
  assert.deepEqual(complete('check -f sar'), ['sarif'])
  assert.deepEqual(complete('test -f lc'), ['lcov'])
  assert.deepEqual(complete('check -f lc'), [])
  assert.deepEqual(complete('bench -f '), ['json', 'pretty'])
  assert.deepEqual(complete('show --as '), ['dot', 'json', 'markdown', 'text'])
  assert.deepEqual(complete('show --rule '), ['house/ours'])
  assert.deepEqual(complete('explain -f '), ['json', 'ndjson', 'pretty', 'test'])
  assert.deepEqual(complete('check --select LST61'), ['LST610', 'LST611', 'LST612'])
  assert.deepEqual(
    complete('check --ignore FLW501 --ignore YM').filter((code) => code.length === 3),
    ['YML'],
  )
  assert.equal(complete('check --ignore ').length, Object.keys(DIAGNOSTIC_CODES).length + families().size)
  assert.deepEqual(
    complete('check --fix=').map((one) => one.replace('--fix=', '')),
    ['all', 'safe'],
  )
  assert.deepEqual(complete('init --template '), ['mx', 'relay', 'submission'])
  assert.deepEqual(complete('init --ci github git'), ['github', 'gitlab'])
  assert.deepEqual(complete('diff a b --gate no-new-'), ['no-new-accept', 'no-new-reject'])
  assert.deepEqual(complete('list fac'), ['facts'])
  assert.deepEqual(complete('docs earlyt'), ['earlytalker'])
  assert.deepEqual(complete('docs unrec'), ['unrecognized_command'])
  assert.deepEqual(complete('docs FLW50').length, 5)
  assert.deepEqual(complete('schema su'), ['suite'])
  assert.deepEqual(complete('man repl'), ['replay'])
  assert.deepEqual(complete('import post'), ['postfix'])
  assert.deepEqual(complete('explain --why-not '), ['house/ours'])
  assert.deepEqual(complete('explain --ip '), [])
  assert.deepEqual(complete('explain --eml hou'), ['house.yaml'])
  assert.deepEqual(complete('check hou'), ['house.yaml'])
}

function families(): ReadonlySet<string> {
  return new Set(Object.keys(DIAGNOSTIC_CODES).map((code) => code.slice(0, 3)))
}

/** zsh completes on a terminal only: one is typed to, and its offers are printed between two marks. */
const ASK_ZSH = `
zmodload zsh/zpty
zpty typed zsh -f -i
zpty -w typed "PROMPT=; source ./asked.zsh; print -r -- REA''DY"
while zpty -r typed row && [[ $row != READY* ]]; do :; done
zpty -w -n typed "postern LINE"$'\\t'
while zpty -r typed row && [[ $row != *BEGIN* ]]; do :; done
while zpty -r typed row && [[ $row != *END* ]]; do print -r -- \${row%$'\\r\\n'}; done
`

const ASKED_IN_ZSH = `
autoload -U compinit; compinit -C -d ./dump
source ./_postern
bindkey '^I' complete-word
begin() { print -r -- BEGIN }
finish() { print -r -- END; exit }
compprefuncs=(begin)
comppostfuncs=(finish)
compadd() {
  [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]] && { builtin compadd "$@"; return }
  local -a hits
  builtin compadd -O hits "$@"
  print -rl -- $hits
  builtin compadd "$@"
}
`

describe('completion', () => {
  it('in bash offers what can stand there', (test) => {
    const [script, ask] = [printed('bash'), told(test, ['bash', '--norc'])]
    const complete: Complete = (line) => {
      // As readline cuts a line: `=` is a word of its own.
      const words = `postern ${line}`
        .split(' ')
        .flatMap((word) => word.split(/(=)/).filter((part, index) => part !== '' || index === 0))
      const given = words.map((word) => `'${word}'`).join(' ')
      return ask(
        `${script}\nCOMP_WORDS=(${given}); COMP_CWORD=${words.length - 1}; _postern; printf '%s\\n' "\${COMPREPLY[@]}"`,
      )
    }
    offersWhatCanStandThere(complete)
    assert.deepEqual(complete('check -f sarif=oth'), ['other.sarif'])
    assert.deepEqual(complete('check -f sarif='), complete('check '))
    assert.deepEqual(complete('check --fail-on=e'), ['error'])
    assert.deepEqual(complete('init --ci=gith'), ['github'])
    assert.deepEqual(complete('import qpsmtpd o'), ['out'])
    assert.deepEqual(complete('explain -s nowhere.yaml --why-not '), [])
  })

  it('in fish offers what can stand there', { skip: missing('fish') }, (test) => {
    const [script, ask] = [printed('fish'), told(test, ['fish', '--no-config'])]
    const complete: Complete = (line) =>
      ask(`${script}\ncomplete -C "postern ${line}"`).map((row) => row.split('\t')[0] ?? '')
    offersWhatCanStandThere(complete)
    assert.deepEqual(complete('check -f sarif=oth'), ['sarif=other.sarif'])
    assert.deepEqual(complete('check -f sarif=out/'), ['sarif=out/report.sarif'])
    assert.deepEqual(complete('import qpsmtpd o'), ['out/'])
  })

  it('in zsh offers what can stand there', { skip: missing('zsh') }, (test) => {
    const ask = told(test, ['zsh', '-f'], { _postern: printed('zsh'), 'asked.zsh': ASKED_IN_ZSH })
    const complete: Complete = (line) => ask(ASK_ZSH.replace('LINE', () => line))
    offersWhatCanStandThere(complete)
    assert.deepEqual(complete('check -f sarif=oth'), ['other.sarif'])
    assert.deepEqual(complete('import qpsmtpd o'), ['out'])
  })

  it('knows three shells', () => {
    assert.equal(runPostern(['completion', 'csh']).code, 2)
  })
})

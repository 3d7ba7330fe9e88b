/** What other programs read of this repository: hooks for pre-commit, the action for GitHub. */
import assert from 'node:assert/strict'
import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { parse } from 'yaml'
import { runPostern } from '../support/run-postern.ts'
import { type Folder, folder } from './folder.ts'
import { commitAll } from './git.ts'

interface Hook {
  readonly id: string
  readonly entry: string
  readonly files?: string
  readonly pass_filenames?: boolean
}

interface Step {
  readonly name?: string
  readonly run?: string
  readonly env?: Readonly<Record<string, string>>
}

const HOOKS = parse(readFileSync('.pre-commit-hooks.yaml', 'utf8')) as readonly Hook[]
const ACTION = parse(readFileSync('action.yml', 'utf8')) as {
  readonly inputs: Readonly<Record<string, { readonly description: string; readonly default: string }>>
  readonly runs: { readonly steps: readonly Step[] }
}

describe('the hooks for pre-commit', () => {
  it('run commands that there are', () => {
    assert.deepEqual(
      HOOKS.map(({ id }) => id),
      ['postern-fmt', 'postern-check', 'postern-test'],
    )
    for (const { entry } of HOOKS) {
      const [program, ...words] = entry.split(' ')
      assert.equal(program, 'postern')
      assert.equal(runPostern([...words, '--help']).code, 0, entry)
    }
  })

  it('run when rules or lists change', () => {
    for (const { files, id } of HOOKS.filter((hook) => hook.pass_filenames === false))
      for (const [path, runs] of [
        ['rules/house.yaml', true],
        ['lists/badhelo', true],
        ['README.md', false],
      ] as const)
        assert.equal(new RegExp(files ?? '').test(path), runs, `${id}: ${path}`)
  })

  it('are installed from what `npm pack` prints, which is the name of the package and nothing else', () => {
    assert.match(readFileSync('.npmrc', 'utf8'), /^foreground-scripts=false$/m)
  })

  const skip = spawnSync('pre-commit', ['--version']).error ? 'pre-commit is not installed' : false
  it('are a manifest', { skip }, () => {
    const { status, stdout } = spawnSync('pre-commit', ['validate-manifest', '.pre-commit-hooks.yaml'], {
      encoding: 'utf8',
    })
    assert.equal(status, 0, stdout)
  })
})

describe('the action', () => {
  const scripts = ACTION.runs.steps.filter(({ run }) => run !== undefined)

  it('fills nothing into its scripts: what comes in is the environment', () => {
    for (const { run = '' } of scripts) assert.doesNotMatch(run, /\$\{\{/)
  })

  it('uses all that it is given, and says what that is', () => {
    const used = new Set(
      scripts.flatMap(({ env = {} }) => Object.values(env)).map((one) => /inputs\.([a-z-]+)/.exec(one)?.[1]),
    )
    assert.deepEqual([...used].toSorted(compare), Object.keys(ACTION.inputs).toSorted(compare))
    for (const { description } of Object.values(ACTION.inputs)) assert.notEqual(description, '')
  })

  const [comparing, judging] = [scripts.filter(isComparing), scripts.filter((one) => !isComparing(one))]

  it('runs, whatever its inputs hold', (test) => {
    const of = runner(test, { 'with space/house.yaml': HOUSE })
    const inputs = {
      path: 'with space\n',
      sarif: 'out $(touch owned).sarif',
      junit: 'test.xml',
      'fail-under': '100',
      version: '$(touch owned)',
    }
    for (const step of judging) {
      const { status, stderr } = of.run(step, inputs)
      assert.equal(status, 0, stderr)
    }
    assert.equal(existsSync(join(of.path, 'owned')), false)
    assert.match(of.read('out $(touch owned).sarif'), /"version": ?"2\.1\.0"/)
    assert.match(of.read('test.xml'), /<testsuites/)
    for (const step of judging) assert.notEqual(of.run(step, { path: 'nowhere' }).status, 0)
  })

  it('counts what is new, and says what is decided differently', (test) => {
    const of = runner(test, { 'postern.yaml': SITE, 'house.yaml': WITH_AN_OLD_FINDING })
    commitAll(of)
    writeFileSync(join(of.path, 'house.yaml'), WITH_AN_OLD_FINDING.replaceAll('trap@', 'other@'))
    const [check] = judging
    assert.ok(check)
    const statusOf = (inputs: Inputs): number | null => of.run(check, { 'fail-on': 'info', ...inputs }).status
    assert.deepEqual([statusOf({}), statusOf({ base: 'HEAD' }), statusOf({ base: '$(touch owned)' })], [1, 0, 2])
    for (const step of comparing) {
      const { status, stdout, stderr } = of.run(step, { base: 'HEAD', gate: 'no-new-reject' })
      assert.match(stdout, /^### postern diff: 1 rule changed, /, stderr)
      assert.ok(of.read('summary.md').endsWith(stdout))
      assert.deepEqual([status, of.run(step, { base: 'HEAD' }).status], [1, 0])
    }
    assert.equal(existsSync(join(of.path, 'owned')), false)
  })
})

function isComparing({ name }: Step): boolean {
  return name === 'Compare'
}

type Inputs = Readonly<Record<string, string>>

interface Runner extends Folder {
  readonly run: (step: Step, inputs: Inputs) => SpawnSyncReturns<string>
}

/** What GitHub does with a step, and npx without a registry. */
function runner(test: TestContext, files: Readonly<Record<string, string>>): Runner {
  const of = folder(test, files)
  const bin = folder(test, {})
  const npx = `#!/bin/sh\nshift 2\nexec '${process.execPath}' '${join(process.cwd(), 'src/cli/postern.js')}' "$@"\n`
  writeFileSync(join(bin.path, 'npx'), npx, { mode: 0o755 })
  const run: Runner['run'] = ({ run: script = '', env = {} }, inputs) => {
    const given = Object.entries(env).map(([name, from]) => {
      const input = /inputs\.([a-z-]+)/.exec(from)?.[1] ?? ''
      return [name, inputs[input] ?? ACTION.inputs[input]?.default ?? ''] as const
    })
    return spawnSync('bash', ['-e', '-o', 'pipefail', '-c', script], {
      cwd: of.path,
      env: {
        ...process.env,
        GITHUB_STEP_SUMMARY: join(of.path, 'summary.md'),
        ...Object.fromEntries(given),
        PATH: `${bin.path}:${process.env['PATH']}`,
      },
      encoding: 'utf8',
    })
  }
  return { ...of, run }
}

function compare(one = '', other = ''): number {
  return one < other ? -1 : 1
}

const HOUSE = `plugin: house
hooks: { rcpt: [{ id: trap, match: { rcpt: trap@example.org }, return: DENY }] }
tests:
  - { name: a, given: { sender: a@b.example, rcpt: trap@example.org }, expect: { return: DENY } }
`
const SITE = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./house.yaml, rcpt_ok]\n'
const WITH_AN_OLD_FINDING = HOUSE.replace('[{', '[{ id: idle, match: { rcpt.user: nobody } }, {')

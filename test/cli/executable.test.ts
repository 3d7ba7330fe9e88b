/** The executable: refuses an old Node in one sentence, and hands main's exit code on. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, describe, it } from 'node:test'

const ROOT = join(import.meta.dirname, '../..')
const CLI = join(ROOT, 'src/cli')
const EXECUTABLE = join(CLI, 'postern.js')

interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

function run(node: string, args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', timeout: 60_000 })
  return { status, stdout, stderr }
}

/** A folder that looks like src/cli, with a main of the test's own. */
function withMain(body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'postern-executable-'))
  after(() => rmSync(folder, { recursive: true }))
  for (const name of ['postern.js', 'cache-directory.js']) cpSync(join(CLI, name), join(folder, name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(
    join(folder, 'main.ts'),
    `export async function run(argv: readonly string[]): Promise<number> { ${body} }`,
  )
  return join(folder, 'postern.js')
}

function assertRefusal(ended: Ended, version: string): void {
  assert.equal(ended.status, 3)
  assert.equal(ended.stdout, '')
  assert.match(ended.stderr, /^Postern needs Node 22\.18 or newer and was started by Node [^\n]*`npm ci`[^\n]*\.\n$/)
  assert.ok(ended.stderr.includes(`by Node ${version};`))
}

/** The first Node on the PATH that is too old for Postern, with its version. */
function oldNode(): { readonly path: string; readonly version: string } | undefined {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/bin', '/usr/bin']) {
    const path = join(folder, 'node')
    const version = existsSync(path) ? run(path, ['--version']).stdout.trim().slice(1) : ''
    if (/^(?:1[2-9]|2[01])\./.test(version)) return { path, version }
  }
  return undefined
}

describe('an old Node', () => {
  const pretend = (version: string): string =>
    `data:text/javascript,Object.defineProperty(process.versions, 'node', { value: '${version}' })`

  for (const version of ['12.22.12', '20.20.2', '22.17.1']) {
    it(`${version} is refused in one sentence`, () => {
      assertRefusal(run(process.execPath, ['--import', pretend(version), EXECUTABLE, 'check']), version)
    })
  }

  for (const version of ['22.18.0', '23.0.0', '24.1.0', '100.0.0']) {
    it(`${version} is none`, () => {
      const executable = withMain('return 0')
      assert.equal(run(process.execPath, ['--import', pretend(version), executable]).status, 0)
    })
  }

  const old = oldNode()
  it('can read the file', { skip: old === undefined && 'this machine has no old Node' }, () => {
    if (old !== undefined) assertRefusal(run(old.path, [EXECUTABLE, 'check']), old.version)
  })
})

describe('the executable', () => {
  it('passes the arguments on and ends with the exit code of main', () => {
    const executable = withMain('process.stdout.write(argv.join("|")); return argv.length')
    assert.deepEqual(run(process.execPath, [executable, 'check', '-f', 'json']), {
      status: 3,
      stdout: 'check|-f|json',
      stderr: '',
    })
  })

  it('ends after all output is written', () => {
    const executable = withMain('process.stdout.write("x".repeat(1_000_000)); return 1')
    const { status, stdout } = run(process.execPath, [executable])
    assert.deepEqual([status, stdout.length], [1, 1_000_000])
  })

  it('ends with 3, could not run, when main throws', () => {
    const { status, stdout, stderr } = run(process.execPath, [withMain('throw new Error("no disk")')])
    assert.deepEqual([status, stdout], [3, ''])
    assert.match(stderr, /Error: no disk/)
  })
})

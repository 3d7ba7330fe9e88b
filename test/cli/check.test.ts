/** `postern check`: what fails the run, what is shown, and where it goes. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { type Folder, folder } from './folder.ts'
import { readGithub, readJson } from './formats/read-formats.ts'

const WARNING = 'plugin: idle\nhooks: { rcpt: [{ id: idle, match: always }] }\n'
const ERRORS = `plugin: house
hooks:
  rcpt:
${[1, 2, 3].map((number) => `    - { id: r${number}, mach: always, return: DENY }\n`).join('')}`

function idle(context: TestContext): Folder {
  return folder(context, { 'idle.yaml': WARNING })
}

describe('the exit code', () => {
  it('is 1 from the severity on that is asked for', async (context) => {
    const { postern } = idle(context)
    for (const [code, ...args] of [
      [0],
      [1, '--fail-on', 'warning'],
      [1, '--fail-on', 'info'],
      [0, '--fail-on', 'warning', '--exit-zero'],
    ] as const)
      assert.equal((await postern(['check', ...args])).code, code, args.join(' '))
  })

  it('is 4 where there is nothing to check, unless that may be', async (context) => {
    const { postern } = folder(context, { 'values.yaml': 'a: 1\n' })
    const { code, stdout, stderr } = await postern(['check', '--exit-zero'])
    assert.deepEqual(
      [code, stdout, stderr],
      [
        4,
        '',
        'postern: nothing to check: no site, plugin, ruleset or suite here; a site has `plugins:`, a plugin begins with `plugin: NAME`\n',
      ],
    )
    assert.deepEqual(await postern(['check', '--allow-empty']), {
      code: 0,
      stdout: 'OK  0 files, 0 rules\n',
      stderr: '',
    })
  })
})

describe('a ruleset', () => {
  it('needs no list file by itself where its site says which one it is', async (context) => {
    const { postern } = folder(context, {
      'postern.yaml':
        'hostname: mx.example.org\nlisten: [{ port: 2525 }]\nplugins: [./set.yaml: { clients: [203.0.113.4] }]\n',
      'set.yaml':
        'ruleset: set\nparams: { clients: { list: ip, default: not-there } }\nplugins: [relay: { relayclients: "${clients}" }]\n',
    })
    assert.deepEqual((await postern(['check'])).stdout, 'OK  2 files, 3 rules\n')
  })
})

describe('standard output', () => {
  it('has findings with their lines, and how much was looked at', async (context) => {
    const { stdout } = await idle(context).postern(['check'])
    assert.match(stdout, /^warning\[CFG114\]: this rule does nothing\n --> idle\.yaml:2:23\n/)
    assert.match(stdout, /\nChecked 1 file, 1 rule: 0 errors, 1 warning\n$/)
  })

  it('has no more findings than are asked for, and a program gets all of them', async (context) => {
    const { postern } = folder(context, { 'house.yaml': ERRORS })
    const { stdout } = await postern(['check', '--max-diagnostics', '2'])
    assert.equal(stdout.match(/^error\[/gm)?.length, 2)
    assert.match(
      stdout,
      /^… and 1 finding more: `--max-diagnostics 3` shows all\nChecked .*: 3 errors, 0 warnings; --fix corrects 3$/m,
    )
    assert.equal(
      readJson((await postern(['check', '--max-diagnostics', '2', '-f', 'json'])).stdout).diagnostics.length,
      3,
    )
  })

  it('is pretty beside formats that have files', async (context) => {
    const { postern, read } = idle(context)
    const { stdout, code } = await postern(['check', '-f', 'sarif=a.sarif', '-f', 'compact=a.txt'])
    assert.deepEqual([code, stdout.split('\n').at(-2)], [0, 'Checked 1 file, 1 rule: 0 errors, 1 warning'])
    assert.match(read('a.txt'), /^idle\.yaml:2:23: warning\[CFG114\]/)
  })

  it('says the same wherever the folder lies', async (context) => {
    const args = ['check', '-f', 'json']
    const [here, there] = [idle(context), idle(context)]
    assert.equal((await here.postern(args)).stdout, (await there.postern(args)).stdout)
  })
})

describe('a format', () => {
  it('that is misspelt is suggested', async (context) => {
    const { code, stderr } = await idle(context).postern(['check', '-f', 'sarf'])
    assert.deepEqual([code, stderr], [2, 'postern: there is no format `sarf`; did you mean `sarif`?\n'])
  })

  it('whose file cannot be written is a failure, and standard output says so too', async (context) => {
    const { code, stdout, stderr } = await idle(context).postern([
      'check',
      '-f',
      'json',
      '-f',
      'junit=nowhere/test.xml',
    ])
    assert.equal(code, 3)
    assert.match(stderr, /^postern: nowhere\/test\.xml cannot be written: /)
    const { failure, summary } = readJson(stdout)
    assert.match(failure ?? '', /cannot be written/)
    assert.equal(summary.exit_code, 3)
  })

  it('cannot share a file or standard output with another', async (context) => {
    const { postern } = idle(context)
    assert.match((await postern(['check', '-f', 'json', '-f', 'sarif'])).stderr, /two formats for standard output/)
    assert.match((await postern(['check', '-f', 'json=a', '-f', 'sarif=a'])).stderr, /two formats for a/)
    assert.match((await postern(['check', '-f', 'tap'])).stderr, /`tap` is about tests/)
    assert.match((await postern(['check', '-f', 'json='])).stderr, /name a file behind `json=`/)
  })
})

describe('in GitHub Actions', () => {
  const env = { GITHUB_ACTIONS: 'true' }

  it('the log for people has annotations behind it', async (context) => {
    const lines = (await idle(context).postern(['check'], env)).stdout.trimEnd().split('\n')
    const [command] = readGithub(lines.at(-1) ?? '')
    assert.equal(lines.at(-2), 'Checked 1 file, 1 rule: 0 errors, 1 warning')
    assert.equal(command?.properties.get('title'), 'CFG114: A rule that does nothing')
  })

  it('a format that is asked for stands alone', async (context) => {
    const { postern } = idle(context)
    assert.match((await postern(['check', '-f', 'compact'], env)).stdout, /^idle\.yaml:2:23: [^\n]*\n$/)
    assert.equal(readGithub((await postern(['check', '-f', 'github'], env)).stdout.trimEnd()).length, 1)
    const { stdout } = await postern(['check', '-f', 'github=notes.txt', '-f', 'json'], env)
    assert.equal(readJson(stdout).summary.warning, 1)
  })

  it('the job summary gets everything, behind what is there', async (context) => {
    const { postern, read } = folder(context, { 'idle.yaml': WARNING, summary: 'Built.\n' })
    const { stdout } = await postern(['check', '-f', 'github'], { ...env, GITHUB_STEP_SUMMARY: 'summary' })
    assert.equal(readGithub(stdout.trimEnd()).length, 1)
    assert.match(read('summary'), /^Built\.\n### postern check: 1 file, 1 rule, 0 errors, 1 warning, 0 info\n/)
  })

  it('a job summary that would be too long is cut at a line', async (context) => {
    const { postern, read } = folder(context, { 'idle.yaml': WARNING, summary: `${'x'.repeat(1024 * 1024 - 200)}\n` })
    await postern(['check'], { ...env, GITHUB_STEP_SUMMARY: 'summary' })
    const written = read('summary')
    assert.ok(written.length <= 1024 * 1024)
    assert.ok(written.endsWith('The rest does not fit here; the log has it.\n'))
  })
})

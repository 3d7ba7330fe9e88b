/** Findings that comments allow, and findings that are not asked for. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { folder } from './folder.ts'
import { readJson, readNdjson, readSarif } from './formats/read-formats.ts'

const ALLOWED = `plugin: house
hooks:
  rcpt:
    # postern: allow CFG114 -- switched on next week
    - { id: a, match: always }
    - { id: b, match: always }
`

describe('a comment that allows a finding', () => {
  const files = { 'house.yaml': ALLOWED }

  it('takes it out of the report and counts it', async (context) => {
    const { postern } = folder(context, files)
    const { code, stdout } = await postern(['check', '--fail-on', 'warning'])
    assert.equal(code, 1)
    assert.match(stdout, /^ --> house\.yaml:6:13$/m)
    assert.match(stdout, /^Checked 1 file, 2 rules: 0 errors, 1 warning; 1 allowed by comments$/m)
    const { postern: clean } = folder(context, { 'house.yaml': ALLOWED.replace(/^.*id: b.*\n/m, '') })
    assert.deepEqual(await clean(['check', '--fail-on', 'info']), {
      code: 0,
      stdout: 'OK  1 file, 1 rule; 1 allowed by comments\n',
      stderr: '',
    })
  })

  it('is told to programs, with its reason', async (context) => {
    const { postern } = folder(context, files)
    const report = readJson((await postern(['check', '-f', 'json'])).stdout)
    assert.equal(report.summary.suppressed, 1)
    assert.deepEqual(
      report.suppressed?.map(({ finding, reason }) => [finding.code, finding.range.start.line, reason]),
      [['CFG114', 5, 'switched on next week']],
    )
    const lines = readNdjson((await postern(['check', '-f', 'ndjson'])).stdout.trimEnd())
    assert.equal(lines.filter(({ kind }) => kind === 'suppressed').length, 1)
    const [{ results }] = readSarif((await postern(['check', '-f', 'sarif'])).stdout).runs
    assert.deepEqual(
      results.map(({ suppressions }) => suppressions ?? []),
      [[], [{ kind: 'inSource', justification: 'switched on next week' }]],
    )
  })

  it('holds in list files too', async (context) => {
    const { postern } = folder(context, {
      'house.yaml':
        'plugin: house\nlists: { l: { file: lists/l, of: ip } }\nhooks: { rcpt: [{ id: a, match: { remote_ip: { in_list: l } }, return: DENY }] }\n',
      'lists/l': '192.0.2.1\n# postern: allow LST610 -- a line for each ticket\n192.0.2.1\n',
    })
    assert.equal((await postern(['check'])).stdout, 'OK  1 file, 1 rule, 1 list; 1 allowed by comments\n')
  })

  it('does not let a mistake through that keeps a server from starting', async (context) => {
    const { postern } = folder(context, {
      'house.yaml': ALLOWED.replace('allow CFG114', 'allow CFG101').replace('match: always', 'mach: always'),
    })
    const { code, stdout } = await postern(['check', '-f', 'compact'])
    assert.equal(code, 1)
    assert.match(stdout, /error\[CFG101\]/)
  })

  it('is not called unused while an error hides what it may be for', async (context) => {
    const unused = ALLOWED.replace('id: a, match: always', 'id: a, match: always, log: hello')
    const broken = unused.replace('id: b, match', 'id: b, mach')
    const codes = async (text: string): Promise<readonly string[]> => {
      const { postern } = folder(context, { 'house.yaml': text })
      return readJson((await postern(['check', '-f', 'json'])).stdout).diagnostics.map(({ code }) => code)
    }
    assert.deepEqual(await codes(unused), ['SUP002', 'CFG114'])
    assert.ok(!(await codes(broken)).includes('SUP002'))
  })

  it('says so too at the end of a file, where no line is below it', async (context) => {
    const { postern } = folder(context, { 'house.yaml': `${ALLOWED}# postern: allow CFG114 -- whatever comes\n\n` })
    assert.match((await postern(['check'])).stdout, /there is no `CFG114` below this comment that could be allowed/)
  })

  it('is deleted by --fix when nothing is left to allow', async (context) => {
    const { postern, read } = folder(context, {
      'house.yaml': ALLOWED.replace('match: always }\n    - { id: b', 'match: always, log: a }\n    - { id: b').replace(
        'id: b, match: always }',
        'id: b, match: always, log: b } # postern: allow CFG114 -- no more',
      ),
    })
    await postern(['check', '--fix'])
    assert.equal(
      read('house.yaml'),
      'plugin: house\nhooks:\n  rcpt:\n    - { id: a, match: always, log: a }\n    - { id: b, match: always, log: b }\n',
    )
  })
})

describe('--select and --ignore', () => {
  const files = { 'house.yaml': ALLOWED.replace('id: b,', 'id: b, colour: blue,') }

  it('take codes and what codes begin with, in any case', async (context) => {
    const { postern } = folder(context, files)
    const codes = async (...args: readonly string[]): Promise<string> =>
      readJson((await postern(['check', '-f', 'json', ...args])).stdout)
        .diagnostics.map(({ code }) => code)
        .join()
    assert.equal(await codes(), 'CFG101')
    assert.equal(await codes('--select', 'cfg'), 'CFG101')
    assert.equal(await codes('--select', 'FLW', '--select', 'YML'), '')
    assert.equal(await codes('--select', 'CFG', '--ignore', 'CFG101'), '')
    assert.equal(await codes('--ignore', 'CFG1'), '')
  })

  it('decide what fails the run', async (context) => {
    const { postern } = folder(context, files)
    assert.equal((await postern(['check', '--select', 'FLW'])).code, 0)
    assert.equal((await postern(['check', '--ignore', 'FLW'])).code, 1)
  })

  it('know all codes', async (context) => {
    const { postern } = folder(context, files)
    const { code, stderr } = await postern(['check', '--select', 'FLV501'])
    assert.deepEqual([code, stderr], [2, 'postern: no code begins with `FLV501`; did you mean `FLW501`?\n'])
  })
})

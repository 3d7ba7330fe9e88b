/** `postern test`: which tests run, what they cover, and how it ends. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { SavedReport } from '../../src/testing/report-shape.ts'
import { type Folder, folder } from './folder.ts'
import { readJson, readLcov } from './formats/read-formats.ts'

const HOUSE = `plugin: house
hooks:
  rcpt:
    - { id: trap, match: { rcpt: trap@example.org }, return: DENY }
    - { id: late, match: { sender.domain: late.example }, return: DENYSOFT }
tests:
  - { name: one, given: { sender: a@b.example, rcpt: trap@example.org }, expect: { rule: trap } }
  - { name: two, given: { sender: a@b.example, rcpt: x@example.org }, expect: { return: DECLINED } }
  - { name: three, given: { sender: a@b.example, rcpt: x@example.org }, expect: { return: DENY } }
  - { name: four, given: { sender: a@b.example, rcpt: x@example.org }, expect: { rule: none } }
`
const GREEN = HOUSE.replace('expect: { return: DENY }', 'expect: { return: DECLINED }')
const OTHER =
  'suite: other\nplugin: ./house.yaml\ntests:\n  - { name: five, given: { sender: a@b.example }, expect: { hook: mail } }\n'

function house(context: TestContext, text = GREEN, more: Readonly<Record<string, string>> = {}): Folder {
  return folder(context, { 'house.yaml': text, ...more })
}

async function report({ postern }: Folder, ...args: readonly string[]): Promise<SavedReport> {
  return readJson((await postern(['test', '-f', 'json', ...args])).stdout)
}

function names({ tests = [] }: SavedReport): string {
  return tests.map(({ name }) => name).join(' ')
}

async function part(files: Folder, shard: string, ...args: readonly string[]): Promise<string> {
  return names(await report(files, '--shard', shard, ...args))
}

describe('a selection', () => {
  it('has the tests that one of several filters names', async (context) => {
    const files = house(context, GREEN, { 'other.test.yaml': OTHER })
    assert.equal(names(await report(files)), 'one two three four five')
    assert.equal(names(await report(files, '--filter', 'two', '--filter', 'f')), 'two four five')
    assert.equal(names(await report(files, '--filter', 'other five')), 'five')
  })

  it('is split by shards into parts that are everything together', async (context) => {
    const files = house(context, GREEN, { 'other.test.yaml': OTHER })
    const parts = [await part(files, '1/3'), await part(files, '2/3'), await part(files, '3/3')]
    assert.deepEqual(parts, ['one four', 'two five', 'three'])
    assert.equal(await part(files, '2/2', '--filter', 'o'), 'two four')
  })

  it('that is empty is an exit code of its own, with the reason', async (context) => {
    const { postern } = house(context)
    const why = async (...args: readonly string[]): Promise<unknown[]> => {
      const { code, stdout, stderr } = await postern(['test', ...args])
      return [code, stdout, stderr]
    }
    assert.deepEqual(await why('--filter', 'x', '--filter', 'y'), [
      4,
      '',
      'postern: no test has `x` or `y` in its suite or name\n',
    ])
    assert.deepEqual(await why('--shard', '9/9'), [4, '', 'postern: no test in shard 9/9\n'])
    assert.deepEqual(await why('--shard', '9/9', '--allow-empty'), [0, '0 passed, 0 failed\n', ''])
    const skipped = house(context, GREEN.replaceAll('{ name:', '{ skip: not now, name:'))
    const { code, stderr } = await skipped.postern(['test'])
    assert.deepEqual([code, stderr], [4, 'postern: no test ran: all of them are skipped\n'])
    const none = await folder(context, { 'a.yaml': 'plugin: a\n' }).postern(['test'])
    assert.deepEqual([none.code, none.stderr.slice(0, 23)], [4, 'postern: no tests here:'])
  })

  it('is refused where it makes no sense', async (context) => {
    const { postern } = house(context)
    for (const shard of ['0/4', '5/4', '1', 'a/b', '1/0'])
      assert.equal((await postern(['test', '--shard', shard])).code, 2, shard)
    assert.match(
      (await postern(['test', '--shard', '1/2', '--fail-under', '90'])).stderr,
      /a shard covers a part of the rules/,
    )
    for (const percent of ['101', '-1', 'most', ''])
      assert.equal((await postern(['test', `--fail-under=${percent}`])).code, 2)
  })
})

describe('a run', () => {
  it('goes on behind a failure, unless it is told to stop', async (context) => {
    const files = house(context, HOUSE, { 'other.test.yaml': OTHER })
    assert.equal(names(await report(files)), 'one two three four five')
    const bailed = await report(files, '--bail')
    assert.equal(names(bailed), 'one two three')
    assert.deepEqual([bailed.summary.bailed, bailed.summary.exit_code], [true, 1])
    assert.match(
      (await files.postern(['test', '--bail'])).stdout,
      /^2 passed, 1 failed; stopped behind the first that failed$/m,
    )
  })

  it('counts what is skipped and what is to do apart', async (context) => {
    const text = HOUSE.replace('{ name: two', '{ skip: no list yet, name: two').replace(
      '{ name: three',
      '{ todo: "#12", name: three',
    )
    const { code, stdout } = await house(context, text).postern(['test', '-v'])
    assert.equal(code, 0)
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      '  house.yaml  2 passed, 1 skipped, 1 todo',
      '- house › two  house.yaml:8  skipped: no list yet',
      '- house › three  house.yaml:9  todo: #12',
      '2 passed, 0 failed, 1 skipped, 1 todo',
    ])
  })

  it('says which file is no text, and nothing of its own insides', async (context) => {
    const files = house(context)
    writeFileSync(join(files.path, 'latin.yaml'), Buffer.from('plugin: latin\nhooks: {} # m\xfcll\n', 'latin1'))
    const { code, stderr } = await files.postern(['test'])
    assert.deepEqual([code, stderr], [3, 'postern: latin.yaml:2 is not text in UTF-8\n'])
  })

  it('names files as the user would, also in reasons', async (context) => {
    const { stdout } = await house(context, HOUSE).postern(['test'])
    assert.match(stdout, /^✗ house › three {2}house\.yaml:9$/m)
    const broken = house(context, HOUSE.replace('rcpt: trap@example.org }, return', 'rcpt: "not an address" }, return'))
    const { tests = [] } = await report(broken)
    assert.match(tests[0]?.problems[0] ?? '', /^house\.yaml:4: /)
  })
})

describe('coverage', () => {
  it('is shown with places, also when tests fail', async (context) => {
    const { code, stdout } = await house(context, HOUSE).postern(['test', '--coverage'])
    assert.equal(code, 1)
    assert.deepEqual(stdout.trimEnd().split('\n').slice(-4), [
      '3 passed, 1 failed',
      'Coverage: rules 1/2 (50 %), conditions both ways 1/2, replies 1/2, lists 0/0',
      '  never matched  house.yaml:5  late',
      '  never hit      house.yaml:5:28  late  sender.domain: late.example',
    ])
  })

  it('is a gate', async (context) => {
    const { postern } = house(context)
    assert.equal((await postern(['test', '--fail-under', '50'])).code, 0)
    const { code, stdout } = await postern(['test', '--fail-under', '50.1%'])
    assert.deepEqual([code, stdout.trimEnd().split('\n').at(-1)], [1, 'Coverage is 50 %, and 50.1 % is asked for'])
    assert.equal((await postern(['test', '--fail-under', '50.1', '--exit-zero'])).code, 0)
  })

  it('is a gate for conditions, replies and lists too', async (context) => {
    const files = house(context)
    const { code, stdout } = await files.postern(['test', '--fail-under', '50', '--fail-under', 'conditions=60'])
    assert.deepEqual(
      [code, stdout.trimEnd().split('\n').at(-1)],
      [1, 'Coverage of conditions is 50 %, and 60 % is asked for'],
    )
    assert.equal((await files.postern(['test', '--fail-under', 'replies=50', '--fail-under', 'lists=100'])).code, 0)
    const compact = await files.postern(['test', '--fail-under', 'replies=51', '-f', 'compact'])
    assert.equal(compact.code, 1)
    const json = await report(files, '--fail-under', 'conditions=60')
    assert.deepEqual([json.coverage?.fail_under, json.coverage?.fail_under_conditions], [undefined, 60])
    assert.match(
      (await files.postern(['test', '--fail-under', 'words=5'])).stderr,
      /There are rules, conditions, replies, lists\./,
    )
  })

  it('is measured for lcov without more words', async (context) => {
    const [record] = readLcov((await house(context).postern(['test', '-f', 'lcov'])).stdout.trimEnd())
    assert.deepEqual(
      [record?.file, [...(record?.functions ?? [])]],
      [
        'house.yaml',
        [
          ['rcpt/trap', 1],
          ['rcpt/late', 0],
        ],
      ],
    )
  })

  it('counts plugins without tests, and what suites use wherever it lies, but no builtins', async (context) => {
    const site = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./rules/house.yaml, rcpt_ok]\n'
    const suite =
      'suite: all\nsite: ../postern.yaml\ntests: [{ name: a, given: { sender: a@b.example, rcpt: x@example.org }, expect: { rule: local-domain } }]\n'
    const files = folder(context, {
      'postern.yaml': site,
      'rules/house.yaml': GREEN.split('tests:')[0] ?? '',
      'tests/all.test.yaml': suite,
      'tests/idle.yaml': 'plugin: idle\nhooks: { rcpt: [{ id: idle, match: always, return: DENY }] }\n',
    })
    const covered = (await report(files, '--coverage', 'tests')).coverage?.files.map(({ file }) => file)
    assert.deepEqual(covered, ['rules/house.yaml', 'tests/idle.yaml'])
  })

  it('does not pass over a file that cannot be read', async (context) => {
    const files = house(context, GREEN, { 'broken.yaml': 'plugin: broken\nhooks: { rcpt: [\n' })
    assert.equal((await files.postern(['test'])).code, 0)
    const { summary, diagnostics } = await report(files, '--coverage')
    assert.deepEqual([summary.exit_code, diagnostics.map(({ file }) => file)], [1, ['broken.yaml']])
  })
})

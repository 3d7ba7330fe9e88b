/** `postern test --mutate`: what it says, how it ends, and what every format makes of it. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { SavedReport } from '../../src/testing/report-shape.ts'
import { type Folder, folder } from './folder.ts'
import { readJson } from './formats/read-formats.ts'

const HOUSE = `plugin: house
hooks:
  rcpt:
    - { id: trap, match: { rcpt: trap@example.org }, return: DENY }
tests:
  - { name: one, given: { sender: a@b.example, rcpt: trap@example.org }, expect: { rule: trap } }
  - { name: two, given: { sender: a@b.example, rcpt: x@example.org }, expect: { return: DECLINED } }
`
const CLOSE = HOUSE.replace('expect: { rule: trap }', 'expect: { rule: trap, return: DENY }')
const STATED = HOUSE.replace('return: DENY }', 'return: DENY, mutation: { accept: either will do } }')

function house(context: TestContext, text = HOUSE): Folder {
  return folder(context, { 'house.yaml': text })
}

async function report({ postern }: Folder, ...args: readonly string[]): Promise<SavedReport> {
  return readJson((await postern(['test', '--mutate', '-f', 'json', ...args])).stdout)
}

describe('survivors', () => {
  it('are shown with their place and the change, and fail the run', async (context) => {
    const { code, stdout } = await house(context).postern(['test', '--mutate'])
    assert.equal(code, 1)
    assert.deepEqual(stdout.trimEnd().split('\n'), [
      '2 passed, 0 failed',
      '✗ trap: `DENY` is DENYSOFT, and none of 2 tests that ask it notices  house.yaml:4:62',
      '    -     - { id: trap, match: { rcpt: trap@example.org }, return: DENY }',
      '    +     - { id: trap, match: { rcpt: trap@example.org }, return: DENYSOFT }',
      'Mutants: 3 run, 2 noticed, 1 survived, 0 accepted',
      '1 mutant survived, and 0 may',
    ])
  })

  it('may be so many', async (context) => {
    assert.equal((await house(context).postern(['test', '--mutate', '--max-survivors', '1'])).code, 0)
  })

  it('do not count where the rule says why', async (context) => {
    const { code, stdout } = await house(context, STATED).postern(['test', '--mutate'])
    assert.deepEqual(
      [code, stdout.trimEnd().split('\n').at(-1)],
      [0, 'Mutants: 3 run, 2 noticed, 0 survived, 1 accepted'],
    )
  })

  it('that do not exist make a reason idle, which is said', async (context) => {
    const text = STATED.replace('expect: { rule: trap }', 'expect: { rule: trap, return: DENY }')
    const { code, stdout } = await house(context, text).postern(['test', '--mutate'])
    assert.deepEqual([code, stdout.split('\n')[1]], [0, '- house.yaml:4  accepts nothing: either will do'])
  })

  it('are findings of formats that know nothing of them', async (context) => {
    const files = house(context)
    const said = async (format: string): Promise<string> =>
      (await files.postern(['test', '--mutate', '-f', format])).stdout
    assert.match(await said('compact'), /^house\.yaml:4:62: error\[mutant-survived\] `trap`: no test notices that/m)
    assert.match(await said('github'), /^::error file=house\.yaml,line=4.*title=mutant-survived/m)
    assert.match(await said('junit'), /failures="1"/)
    assert.match(await said('sarif'), /"ruleId":"mutant-survived"/)
    assert.match(await said('tap'), /^# mutants: 3 run/m)
    assert.match(await said('markdown'), /mutants: 3 run, 2 noticed/)
    assert.match(await said('ndjson'), /^\{"kind":"mutation","mutants":3/m)
    for (const format of ['gitlab', 'checkstyle']) assert.match(await said(format), /mutant-survived/)
  })
})

describe('a run with mutants', () => {
  it('that all die exits with 0', async (context) => {
    const { code, stdout } = await house(context, CLOSE).postern(['test', '--mutate'])
    assert.deepEqual([code, stdout], [0, '2 passed, 0 failed\nMutants: 3 run, 3 noticed, 0 survived, 0 accepted\n'])
  })

  it('has none where a test fails', async (context) => {
    const files = house(context, HOUSE.replace('DECLINED', 'DENY'))
    const { mutation, summary } = await report(files)
    assert.deepEqual([mutation, summary.exit_code], [undefined, 1])
  })

  it('is split by shards of mutants: every test runs in each', async (context) => {
    const files = house(context)
    const [one, two] = [await report(files, '--shard', '1/2'), await report(files, '--shard', '2/2')]
    assert.deepEqual(
      [one, two].map(({ summary, mutation }) => [summary.passed, mutation?.mutants, mutation?.left_out]),
      [
        [2, 2, 1],
        [2, 1, 2],
      ],
    )
  })

  it('leaves out what the selected tests do not touch', async (context) => {
    const { mutation } = await report(house(context), '--filter', 'none of them', '--allow-empty')
    assert.deepEqual([mutation?.mutants, mutation?.left_out], [0, 3])
  })

  it('is bounded', async (context) => {
    const { mutation } = await report(house(context), '--max-mutants', '1')
    assert.deepEqual([mutation?.mutants, mutation?.left_out], [1, 2])
  })

  it('can be reported again', async (context) => {
    const files = house(context)
    await files.postern(['test', '--mutate', '-f', 'json=r.json'])
    const again = await files.postern(['report', 'r.json'])
    assert.deepEqual([again.code, again.stdout], [1, (await files.postern(['test', '--mutate'])).stdout])
  })
})

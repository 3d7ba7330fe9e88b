/** However a command ends, each format is one valid document, and none of them changes the exit code. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FORMAT_NAMES, FORMATS, type FormatName } from '../../../src/cli/formats/index.ts'
import { folder } from '../folder.ts'
import { READERS, readJson } from './read-formats.ts'

const GOOD = `plugin: house
hooks: { rcpt: [{ id: trap, match: { rcpt: trap@example.org }, return: DENY }] }
tests:
  - name: the trap is shut
    given: { sender: a@example.net, rcpt: trap@example.org }
    expect: { rule: trap }
`
const WRONG = GOOD.replace('expect: { rule: trap }', 'expect: { return: OK, reply: "250 <ok> & done" }')
const BROKEN =
  'plugin: house\nhooks: { rcpt: [{ id: "b&d", mach: always, return: DENY }] }\ntests: [{ name: a, expect: {} }]\n'

interface Path {
  readonly what: string
  readonly files: Readonly<Record<string, string>>
  readonly args: readonly string[]
  readonly code: number
}

const PATHS: readonly Path[] = [
  { what: 'nothing found', files: { 'house.yaml': GOOD }, args: ['check'], code: 0 },
  { what: 'findings', files: { 'rules/50% é.yaml': BROKEN }, args: ['check'], code: 1 },
  { what: 'findings that may be', files: { 'a.yaml': BROKEN }, args: ['check', '--exit-zero'], code: 0 },
  { what: 'nothing to check', files: { 'a.txt': '' }, args: ['check'], code: 4 },
  { what: 'no such file', files: {}, args: ['check', 'nowhere.yaml'], code: 3 },
  { what: 'tests that hold', files: { 'house.yaml': GOOD }, args: ['test', '--coverage'], code: 0 },
  { what: 'tests that fail', files: { 'house.yaml': WRONG }, args: ['test', '--fail-under', '100'], code: 1 },
  { what: 'tests that cannot be read', files: { 'house.yaml': BROKEN }, args: ['test'], code: 1 },
  { what: 'no test selected', files: { 'house.yaml': GOOD }, args: ['test', '--filter', 'zzz'], code: 4 },
  { what: 'no such folder', files: {}, args: ['test', 'nowhere'], code: 3 },
]

function formatsOf(args: readonly string[]): readonly FormatName[] {
  return FORMAT_NAMES.filter(
    (name) => args[0] === 'test' || FORMATS[name].commands.some((command) => command === 'check'),
  )
}

describe('each format', () => {
  for (const { what, files, args, code } of PATHS) {
    it(`is a document where \`postern ${args.join(' ')}\` meets ${what}`, async (context) => {
      const { postern, read } = folder(context, files)
      const names = formatsOf(args)
      const ended = await postern([...args, ...names.flatMap((name) => ['-f', `${name}=out.${name}`]), '-f', 'json=-'])
      assert.equal(ended.code, code, ended.stderr)
      assert.equal(ended.stdout, read('out.json'))
      assert.equal(readJson(ended.stdout).summary.exit_code, code)
      for (const name of names) READERS[name](read(`out.${name}`).replace(/\n$/, ''))
      if (code === 3 || code === 4) assert.match(ended.stderr, /^postern: /)
    })
  }

  it('leaves standard output alone where the command line is wrong', async (context) => {
    const { postern } = folder(context, { 'house.yaml': GOOD })
    for (const args of [
      ['-f', 'json', '--fail-on', 'nothing'],
      ['-f', 'jsn'],
      ['-f', 'json', '-f', 'sarif'],
      ['-f', 'tap'],
    ]) {
      const { code, stdout, stderr } = await postern(['check', ...args])
      assert.deepEqual([code, stdout], [2, ''], args.join(' '))
      assert.notEqual(stderr, '')
    }
  })

  it('is on standard output alone too, and the exit code is the same', async (context) => {
    const { postern } = folder(context, { 'house.yaml': WRONG })
    for (const name of ['compact', 'sarif', 'junit', 'github', 'tap', 'lcov'] as const) {
      const { code, stdout } = await postern(['test', '-f', name])
      assert.equal(code, 1)
      READERS[name](stdout.replace(/\n$/, ''))
    }
  })
})

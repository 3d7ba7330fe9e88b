/** `postern fmt`: what it writes, what it only says, and what it leaves alone. */
import assert from 'node:assert/strict'
import { chmodSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { lineDiff } from '../../src/cli/for-people/line-diff.ts'
import { runPostern } from '../support/run-postern.ts'
import { folder } from './folder.ts'

const ROUGH = 'plugin:  house\nhooks:\n  rcpt:\n  - {id: trap,  match: always}   # all\n'
const SMOOTH = 'plugin: house\nhooks:\n  rcpt:\n    - { id: trap, match: always }   # all\n'

describe('fmt', () => {
  it('writes what changes, with the rights it had, and names it', async (test) => {
    const of = folder(test, { 'rough.yaml': ROUGH, 'smooth.yaml': SMOOTH })
    chmodSync(join(of.path, 'rough.yaml'), 0o640)
    const { code, stdout, stderr } = await of.postern(['fmt'])
    assert.deepEqual([code, stdout, stderr], [0, 'rough.yaml\n', '2 files, 1 changed\n'])
    assert.deepEqual([of.read('rough.yaml'), of.read('smooth.yaml')], [SMOOTH, SMOOTH])
    assert.equal(statSync(join(of.path, 'rough.yaml')).mode & 0o777, 0o640)
    assert.deepEqual(readdirSync(of.path), ['rough.yaml', 'smooth.yaml'])
  })

  it('writes through a link', async (test) => {
    const of = folder(test, { 'shared/house.yaml': ROUGH })
    symlinkSync('shared/house.yaml', join(of.path, 'house.yaml'))
    assert.equal((await of.postern(['fmt', 'house.yaml'])).code, 0)
    assert.equal(of.read('shared/house.yaml'), SMOOTH)
  })

  it('only says what would change when asked to', async (test) => {
    const of = folder(test, { 'rough.yaml': ROUGH })
    assert.deepEqual(await of.postern(['fmt', '--check']), {
      code: 1,
      stdout: 'rough.yaml\n',
      stderr: '1 file, 1 would change\n',
    })
    const shown = await of.postern(['fmt', '--diff'])
    const wanted = [
      '--- rough.yaml',
      '+++ rough.yaml',
      '@@ -1,4 +1,4 @@',
      '-plugin:  house',
      '+plugin: house',
      ' hooks:',
      '   rcpt:',
      '-  - {id: trap,  match: always}   # all',
      '+    - { id: trap, match: always }   # all',
      '',
    ]
    assert.deepEqual([shown.code, shown.stdout], [0, wanted.join('\n')])
    assert.equal(of.read('rough.yaml'), ROUGH)
  })

  it('leaves a file with a mistake alone, and says what is wrong', async (test) => {
    const of = folder(test, { 'bad.yaml': 'a:   1\n\tb: 2\n', 'rough.yaml': ROUGH })
    const { code, stdout, stderr } = await of.postern(['fmt'])
    assert.deepEqual([code, stdout], [1, 'rough.yaml\n'])
    assert.match(stderr, /^error\[YML\d+\]: .*\n --> bad\.yaml:2:1\n[^]*\n2 files, 1 changed, 1 with mistakes\n$/)
    assert.equal(of.read('bad.yaml'), 'a:   1\n\tb: 2\n')
  })

  it('has nothing to do where there are no files', async (test) => {
    assert.equal((await folder(test, {}).postern(['fmt'])).code, 4)
  })

  it('is a filter', () => {
    assert.deepEqual(runPostern(['fmt', '-'], ROUGH), { code: 0, stdout: SMOOTH, stderr: '' })
    assert.equal(runPostern(['fmt', '-'], 'a: [').code, 1)
  })

  it('finds our own files laid out', () => {
    const { code, stdout } = runPostern(['fmt', '--check', 'builtins', 'rules', 'examples'])
    assert.deepEqual([code, stdout], [0, ''])
  })
})

describe('a diff of lines', () => {
  const lines = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 })
    .map((all) => all.map((one) => `${one}\n`).join(''))

  it('makes the one text of the other', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => assert.equal(patched(before, lineDiff('x', before, after)), after)),
    )
  })
})

/** What patch(1) does, strictly. */
function patched(before: string, patch: string): string {
  const [from, to]: [string[], string[]] = [before.split('\n').slice(0, -1), []]
  let at = 0
  for (const line of patch.split('\n').slice(2)) {
    const place = /^@@ -(\d+),(\d+) /.exec(line)
    if (place) {
      const start = Number(place[2]) === 0 ? Number(place[1]) : Number(place[1]) - 1
      to.push(...from.slice(at, start))
      at = start
    } else if (line.startsWith('+')) to.push(line.slice(1))
    else {
      assert.equal(from[at], line.slice(1))
      if (line.startsWith(' ')) to.push(line.slice(1))
      at += 1
    }
  }
  return [...to, ...from.slice(at)].map((line) => `${line}\n`).join('')
}

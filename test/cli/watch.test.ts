/**
 * `postern test --watch`, `postern check --watch`: runs again when a file changes, and ends with 130 when the user has
 * had enough.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { folder } from './folder.ts'

const POSTERN = join(import.meta.dirname, '../../src/cli/postern.js')
const RED = `plugin: house
hooks: { rcpt: [{ id: trap, match: { rcpt: trap@example.org }, return: DENY }] }
tests:
  - { name: one, given: { sender: a@b.example, rcpt: trap@example.org }, expect: { return: OK } }
`
const GREEN = RED.replace('return: OK', 'return: DENY')

interface Heard {
  text: string
  waits: number
}

/** Until it has reported this, and waits for the so manieth time. */
async function until(child: ChildProcess, heard: Heard, report: RegExp, waits: number): Promise<void> {
  while (heard.waits < waits || !report.test(heard.text)) {
    assert.equal(child.exitCode, null, heard.text)
    const sooner = [child.stdout, child.stderr].map((stream) => once(stream ?? child, 'data'))
    await Promise.race([...sooner, once(child, 'exit')])
  }
}

function watch(context: TestContext, path: string, [command = '', ...args]: readonly string[]): [ChildProcess, Heard] {
  const child = spawn(process.execPath, [POSTERN, command, '--watch', ...args], { cwd: path })
  context.after(() => child.kill('SIGKILL'))
  const heard = { text: '', waits: 0 }
  child.stdout.on('data', (octets: Buffer) => (heard.text += octets.toString()))
  child.stderr.on(
    'data',
    (octets: Buffer) => (heard.waits += octets.toString().split('Waiting for a change').length - 1),
  )
  return [child, heard]
}

describe('a watched folder', () => {
  it('is tested again when a file changes, and left with 130', async (context) => {
    const { path } = folder(context, { 'house.yaml': RED })
    const [child, heard] = watch(context, path, ['test'])
    await until(child, heard, /0 passed, 1 failed/, 1)
    writeFileSync(join(path, 'house.yaml'), GREEN)
    await until(child, heard, /1 passed, 0 failed/, 2)
    child.kill('SIGINT')
    const [code] = (await once(child, 'exit')) as [number | null]
    assert.equal(code, 130)
  })

  it('is not tested again for what the run itself writes, and takes a file that is broken', async (context) => {
    const { path } = folder(context, { 'house.yaml': RED, 'other.txt': '' })
    const [child, heard] = watch(context, path, ['test', 'house.yaml', '-f', 'json=report.json'])
    await until(child, heard, /./, 1)
    writeFileSync(join(path, 'house.yaml'), `${RED}  - {`)
    await until(child, heard, /YML/, 2)
    writeFileSync(join(path, 'house.yaml'), GREEN)
    await until(child, heard, /1 passed, 0 failed/, 3)
    assert.equal(heard.waits, 3)
    child.kill('SIGINT')
    await once(child, 'exit')
  })
  it('is checked again, with the lists beside it', async (context) => {
    const list = 'plugin: house\nlists: { bad: { file: bad, of: domain } }\n'
    const rule = 'hooks: { rcpt: [{ id: bad, match: { sender.domain: { in_list: bad } }, return: DENY }] }\n'
    const { path } = folder(context, { 'house.yaml': list + rule, bad: 'a.example\n' })
    const [child, heard] = watch(context, path, ['check', '--fail-on', 'warning'])
    await until(child, heard, /OK /, 1)
    writeFileSync(join(path, 'bad'), 'a.example\na.example\n')
    await until(child, heard, /LST610/, 2)
    child.kill('SIGINT')
    assert.deepEqual((await once(child, 'exit'))[0], 130)
  })
})

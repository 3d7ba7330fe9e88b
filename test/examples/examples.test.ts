/** The examples are what newcomers copy: each is valid, passes its tests, and serves real mail. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { TRIPWIRE } from '../support/no-network.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => /^\d\d-/.test(name))

interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function postern(...args: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [...TRIPWIRE, 'src/cli/postern.js', ...args],
      { cwd: ROOT },
      (_, stdout, stderr) => {
        resolve({ code: child.exitCode ?? 3, stdout, stderr })
      },
    )
  })
}

test('the examples are in the order of a course', () => {
  assert.deepEqual(EXAMPLES, [
    '01-hello',
    '02-own-rules',
    '03-scores',
    '04-ruleset',
    '05-typescript-plugin',
    '06-recipient-policies',
    '07-behind-postfix',
    '08-questions',
  ])
})

for (const name of EXAMPLES) {
  test(`${name} has no finding`, async () => {
    const { code, stdout } = await postern('check', `examples/${name}`)
    assert.match(stdout, /^OK /)
    assert.equal(code, 0)
  })

  test(`${name} passes its tests`, async () => {
    const { code, stdout } = await postern('test', `examples/${name}`)
    assert.match(stdout, /^[1-9]\d* passed, 0 failed/)
    assert.equal(code, 0)
  })
}

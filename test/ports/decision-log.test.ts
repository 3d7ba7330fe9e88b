/** The decision log: lines of JSON, a new file when the old one has its size, and nothing that stops mail. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { openDecisionLog } from '../../src/ports/log/decision-log.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

function folder(test: TestContext): string {
  const root = temporaryDirectory(test)
  return root
}

const numbers = (file: string): number[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: number }).number)

describe('the decision log', () => {
  it('is one object a line, behind what was there', async (test) => {
    const file = join(folder(test), 'decisions.ndjson')
    writeFileSync(file, '{"number":0}\n')
    const log = openDecisionLog({ file, size: 1000, keep: 3 })
    log.write({ number: 1 })
    log.write({ number: 2, text: 'line\nend' })
    await log.close()
    assert.deepEqual(numbers(file), [0, 1, 2])
  })

  it('begins a new file at its size, keeps some old ones, and loses nothing on the way', async (test) => {
    const root = folder(test)
    const file = join(root, 'decisions.ndjson')
    const log = openDecisionLog({ file, size: 60, keep: 2 })
    for (let number = 1; number <= 12; number += 1) {
      log.write({ number })
      // Until the new file is there.
      do await new Promise((resolve) => setImmediate(resolve))
      while (!existsSync(file))
    }
    await log.close()
    assert.deepEqual(readdirSync(root).toSorted(), ['decisions.ndjson', 'decisions.ndjson.1', 'decisions.ndjson.2'])
    const kept = ['.2', '.1', ''].flatMap((suffix) => numbers(`${file}${suffix}`))
    assert.deepEqual(
      kept,
      kept.toSorted((one, other) => one - other),
    )
    assert.equal(kept.at(-1), 12)
  })

  it('goes on in a new file when somebody moved the old one away', async (test) => {
    const root = folder(test)
    const file = join(root, 'decisions.ndjson')
    const log = openDecisionLog({ file, size: 1000, keep: 1 })
    log.write({ number: 1 })
    rmSync(file)
    log.reopen()
    log.write({ number: 2 })
    await log.close()
    assert.equal(numbers(file).at(-1), 2)
  })

  it('that cannot be rotated goes on in the old file', async (test) => {
    const root = join(folder(test), 'gone')
    mkdirSync(root)
    const file = join(root, 'decisions.ndjson')
    const log = openDecisionLog({ file, size: 30, keep: 1 })
    rmSync(root, { recursive: true })
    for (let number = 1; number <= 6; number += 1) log.write({ number })
    await log.close()
    assert.equal(log.lost(), 0)
    assert.equal(existsSync(file), false)
  })

  const full = '/dev/full'
  it('on a full disk drops what does not fit and counts it', {
    skip: !existsSync(full) && `no ${full} here`,
  }, async () => {
    const log = openDecisionLog({ file: full, size: 1000, keep: 1 })
    const text = 'x'.repeat(1024 * 1024)
    for (let number = 1; number <= 20; number += 1) log.write({ number, text })
    assert.ok(log.lost() > 5, `${log.lost()} lost`)
    await log.close()
    assert.equal(log.lost(), 20)
  })
})

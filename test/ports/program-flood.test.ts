/** More messages at once than there should be scanners. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { it } from 'node:test'
import type { ProgramAnswer } from '../../src/core/ports.ts'
import { PROGRAM_BOUNDS, programRunner } from '../../src/ports/programs.ts'
import { systemClock } from '../../src/ports/system-clock.ts'

const MORE = 5
const END = 'end'

/** Each says by a file that it runs, until there is a file `end`. */
const SCRIPT = `const fs = require('node:fs'); const [directory] = process.argv.slice(1)
fs.writeFileSync(directory + '/' + process.pid, '')
const look = () => fs.existsSync(directory + '/${END}') ? 0 : setTimeout(look, 20)
look()`

function starter(directory: string) {
  const run = programRunner(systemClock())
  return (signal?: AbortSignal): Promise<ProgramAnswer> =>
    run({
      program: process.execPath,
      arguments: ['-e', SCRIPT, directory],
      input: [],
      milliseconds: 60_000,
      mostOutput: 1000,
      ...(signal && { signal }),
    })
}

it('are given to no more programs than may run, and each has its turn, or is told that it has none', async (test) => {
  const directory = mkdtempSync(join(tmpdir(), 'postern-programs-'))
  test.after(() => rmSync(directory, { recursive: true }))
  const start = starter(directory)
  const answers = Array.from({ length: PROGRAM_BOUNDS.most + MORE }, () => start())
  const late = new AbortController()
  const never = start(late.signal)
  late.abort()
  while (readdirSync(directory).length < PROGRAM_BOUNDS.most) await setTimeout(10)
  assert.equal(readdirSync(directory).length, PROGRAM_BOUNDS.most)
  writeFileSync(join(directory, END), '')
  for (const answer of await Promise.all(answers)) assert.deepEqual(answer, { kind: 'exit', code: 0, output: '' })
  assert.equal((await never).kind, 'failed')
  assert.equal(readdirSync(directory).length, PROGRAM_BOUNDS.most + MORE + 1)
})

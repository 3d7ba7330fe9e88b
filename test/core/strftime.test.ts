/** Times as strftime(3) has them: compared with date(1), which asks the C library. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { STRFTIME_LETTERS, strftime } from '../../src/core/strftime.ts'

/** One line for each letter but those that end a line or say the same as another. */
const FORMAT = [...STRFTIME_LETTERS]
  .filter((letter) => !'nt'.includes(letter))
  .map((letter) => `${letter}=%${letter}`)
  .join('|')

function byDate(seconds: readonly number[]): readonly string[] {
  const input = seconds.map((one) => `@${one}\n`).join('')
  const { stdout, status } = spawnSync('date', ['-f', '-', `+${FORMAT}`], {
    input,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  assert.equal(status, 0)
  return stdout.split('\n').slice(0, -1)
}

describe('strftime', () => {
  it('says what the C library says, at all times', () => {
    const times = fc.array(fc.integer({ min: 0, max: 4_000_000_000 }), { minLength: 20, maxLength: 40 })
    fc.assert(
      fc.property(times, (seconds) => {
        assert.deepEqual(
          seconds.map((one) => strftime(FORMAT, new Date(one * 1000))),
          byDate(seconds),
        )
      }),
      { numRuns: 10 },
    )
  })

  it('says it at the ends of days and years', () => {
    const seconds = [0, 86_399, 86_400, 951_782_400, 1_704_067_199, 1_704_067_200, 1_735_689_599]
    assert.deepEqual(
      seconds.map((one) => strftime(FORMAT, new Date(one * 1000))),
      byDate(seconds),
    )
  })

  it('leaves alone what it does not know, and what is not behind a percent sign', () => {
    assert.equal(strftime('%Q %é 100% %%Y a', new Date(0)), '%Q %é 100% %Y a')
  })

  it('puts nothing in twice', () => {
    assert.equal(strftime('%%%%d', new Date(0)), '%%d')
  })
})

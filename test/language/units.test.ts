/** Durations and sizes. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  formatDuration,
  formatSize,
  parseDuration,
  parseSize,
  suggestDuration,
  suggestSizes,
} from '../../src/language/units.ts'

const DAY = 86_400_000

describe('durations', () => {
  const cases: Readonly<Record<string, number | undefined>> = {
    '500ms': 500,
    '5s': 5000,
    '10m': 600_000,
    '2h': 7_200_000,
    '3d': 3 * DAY,
    '1w': 7 * DAY,
    '30': 30_000,
    '0': 0,
    '1.5h': 5_400_000,
    '5 s': 5000,
    ' 5s ': 5000,
    ten: undefined,
    '': undefined,
    '-5s': undefined,
    '5M': undefined,
    '5 minutes': undefined,
    '1h30m': undefined,
    '1e3': undefined,
    '99999999999999999w': undefined,
  }
  for (const [text, milliseconds] of Object.entries(cases)) {
    it(`${JSON.stringify(text)} is ${milliseconds}`, () => assert.equal(parseDuration(text), milliseconds))
  }

  it('are what was printed', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (one) => assert.equal(parseDuration(formatDuration(one)), one)))
  })

  it('are printed in the largest even unit', () => {
    assert.deepEqual([0, 1500, 90_000, 7_200_000, 7 * DAY].map(formatDuration), ['0ms', '1500ms', '90s', '2h', '1w'])
  })

  it('never throw', () => {
    fc.assert(fc.property(fc.string(), (text) => [undefined, 'number'].includes(kindOf(parseDuration(text)))))
  })

  it('in words are understood well enough to say what to type', () => {
    assert.deepEqual(['5 minutes', '10 Sec', '3 days', '2hrs', '5x'].map(suggestDuration), [
      '5m',
      '10s',
      '3d',
      '2h',
      undefined,
    ])
    for (const text of ['5 minutes', '10 Sec', '3 days', '2hrs'])
      assert.notEqual(parseDuration(suggestDuration(text) ?? ''), undefined)
  })
})

describe('sizes', () => {
  const cases: Readonly<Record<string, number | undefined>> = {
    '10 MiB': 10_485_760,
    '10MiB': 10_485_760,
    '10MB': 10_000_000,
    '10 mb': 10_000_000,
    '512 KiB': 524_288,
    '1.5 kB': 1500,
    '2GiB': 2 ** 31,
    '100': 100,
    '100 B': 100,
    '10M': undefined,
    '10 megabytes': undefined,
    '-1': undefined,
    '99999999 TiB': undefined,
  }
  for (const [text, octets] of Object.entries(cases)) {
    it(`${JSON.stringify(text)} is ${octets}`, () => assert.equal(parseSize(text), octets))
  }

  it('are what was printed', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (one) => assert.equal(parseSize(formatSize(one)), one)))
  })

  it('that could be either are offered as both', () => {
    assert.deepEqual(suggestSizes('10M'), ['10 MiB', '10 MB'])
    assert.deepEqual(suggestSizes('5 k'), ['5 KiB', '5 kB'])
    assert.deepEqual(suggestSizes('ten'), [])
  })
})

function kindOf(value: unknown): string | undefined {
  return value === undefined ? undefined : typeof value
}

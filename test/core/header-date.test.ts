import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { headerDate } from '../../src/core/mail/header.ts'

const NOON = Date.UTC(2026, 10, 20, 12, 0, 0)

describe('headerDate', () => {
  const taken: readonly string[] = [
    'Fri, 20 Nov 2026 12:00:00 +0000',
    'fri, 20 nov 2026 12:00 +0000',
    '20 Nov 2026 13:00:00 +0100',
    '20 Nov 2026 07:00:00 -0500',
    '20 Nov 2026 17:30:00 +0530',
    '20 Nov 26 12:00:00 GMT',
    '20 Nov 2026 07:00:00 EST',
    '20 Nov 2026 12:00:00 Z',
    'Fri, 20 Nov 2026 12:00:00 +0000 (UTC)',
    'Fri (day (of) week), 20 Nov\r\n 2026 12 : 00 : 00 +0000',
  ]
  for (const text of taken) it(`reads ${JSON.stringify(text)}`, () => assert.equal(headerDate(text), NOON))

  const refused: readonly string[] = [
    '',
    '2026-11-20T12:00:00Z',
    'Fri, 20 Nov 2026 12:00:00',
    '31 Jun 2026 12:00:00 +0000',
    '29 Feb 2026 12:00:00 +0000',
    '0 Nov 2026 12:00:00 +0000',
    '20 Nop 2026 12:00:00 +0000',
    '20 Nov 2026 24:00:00 +0000',
    '20 Nov 2026 12:60:00 +0000',
    '20 Nov 2026 12:00:61 +0000',
    '20 Nov 2026 12:00:00 +0099',
    '20 Nov 2026 12:00:00 0000',
    '20 Nov 1899 12:00:00 +0000',
    '20 Nov 2026 12:00:00 +0000 x',
    'yesterday',
    '(20 Nov 2026 12:00:00 +0000',
    `${' '.repeat(300)}20 Nov 2026 12:00:00 +0000`,
  ]
  for (const text of refused)
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => assert.equal(headerDate(text), undefined))

  it('reads every second of the century as JavaScript writes it', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }), (date) => {
        assert.equal(headerDate(date.toUTCString()), Math.floor(date.getTime() / 1000) * 1000)
      }),
    )
  })

  it('reads obsolete years', () => {
    assert.equal(headerDate('1 Jan 99 00:00 +0000'), Date.UTC(1999, 0, 1))
    assert.equal(headerDate('1 Jan 102 00:00 +0000'), Date.UTC(2002, 0, 1))
  })
})

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeBase64, readInitialResponse, readResponse } from '../../../src/smtp/sasl/response.ts'

describe('a response line', () => {
  test('base64 is decoded', () => {
    assert.deepEqual(readResponse('AHRpbQB0YW5zdGFhZnRhbnN0YWFm'), {
      kind: 'response',
      octets: Buffer.from('\0tim\0tanstaaftanstaaf'),
    })
  })
  test('an empty line is an empty response', () =>
    assert.deepEqual(readResponse(''), { kind: 'response', octets: Buffer.alloc(0) }))
  test('* gives up', () => assert.deepEqual(readResponse('*'), { kind: 'cancelled' }))
  test('a lone = is no response to a challenge', () => assert.deepEqual(readResponse('='), { kind: 'malformed' }))
})

describe('an initial response', () => {
  test('= is an empty one', () =>
    assert.deepEqual(readInitialResponse('='), { kind: 'response', octets: Buffer.alloc(0) }))
  test('* is none: nothing has begun yet', () => assert.deepEqual(readInitialResponse('*'), { kind: 'malformed' }))
  test('anything else is base64', () =>
    assert.deepEqual(readInitialResponse('dGlt'), { kind: 'response', octets: Buffer.from('tim') }))
  test('nothing is none', () => assert.deepEqual(readInitialResponse(''), { kind: 'malformed' }))
})

describe('strict base64', () => {
  for (const text of [
    'd',
    'dG',
    'dGl',
    'dGlt\n',
    ' dGlt',
    'dG lt',
    'dGl=',
    'dH==dH==',
    'd===',
    '====',
    'dGl_',
    'dGl-',
    'dGlté',
  ])
    test(`${JSON.stringify(text)} is none`, () => assert.equal(decodeBase64(text), undefined))

  test('whatever octets there are come back', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        assert.deepEqual(decodeBase64(Buffer.from(octets).toString('base64')), Buffer.from(octets))
      }),
    )
  })

  test('a text is decoded only if it is the one spelling of what it decodes to', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9+/=_\n -]{0,16}$/), (text) => {
        const octets = decodeBase64(text)
        if (octets) assert.equal(octets.toString('base64'), text)
        else assert.notEqual(Buffer.from(text, 'base64').toString('base64'), text)
      }),
      { numRuns: 2000 },
    )
  })
})

/** Schemas that say more than our subset. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkWithAjv } from '../../src/language/ajv.ts'

const SCHEMA = {
  $id: 'https://example.org/same',
  type: 'object',
  properties: { size: { oneOf: [{ type: 'string' }, { type: 'number', multipleOf: 2 }] }, zones: { 'x-list': 'zone' } },
  additionalProperties: false,
}

describe('checkWithAjv', () => {
  it('has nothing to say about a good value', () => {
    assert.deepEqual(checkWithAjv(SCHEMA, { size: 4, zones: ['a'] }), [])
  })

  it('names the place and what is wrong, without the echo of alternatives', () => {
    assert.deepEqual(checkWithAjv(SCHEMA, { size: 3, colour: 1 }), [
      { path: '', message: 'must not have the key `colour`' },
      { path: '/size', message: 'must be string' },
      { path: '/size', message: 'must be multiple of 2' },
    ])
  })

  it('keeps schemas with the same name apart', () => {
    assert.deepEqual(checkWithAjv({ ...SCHEMA, type: 'array' }, {}), [{ path: '', message: 'must be array' }])
  })

  it('throws when the schema cannot be read', () => {
    assert.throws(() => checkWithAjv({ type: 'nonsense' }, {}))
  })
})

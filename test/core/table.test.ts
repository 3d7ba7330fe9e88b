import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isKeyOf, keysOf, mapValues, present } from '../../src/core/table.ts'

const TABLE = { second: { size: 2 }, first: { size: 1 } } as const

test('names come in the order of the table', () => {
  assert.deepEqual(keysOf(TABLE), ['second', 'first'])
})

test('what every object has is no name of a table', () => {
  assert.ok(isKeyOf(TABLE, 'first'))
  for (const name of ['third', 'toString', '__proto__', 'constructor', '']) assert.ok(!isKeyOf(TABLE, name), name)
})

test('a table made of another one has its names', () => {
  assert.deepEqual(
    mapValues(TABLE, ({ size }) => size * 10),
    { second: 20, first: 10 },
  )
})

test('what is not known is absent, not undefined', () => {
  assert.deepEqual(Object.keys(present<{ city: string; asn: number }>({ city: undefined, asn: 0 })), ['asn'])
})

/** What every word owes its readers. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { MATCHERS } from '../../src/vocabulary/index.ts'

test('names are unique and in order', () => {
  const names = MATCHERS.map(({ name }) => name)
  assert.deepEqual(names, [...new Set(names)].toSorted())
})

describe('each word', () => {
  for (const word of MATCHERS)
    test(`${word.name} says what it is, where it comes from and what it takes`, () => {
      assert.match(word.name, /^[a-z][a-z0-9_]*$/)
      assert.match(word.summary, /^[A-Z].*[^.]$/)
      assert.ok(word.reference)
      assert.equal(word.options.type, 'object')
      assert.equal(word.options.additionalProperties, false)
      for (const [name, option] of Object.entries(word.options.properties ?? {})) {
        assert.ok(option.description, `${word.name}.${name} has no description`)
        const optional = !word.options.required?.includes(name)
        const isSaid = option['x-list'] || option.default !== undefined || /\bwithout it\b/.test(option.description)
        assert.ok(!optional || isSaid, `${word.name}.${name} has no default`)
      }
      assert.ok(Object.values(word.finds ?? {}).every((text) => text !== ''))
    })
})

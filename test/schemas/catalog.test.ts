/**
 * What SchemaStore asks of a schema, and what we ask of that of reports too: draft-07, an address, the address of the
 * documentation, a word about every property, no definition that nothing uses, every value of every enumeration tried, and
 * a wrong one.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Ajv } from 'ajv'
import type { CatalogEntry } from '../../src/cli/schemas/schema-catalog.ts'
import { schemaCatalog } from '../../src/cli/schemas/schema-catalog.ts'
import { allSchemas } from '../../src/cli/schemas/schemas.ts'
import { VOCABULARY } from '../../src/cli/wiring.ts'
import { FILE_KINDS } from '../../src/language/files/file-kind.ts'

type Json = Readonly<Record<string, unknown>>

const MADE = allSchemas(VOCABULARY)

interface Placed {
  readonly path: string
  readonly schema: Json
}

const MAPS = new Set(['properties', 'patternProperties', 'definitions'])
const DATA = new Set(['enum', 'const', 'default', 'examples', 'required'])

/** A schema and all those in it. */
function* allIn(schema: unknown, path: string): Generator<Placed> {
  if (typeof schema !== 'object' || schema === null) return
  if (Array.isArray(schema)) {
    for (const one of schema) yield* allIn(one, path)
    return
  }
  yield { path, schema: schema as Json }
  for (const [key, value] of Object.entries(schema as Json)) {
    if (MAPS.has(key))
      for (const [name, one] of Object.entries(value as Json)) yield* allIn(one, `${path}/${key}/${name}`)
    else if (!DATA.has(key)) yield* allIn(value, path)
  }
}

function namesIn(value: unknown): readonly (readonly [string, Json])[] {
  return Object.entries((value ?? {}) as Readonly<Record<string, Json>>)
}

for (const [name, schema] of MADE)
  describe(`the schema of a ${name}`, () => {
    const all = [...allIn(schema, '')]

    it('is of draft-07, has an address and says where its documentation is', () => {
      assert.equal(schema['$schema'], 'http://json-schema.org/draft-07/schema#')
      assert.equal(schema['$id'], `https://json.schemastore.org/postern-${name}.json`)
      assert.match(String(schema['title']), /^[A-Z]/)
      assert.match(String(schema['description']), /^[^\n]+\nhttps:\/\/\S+$/)
    })

    it('says of every property what it is for', () => {
      const silent = all.flatMap(({ path, schema: one }) =>
        namesIn(one['properties']).flatMap(([key, { description }]) => (description ? [] : `${path}/${key}`)),
      )
      assert.deepEqual(silent, [])
    })

    it('has no definition that nothing uses, and none is missing', () => {
      const used = new Set(all.flatMap(({ schema: { $ref } }) => (typeof $ref === 'string' ? [$ref] : [])))
      const defined = namesIn(schema['definitions']).map(([key]) => `#/definitions/${key}`)
      assert.deepEqual([...used].toSorted(), defined.toSorted())
    })

    it('takes each value of an enumeration, and no other', () => {
      const ajv = new Ajv({ strict: false, logger: false })
      for (const { path, schema: one } of all) {
        if (!Array.isArray(one['enum'])) continue
        const { enum: values, type } = one
        const validate = ajv.compile({ enum: values, ...(type !== undefined && { type }) })
        assert.equal(new Set(values).size, values.length, `${path}: a value is there twice`)
        for (const value of values) assert.ok(validate(value), `${path}: ${String(value)} has another type`)
        assert.ok(!validate('nonsense'), path)
      }
    })

    it('has patterns that editors can read', () => {
      for (const { path, schema: one } of all) {
        const own = typeof one['pattern'] === 'string' ? [one['pattern']] : []
        for (const pattern of [...own, ...namesIn(one['patternProperties']).map(([key]) => key)])
          assert.doesNotThrow(() => new RegExp(pattern, 'u'), path)
      }
    })
  })

describe('the entries for a catalog', () => {
  const entries = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../schemas/catalog.json'), 'utf8'),
  ) as readonly CatalogEntry[]

  it('are fresh: `npm run schemas` makes them', () => assert.deepEqual(entries, schemaCatalog(allSchemas(VOCABULARY))))

  it('are there for each kind of file, with the address of its schema', () => {
    assert.deepEqual(
      entries.map(({ url }) => url),
      FILE_KINDS.map((kind) => String(MADE.get(kind)?.['$id'])),
    )
    for (const { description } of entries) assert.match(description, /^[^\n]+\nhttps:\/\/\S+$/)
  })

  it('name files that are ours alone, each by one pattern', () => {
    const patterns = entries.flatMap(({ fileMatch }) => fileMatch)
    for (const pattern of patterns) assert.match(pattern, /^(\*\.)?postern[a-z-]*\.yaml$/)
    const matches = (pattern: string, file: string): boolean =>
      pattern.startsWith('*') ? file.endsWith(pattern.slice(1)) && file.length > pattern.length - 1 : file === pattern
    for (const pattern of patterns) {
      const file = pattern.replace('*', 'house')
      assert.deepEqual(
        patterns.filter((one) => matches(one, file)),
        [pattern],
      )
    }
  })
})

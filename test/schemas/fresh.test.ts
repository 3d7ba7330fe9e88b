/** schemas/ holds what the program makes, and editors can read it. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Ajv } from 'ajv'
import { allSchemas } from '../../src/cli/schemas/schemas.ts'
import { VOCABULARY } from '../../src/cli/wiring.ts'

const FOLDER = join(import.meta.dirname, '../../schemas')

describe('schemas/', () => {
  const made = allSchemas(VOCABULARY)

  it('has a file for each kind, and no other', () => {
    const files = [...[...made.keys()].map((name) => `${name}.schema.json`), 'catalog.json']
    assert.deepEqual(readdirSync(FOLDER).toSorted(), files.toSorted())
  })

  for (const [name, schema] of made) {
    it(`${name}.schema.json is fresh: \`npm run schemas\` makes it`, () => {
      const text = readFileSync(join(FOLDER, `${name}.schema.json`), 'utf8')
      assert.ok(text === `${JSON.stringify(schema, null, 2)}\n`, 'run `npm run schemas` and commit schemas/')
    })

    it(`${name}.schema.json holds nothing that a strict validator does not know`, () => {
      const ajv = new Ajv({ strict: true, allowUnionTypes: true, strictRequired: false, logger: false })
      assert.equal(typeof ajv.compile(schema), 'function')
    })
  }
})

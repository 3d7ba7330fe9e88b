/** Names for a new site that would be something else in its YAML. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { folder } from './folder.ts'

const WRONG = [
  'null',
  'true',
  '1e3',
  '0x10',
  '1.5e3',
  'x\ny: z',
  'a b',
  '*.example',
  '${x}.example',
  '@x',
  '- a',
  '"',
  '#',
]

for (const name of WRONG)
  it(`${JSON.stringify(name)} is no name for a site`, async (test) => {
    const place = folder(test, {})
    for (const option of ['--hostname', '--domain']) {
      const { code, stderr } = await place.postern(['init', 'site', option, name])
      assert.notEqual(code, 0)
      assert.match(stderr, /must be a domain name/)
    }
  })

for (const name of ['no', 'y.example', '_a.example', 'mx.example.org', '1e3.example'])
  it(`${name} is one, and its site is sound`, async (test) => {
    const place = folder(test, {})
    assert.equal((await place.postern(['init', '.', '--hostname', name, '--domain', name])).code, 0)
    assert.equal((await place.postern(['check'])).code, 0)
  })

/** Names of files in options of words: the site's, wherever `postern` runs. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VOCABULARY } from '../../src/cli/wiring.ts'
import { wordOptions } from '../../src/compiler/rules/word-options.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'

const SCHEMA = {
  type: 'object',
  properties: {
    file: { type: 'string', 'x-path': true, default: '/run/it' },
    files: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }], 'x-path': true },
    name: { type: 'string' },
  },
} as const

function optionsOf(text: string): unknown {
  const node = parseYaml(text, 'test.yaml', new Report())
  assert.ok(node)
  return { ...Object(wordOptions(node, SCHEMA, '/etc/postern')) }
}

describe('a name of a file', () => {
  for (const [text, options] of [
    ['file: keys/ca.pem', { file: '/etc/postern/keys/ca.pem' }],
    ['file: ../ca.pem', { file: '/etc/ca.pem' }],
    ['file: /run/dovecot/auth', { file: '/run/dovecot/auth' }],
    ['file: 5.10', { file: '/etc/postern/5.10' }],
    ['files: [a, /b]', { file: '/run/it', files: ['/etc/postern/a', '/b'] }],
    ['files: a', { file: '/run/it', files: '/etc/postern/a' }],
    ['name: keys/ca.pem', { file: '/run/it', name: 'keys/ca.pem' }],
    ['{}', { file: '/run/it' }],
  ] as const)
    it(text, () => assert.deepEqual(optionsOf(text), options))
})

/** Resolved with the rest of their question (`src/ports/questions`). */
const ASKED: ReadonlySet<string> = new Set(['sql', 'ldap', 'http'])

it('every option of a word that names a file says so', () => {
  const words = [...VOCABULARY.matchers.values(), ...VOCABULARY.deliveries.values()]
  const named = words.flatMap(({ name: word, options }) =>
    Object.entries(options.properties ?? {}).flatMap(([name, option]) =>
      /^(?:.*_)?(?:file|socket|path|config|databases)$/.test(name) && !ASKED.has(word)
        ? [{ option: `${word}.${name}`, isPath: option['x-path'] === true }]
        : [],
    ),
  )
  assert.ok(named.length > 10)
  assert.deepEqual(
    named.filter(({ isPath }) => !isPath),
    [],
  )
})

import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseMailbox } from '../../../src/core/mail/address.ts'
import { policyKeys } from '../../../src/core/policy.ts'
import { isPolicyPath, policyKey, policyPath } from '../../../src/ports/policies/policy-path.ts'

const DIGEST = '~[0-9a-f]{64}'

describe('the path of a policy', () => {
  for (const [key, path] of [
    ['alice@example.org', 'example.org/alice.yaml'],
    ['alice+news@example.org', 'example.org/alice+news.yaml'],
    ['a.b_c-d=e@xn--bcher-kva.example', 'xn--bcher-kva.example/a.b_c-d=e.yaml'],
    ['example.org', 'example.org.yaml'],
    ['standard', 'standard.yaml'],
  ])
    it(`of ${key} is ${path}, and leads back`, () => {
      assert.equal(policyPath(key ?? ''), path)
      assert.equal(policyKey(path ?? ''), key)
    })

  for (const key of [
    '../../../etc/passwd@example.org',
    '/etc/passwd@example.org',
    '..@example.org',
    '.@example.org',
    '.hidden@example.org',
    'a..b@example.org',
    'a/b@example.org',
    'a\\b@example.org',
    'a\0b@example.org',
    '%2e%2e%2fpasswd@example.org',
    'con@example.org',
    'nul.txt@example.org',
    'com1@example.org',
    "o'neil@example.org",
    'Alice@example.org',
    'jürgen@example.org',
    'alice@example.org.yaml/x@example.org',
    '~@example.org',
    '@example.org',
    `${'a'.repeat(300)}@example.org`,
  ])
    it(`row 64: of ${JSON.stringify(key.slice(0, 40))} is a digest`, () =>
      assert.match(policyPath(key), new RegExp(`^example\\.org/${DIGEST}\\.yaml$`)))

  for (const key of ['../x', '/etc', '..', '', '[192.0.2.1]', 'con.example', 'a/b', 'a\0b', 'x'.repeat(300)])
    it(`row 64: of the domain ${JSON.stringify(key.slice(0, 40))} is a digest`, () =>
      assert.match(policyPath(key), new RegExp(`^${DIGEST}\\.yaml$`)))

  it('row 64: leads below the directory, to a file of its own, whatever the key', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('..', '.', '/', 'con', 'a', 'A', '~', '%2f', '\0'),
    )
    const key = fc.array(part, { maxLength: 4 }).map((parts) => parts.join(''))
    const whole = fc.oneof(
      key,
      fc.tuple(key, key).map(([local, domain]) => `${local}@${domain}`),
    )
    fc.assert(
      fc.property(whole, whole, (one, other) => {
        const path = policyPath(one)
        assert.equal(posix.normalize(path), path)
        assert.ok(
          path.split('/').every((name) => /^[a-z0-9_~][a-z0-9_.+=~-]*$/.test(name)),
          path,
        )
        assert.ok(isPolicyPath(path), path)
        assert.ok([one, undefined].includes(policyKey(path)), path)
        assert.equal(path === policyPath(other), one === other)
      }),
      { numRuns: 2000 },
    )
  })

  for (const path of [
    'Alice.yaml',
    'example.org/Alice.yaml',
    'example.org/a/b.yaml',
    'readme.md',
    '.yaml',
    'con.yaml',
    'a b.yaml',
  ])
    it(`is never ${path}`, () => assert.equal(isPolicyPath(path), false))
})

describe('the keys of a recipient', () => {
  const keysOf = (text: string): readonly string[] => {
    const address = parseMailbox(text)
    assert.ok(address, text)
    return policyKeys(address).map(({ key }) => key)
  }

  it('go from the address to the parents of its domain', () =>
    assert.deepEqual(keysOf('Ann+News@MX.Example.org'), [
      'ann+news@mx.example.org',
      'ann@mx.example.org',
      'mx.example.org',
      'example.org',
      'org',
    ]))

  it('of an address without a detail have it once', () =>
    assert.deepEqual(keysOf('ann@example.org'), ['ann@example.org', 'example.org', 'org']))

  it('of an address literal have no parents', () =>
    assert.deepEqual(keysOf('ann@[192.0.2.1]'), ['ann@[192.0.2.1]', '[192.0.2.1]']))

  it('are none for the bare postmaster', () => assert.deepEqual(policyKeys({ kind: 'postmaster' }), []))

  it('are bounded, however many labels a stranger invents', () =>
    assert.equal(keysOf(`a+b@${Array.from({ length: 60 }, () => 'x').join('.')}`).length, 11))
})

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { canonicalDomain, isSubdomainOf, parentDomains } from '../../src/core/mail/domain.ts'

describe('canonicalDomain', () => {
  const same: readonly (readonly [string, string])[] = [
    ['Example.ORG', 'example.org'],
    ['example.org.', 'example.org'],
    ['localhost', 'localhost'],
    ['_dmarc.example.org', '_dmarc.example.org'],
    ['a_b.example.org', 'a_b.example.org'],
    ['1and1.example', '1and1.example'],
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['MU\u0308NCHEN.example', 'xn--mnchen-3ya.example'],
    ['XN--MNCHEN-3YA.example', 'xn--mnchen-3ya.example'],
    ['ｅｘａｍｐｌｅ.org', 'example.org'],
    ['example\u3002org\u3002', 'example.org'],
    ['exam\u00adple.org', 'example.org'],
    [`${'a'.repeat(63)}.example`, `${'a'.repeat(63)}.example`],
  ]
  for (const [text, expected] of same)
    it(`reads ${JSON.stringify(text)} as ${expected}`, () => assert.equal(canonicalDomain(text), expected))

  const refused = [
    '',
    '.',
    '..',
    '.example.org',
    'example..org',
    'example.org..',
    '-a.example',
    'a-.example',
    'a b.example',
    'a,b',
    'a@b',
    'example.org#',
    '192.0.2.1',
    '192.168.1',
    '127.1',
    '10',
    '１９２.0.2.１',
    '[192.0.2.1]',
    '::1',
    'ex%41mple.é',
    'a/b.é',
    'xn--zzzz.é',
    '\u200d.example',
    'a..é',
    'a\u0000.é',
    'a\r\nb',
    '\ufffd.example',
    '\ud800.example',
    `${'a'.repeat(64)}.example`,
    `${'a.'.repeat(126)}example`,
    'é'.repeat(5000),
  ]
  for (const text of refused)
    it(`refuses ${JSON.stringify(text.slice(0, 80))}`, () => assert.equal(canonicalDomain(text), undefined))

  it('changes nothing the second time, and makes plain names only', () => {
    const text = fc.oneof(fc.domain(), fc.string({ unit: 'grapheme' }), fc.webAuthority(), fc.ipV4Extended())
    fc.assert(
      fc.property(text, (value) => {
        const name = canonicalDomain(value)
        if (name === undefined) return
        assert.match(name, /^[a-z0-9_.-]{1,253}$/)
        assert.equal(canonicalDomain(name), name)
        assert.equal(canonicalDomain(`${name.toUpperCase()}.`), name)
      }),
    )
  })
})

describe('isSubdomainOf', () => {
  it('compares labels, not letters', () => {
    assert.ok(isSubdomainOf('a.example.org', 'example.org'))
    assert.ok(isSubdomainOf('a.b.example.org', 'org'))
    assert.ok(!isSubdomainOf('evilexample.org', 'example.org'))
    assert.ok(!isSubdomainOf('example.org', 'example.org'))
    assert.ok(!isSubdomainOf('example.org', 'a.example.org'))
    assert.ok(!isSubdomainOf('example.org.evil', 'example.org'))
  })

  it('holds exactly for the parents of a name', () => {
    const name = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(name, name, (left, right) => {
        const expected = [...parentDomains(left.join('.'))].includes(right.join('.'))
        assert.equal(isSubdomainOf(left.join('.'), right.join('.')), expected)
      }),
    )
    assert.deepEqual([...parentDomains('a.b.c')], ['b.c', 'c'])
  })
})

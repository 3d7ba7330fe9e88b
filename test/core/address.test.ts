import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import {
  type Address,
  addressKey,
  addressText,
  formatAddress,
  mailbox,
  NULL_SENDER,
  parseMailbox,
  POSTMASTER,
  splitDetail,
} from '../../src/core/mail/address.ts'
import { parsePath, type ParsedPath } from '../../src/core/mail/path.ts'
import { address } from '../support/address.ts'

const STRICT = { smtputf8: false }
const WIDE = { smtputf8: true }

function addressOf(parsed: ParsedPath): Address | string {
  return parsed.ok ? parsed.address : parsed.reason
}

describe('parsePath', () => {
  const taken: readonly (readonly [string, string])[] = [
    ['<ann@example.org>', 'ann@example.org'],
    ['<Ann@EXAMPLE.org.>', 'Ann@example.org'],
    ['<user%other@example.org>', 'user%other@example.org'],
    ['<other!user@example.org>', 'other!user@example.org'],
    ['<@a.example,@b.example:ann@example.org>', 'ann@example.org'],
    ['<@[192.0.2.9]:ann@example.org>', 'ann@example.org'],
    ['<"a@b"@example.org>', '"a@b"@example.org'],
    ['<"a b"@example.org>', '"a b"@example.org'],
    ['<"a>b"@example.org>', '"a>b"@example.org'],
    ['<"bl\\ocked"@example.org>', 'blocked@example.org'],
    ['<"a\\"b\\\\c"@example.org>', '"a\\"b\\\\c"@example.org'],
    ['<""@example.org>', '""@example.org'],
    ['<"a..b"@example.org>', '"a..b"@example.org'],
    ['<ann@[192.0.2.1]>', 'ann@[192.0.2.1]'],
    ['<ann@[ipv6:2001:DB8::1]>', 'ann@[IPv6:2001:db8::1]'],
    ['<ann@[IPv6:::ffff:192.0.2.1]>', 'ann@[192.0.2.1]'],
    ['<>', ''],
    ['<Postmaster>', 'postmaster'],
    [`<${'a'.repeat(64)}@example.org>`, `${'a'.repeat(64)}@example.org`],
    ['<-rf@example.org>', '-rf@example.org'],
    ['<__proto__@constructor>', '__proto__@constructor'],
  ]
  for (const [text, expected] of taken)
    it(`takes ${text}`, () => {
      const parsed = parsePath(`${text} SIZE=1`, STRICT)
      assert.ok(parsed.ok, parsed.ok ? '' : parsed.reason)
      assert.equal(addressText(parsed.address), expected)
      assert.equal(parsed.rest, ' SIZE=1')
    })

  const refused = [
    '',
    'ann@example.org',
    '<ann@example.org',
    '<ann>',
    '<abuse>',
    '< ann@example.org>',
    '<ann@example.org >',
    '<@example.org>',
    '<ann@>',
    '<@>',
    '<a@b@c>',
    '<.a@example.org>',
    '<a.@example.org>',
    '<a..b@example.org>',
    '<a b@example.org>',
    '<(x)a@example.org>',
    '<a@example.org(x)>',
    '<"q".b@example.org>',
    '<"open@example.org>',
    '<\\a@example.org>',
    '<"a\r\nb"@example.org>',
    '<"a\u0000b"@example.org>',
    '<"a\\\u0007"@example.org>',
    '<a\rb@example.org>',
    '<ann@-b.example>',
    '<ann@a..b>',
    '<ann@192.0.2.1>',
    '<ann@[127.1]>',
    '<ann@[0177.0.0.1]>',
    '<ann@[999.2.3.4]>',
    '<ann@[2001:db8::1]>',
    '<ann@[IPv6:192.0.2.1]>',
    '<ann@[IPv6:fe80::1%eth0]>',
    '<ann@[x:y]>',
    '<ann@[192.0.2.1>',
    '<ann@[]>',
    '<@a.example:>',
    '<@a.example>',
    '<@:ann@example.org>',
    '<@a.example,ann@example.org>',
    '<@a.example,@b.example ann@example.org>',
    '<ann@example.org>x',
    '<ann@example.org>,<b@example.org>',
    '<ann@example.org>\tSIZE=1',
    '<>>',
    '<<ann@example.org>>',
    '<postmaster@>',
    `<${'a'.repeat(65)}@example.org>`,
    `<"${'a '.repeat(32)}"@example.org>`,
    `<ann@${'a.'.repeat(130)}example>`,
    `<@${'a.'.repeat(120)}example:ann@example.org>`,
  ]
  for (const text of refused)
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () => {
      for (const options of [STRICT, WIDE]) assert.equal(parsePath(text, options).ok, false)
    })

  it('takes addresses beyond ASCII with SMTPUTF8 only', () => {
    assert.deepEqual(addressOf(parsePath('<jürgen@bücher.example>', WIDE)), {
      kind: 'mailbox',
      local: 'jürgen',
      domain: 'xn--bcher-kva.example',
    })
    for (const text of ['<jürgen@example.org>', '<ann@bücher.example>', '<"jürgen"@example.org>'])
      assert.match(JSON.stringify(parsePath(text, STRICT)), /SMTPUTF8/)
  })

  it('refuses octets that were not UTF-8, halves of pairs and C1 controls', () => {
    for (const bad of ['\ufffd', '\ud800', '\udc00', '\u0085', '\u2028'])
      assert.equal(parsePath(`<a${bad}b@example.org>`, WIDE).ok, false)
  })

  it('never repeats the client in its reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        const parsed = parsePath(`<${text}`, WIDE)
        if (!parsed.ok) assert.match(parsed.reason, /^[A-Z][A-Za-z0-9 -]+$/)
      }),
    )
  })
})

const quotable = fc.string({ unit: fc.constantFrom(...Array.from('aB9.+"\\ @<>,:[]()é漢😀')), maxLength: 14 })
const host = fc.oneof(
  fc.domain(),
  fc.ipV4().map((ip) => `[${ip}]`),
  fc.ipV6().map((ip) => `[IPv6:${ip}]`),
)
const anyMailbox = fc.tuple(quotable, host).map(([local, domain]) => mailbox(local, domain))
const anyAddress = fc.oneof(
  fc.constant(NULL_SENDER),
  fc.constant(POSTMASTER),
  anyMailbox.filter((value) => value !== undefined),
)

describe('addresses', () => {
  it('come back from their own text', () => {
    fc.assert(
      fc.property(anyAddress, (value) => {
        assert.deepEqual(addressOf(parsePath(formatAddress(value), WIDE)), value)
        if (value.kind === 'mailbox') assert.deepEqual(parseMailbox(addressText(value)), value)
      }),
    )
  })

  it('hold nothing that ends a line or a bracket too early', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (local, domain) => {
        for (const value of [mailbox(local, 'example.org'), mailbox('a', domain), parseMailbox(`${local}@${domain}`)])
          if (value !== undefined) assert.doesNotMatch(formatAddress(value), /\p{Cc}/u)
      }),
    )
  })

  it('are equal to rules whatever their case and Unicode form', () => {
    assert.equal(addressKey(address('Ann@Example.ORG')), addressKey(address('ann@example.org')))
    assert.equal(addressKey(address('ju\u0308rgen@example.org')), addressKey(address('JÜRGEN@example.org')))
    assert.notEqual(addressKey(address('ann@example.org')), addressKey(address('ann@example.com')))
    assert.equal(addressKey(NULL_SENDER), '')
  })

  it('are written as commands want them', () => {
    assert.equal(formatAddress(NULL_SENDER), '<>')
    assert.equal(formatAddress(POSTMASTER), '<postmaster>')
    assert.equal(formatAddress(address('"a b"@example.org')), '<"a b"@example.org>')
  })

  it('are not made of anything else', () => {
    for (const text of [
      '',
      'ann',
      '@example.org',
      'ann@',
      '<ann@example.org>',
      'ann@example.org x',
      ' ann@example.org',
    ])
      assert.equal(parseMailbox(text), undefined, text)
    assert.equal(mailbox('a\nb', 'example.org'), undefined)
    assert.equal(mailbox('ann', 'exa mple.org'), undefined)
  })
})

describe('splitDetail', () => {
  it('cuts at the first separator that has a user before it', () => {
    assert.deepEqual(splitDetail('ann+news+x', '+'), { user: 'ann', detail: 'news+x' })
    assert.deepEqual(splitDetail('ann+', '+'), { user: 'ann', detail: '' })
    assert.deepEqual(splitDetail('ann', '+'), { user: 'ann', detail: undefined })
    assert.deepEqual(splitDetail('+ann', '+'), { user: '+ann', detail: undefined })
    assert.deepEqual(splitDetail('ann', ''), { user: 'ann', detail: undefined })
  })
})

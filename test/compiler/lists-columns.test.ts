import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NULL_SENDER } from '../../src/core/mail/address.ts'
import { address as mail } from '../support/address.ts'
import { judge, listOf, refuse } from './lists-judge.ts'

describe('string', () => {
  judge('string', [
    ['Windows', 'windows', true],
    ['Windows', 'windows xp', false],
    ['25', 25, true],
    ['ann@example.org', mail('ANN@example.org'), true],
  ])
})

describe('phrase (p0f_blocked_operating_systems)', () => {
  judge('phrase', [
    ['Windows 98', 'windows 98', true],
    ['Windows 98', 'windows', false],
    ['Windows', 'windows 98', false],
    ['/^windows (98|xp)/', 'Windows XP SP1', true],
    ['/^windows (98|xp)/', 'not Windows XP', false],
    ['/', '/', true],
  ])
  refuse('phrase', [['/(/', 'RGX301']])
})

describe('zone', () => {
  test('a message follows a colon or white space', () => {
    const lines = [
      'zen.example',
      'bl.example:Listed, see http://bl.example/?%IP%',
      'dul.example Dial-up',
      'x.example: why',
    ]
    assert.deepEqual(
      Array.from(listOf('zone', lines).entries(), ({ text, reason }) => [text, reason]),
      [
        ['zen.example', undefined],
        ['bl.example', 'Listed, see http://bl.example/?%IP%'],
        ['dul.example', 'Dial-up'],
        ['x.example', 'why'],
      ],
    )
  })
  test('it can be asked for a zone', () => {
    assert.equal(listOf('zone', ['a.example', 'B.Example:why']).find('b.example')?.at, 'lists/x:2')
  })
  refuse('zone', [['zen..example', 'NET204']])
})

describe('pair (badmailfromto)', () => {
  const rows = [
    ['bad@x.example ann@y.example', 'BAD@x.example', 'ann@Y.example', true],
    ['bad@x.example ann@y.example', 'bad@x.example', 'bob@y.example', false],
    ['@x.example ann@y.example', 'any@x.example', 'ann@y.example', true],
    ['@x.example @y.example', 'any@x.example', 'any@y.example', true],
    ['@x.example @y.example', 'any@sub.x.example', 'any@y.example', false],
  ] as const
  for (const [line, from, to, expected] of rows)
    test(`${line}: ${from} to ${to} is ${expected}`, () => {
      assert.equal(listOf('pair', [line]).find([mail(from), mail(to)]) !== undefined, expected)
    })

  test('each line counts, not only the last one whose sender fits', () => {
    const list = listOf('pair', ['bad@x.example a@y.example', '@x.example b@y.example'])
    assert.equal(list.find([mail('bad@x.example'), mail('a@y.example')])?.at, 'lists/x:1')
    assert.equal(list.find([mail('bad@x.example'), mail('b@y.example')])?.at, 'lists/x:2')
  })
  test('a third column is the reason', () => {
    assert.deepEqual(
      listOf('pair', ['@x.example\t@y.example  no thanks']).find([mail('a@x.example'), mail('b@y.example')]),
      {
        text: '@x.example @y.example',
        reason: 'no thanks',
        at: 'lists/x:1',
      },
    )
  })
  test('without a recipient or a sender nothing holds', () => {
    const list = listOf('pair', ['@x.example @y.example'])
    assert.equal(list.find([mail('a@x.example')]), undefined)
    assert.equal(list.find([NULL_SENDER, mail('b@y.example')]), undefined)
    assert.equal(list.find(mail('a@x.example')), undefined)
  })
  refuse('pair', [
    ['bad@x.example', 'LST602', /second column|recipient/],
    ['bad@x.example example.org', 'NET205'],
    ['x..y@x.example @example.org', 'NET205'],
  ])
})

describe('recipient (goodrcptto, aliases)', () => {
  judge('recipient', [
    ['ann@example.org', mail('Ann@Example.org'), true],
    ['ann', mail('ANN@anywhere.example'), true],
    ['@example.org', mail('any@example.org'), true],
    ['@example.org', mail('any@sub.example.org'), false],
    ['example.org', mail('any@example.org'), false],
    ['postmaster', mail('postmaster'), true],
    ['"a:b"@example.org: ann', mail('"a:b"@example.org'), true],
  ])
  test('what belongs to an entry follows a colon or white space', () => {
    const lines = ['sales: ann, bob', 'info:ann', 'eve  eve', 'x@[IPv6:2001:db8::1]:ann', 'plain']
    assert.deepEqual(
      Array.from(listOf('recipient', lines).entries(), ({ text, reason }) => [text, reason]),
      [
        ['sales', 'ann, bob'],
        ['info', 'ann'],
        ['eve', 'eve'],
        ['x@[IPv6:2001:db8::1]', 'ann'],
        ['plain', undefined],
      ],
    )
  })
  test('the most particular entry decides', () => {
    const list = listOf('recipient', ['@example.org', 'ann', 'ann@example.org'])
    assert.equal(list.find(mail('ann@example.org'))?.at, 'lists/x:3')
    assert.equal(list.find(mail('ann@example.net'))?.at, 'lists/x:2')
    assert.equal(list.find(mail('bob@example.org'))?.at, 'lists/x:1')
  })
  refuse('recipient', [
    ['@exa..mple', 'NET205'],
    ['*@example.org', 'NET205'],
    ['a..b', 'NET205'],
    [':', 'NET205'],
  ])
})

describe('route (virtualdomains)', () => {
  judge('route', [
    ['example.org:ann', mail('any@Example.org'), true],
    ['example.org:ann', 'EXAMPLE.org', true],
    ['example.org:ann', mail('any@sub.example.org'), false],
    ['.example.org:ann', mail('any@sub.example.org'), true],
    ['.example.org:ann', mail('any@example.org'), false],
    ['bob@example.org:ann', mail('Bob@example.org'), true],
    ['bob@example.org:ann', mail('eve@example.org'), false],
    ['example.org', mail('postmaster'), false],
  ])
  test('the most particular entry decides, and what belongs to it follows', () => {
    const list = listOf('route', ['.org:any', '.example.org:sub', 'example.org  whole', 'bob@example.org:bob'])
    const found = (text: string) => list.find(mail(text))?.reason
    assert.deepEqual(['bob@example.org', 'eve@example.org', 'x@a.example.org', 'x@other.org'].map(found), [
      'bob',
      'whole',
      'sub',
      'any',
    ])
  })
  refuse('route', [['example..org', 'NET205']])
})

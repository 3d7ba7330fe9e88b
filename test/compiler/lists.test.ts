import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NULL_SENDER, POSTMASTER } from '../../src/core/mail/address.ts'
import { buildList, type ListProblem } from '../../src/compiler/lists/index.ts'
import { address as mail } from '../support/address.ts'
import { fromLines, judge, listOf, refuse } from './lists-judge.ts'

describe('any list', () => {
  test('answers with the entry as written, its reason and its place', () => {
    const list = listOf('address', ['@one.example', 'Bad@Two.Example  sent  spam', 'three.example'])
    assert.deepEqual(list.find(mail('bad@two.example')), {
      text: 'Bad@Two.Example',
      reason: 'sent  spam',
      at: 'lists/x:2',
    })
    assert.deepEqual(list.find(mail('a@three.example')), { text: 'three.example', reason: undefined, at: 'lists/x:3' })
  })

  test('keeps places that are not lines of its source', () => {
    const entries = ['rules/a.yaml:4:9', 'lists/x:007', 'lists/x:1:2', ''].map((at, index) => ({
      text: `n${index}.example`,
      rest: '',
      at,
    }))
    const list = buildList('domain', 'lists/x', entries, ({ message }) => assert.fail(message))
    assert.deepEqual(
      Array.from(list.entries(), ({ at }) => at),
      ['rules/a.yaml:4:9', 'lists/x:007', 'lists/x:1:2', ''],
    )
  })

  test('goes on after an entry it cannot read, and says which one', () => {
    const problems: ListProblem[] = []
    const list = fromLines('ip', ['10.0.0.0/8', 'ten', '192.0.2.1', '10.0.0.1/8'], problems)
    assert.deepEqual(
      problems.map(({ index, at, code }) => ({ index, at, code })),
      [
        { index: 1, at: 'lists/x:2', code: 'NET202' },
        { index: 3, at: 'lists/x:4', code: 'NET201' },
      ],
    )
    assert.deepEqual(
      Array.from(list.entries(), ({ text }) => text),
      ['10.0.0.0/8', '192.0.2.1'],
    )
    assert.equal(list.size, 2)
    assert.equal(list.find('192.0.2.1')?.at, 'lists/x:3')
  })

  test('takes what `__proto__` and `constructor` are: names', () => {
    const list = listOf('string', ['constructor', '__proto__'])
    assert.equal(list.find('__proto__')?.at, 'lists/x:2')
    assert.equal(listOf('string', ['a']).find('__proto__'), undefined)
  })

  test('an empty entry holds for nothing, not for everything', () => {
    for (const kind of ['pattern', 'string', 'host_or_pattern', 'ip'] as const) {
      const problems: ListProblem[] = []
      const list = buildList(kind, 'x', [{ text: '', rest: '', at: 'x:1' }], (problem) => problems.push(problem))
      assert.equal(problems[0]?.code, 'LST602')
      assert.equal(list.find(''), undefined)
    }
  })

  test('a fact with several values is listed when one of them is', () => {
    assert.equal(listOf('address', ['b@x.example']).find([mail('a@x.example'), mail('b@x.example')])?.at, 'lists/x:1')
    assert.equal(listOf('pattern', ['^two']).find(['one', 'two'])?.at, 'lists/x:1')
    assert.equal(listOf('ip', ['192.0.2.1']).find(['192.0.2.2', '192.0.2.1'])?.at, 'lists/x:1')
    assert.equal(listOf('ip', ['192.0.2.1']).find([]), undefined)
  })

  test('the first entry in the order written is found, whatever its form', () => {
    const list = listOf('address_or_pattern', ['zz@a.example', '^b', '@a.example', 'b@a.example', 'c@a.example'])
    assert.equal(list.find(mail('b@a.example'))?.at, 'lists/x:2')
    assert.equal(list.find(mail('c@a.example'))?.at, 'lists/x:3')
    assert.equal(list.find(mail('zz@a.example'))?.at, 'lists/x:1')
  })
})

describe('ip', () => {
  judge('ip', [
    ['192.0.2.1', '192.0.2.1', true],
    ['192.0.2.1', '192.0.2.10', false],
    ['192.0.2.0/24', '192.0.2.0', true],
    ['192.0.2.0/24', '192.0.2.255', true],
    ['192.0.2.0/24', '192.0.3.0', false],
    ['192.0.2.4/31', '192.0.2.4', true],
    ['192.0.2.4/31', '192.0.2.5', true],
    ['192.0.2.4/32', '192.0.2.4', true],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['192.168.', '192.168.255.255', true],
    ['192.168.', '192.16.8.1', false],
    ['19.', '192.0.2.1', false],
    ['10.', '10.1.2.3', true],
    ['2001:db8:', '2001:db8:ffff::1', true],
    ['2001:db8:', '2001:db80::1', false],
    ['2001:DB8::/32', '2001:db8::1', true],
    ['2001:db8::/32', '2001:db9::', false],
    ['::1', '::1', true],
    ['::/0', '2001:db8::1', true],
    ['192.0.2.0/24', '::ffff:192.0.2.7', true],
    ['::ffff:192.0.2.0/120', '192.0.2.7', true],
    ['::ffff:192.0.2.7', '192.0.2.7', true],
    ['192.0.2.1', 'not an address', false],
    ['192.0.2.1', '', false],
  ])
  refuse('ip', [
    ['198.51.100.77/24', 'NET201', /`198\.51\.100\.0\/24`\n.*`198\.51\.100\.77\/32`/],
    ['2001:db8::1/32', 'NET201', /`2001:db8::\/32`/],
    ['010.0.0.1', 'NET203', /`10\.0\.0\.1`/],
    ['192.168.01.0/24', 'NET203', /`192\.168\.1\.0\/24`/],
    ['192.168.1', 'NET203', /`192\.168\.1\.`/],
    ['10/8', 'NET203'],
    ['192.0.2.1/33', 'NET202'],
    ['0x7f.1', 'NET202'],
    ['fe80::1%eth0', 'NET202'],
    ['mail.example', 'NET202'],
    ['192.0.2.256', 'NET202'],
  ])
})

describe('domain', () => {
  judge('domain', [
    ['example.org', 'example.org', true],
    ['example.org', 'EXAMPLE.ORG.', true],
    ['example.org', 'mail.example.org', false],
    ['.example.org', 'mail.example.org', true],
    ['.example.org', 'a.b.example.org', true],
    ['.example.org', 'example.org', false],
    ['.example.org', 'evilexample.org', false],
    ['.org', 'example.org', true],
    ['BÜCHER.example', 'xn--bcher-kva.example', true],
    ['.bücher.example', 'a.bücher.example', true],
    ['example.org', mail('a@example.org'), true],
    ['example.org', NULL_SENDER, false],
    ['example.org', '[192.0.2.1]', false],
  ])
  refuse('domain', [
    ['*.example.org', 'NET204', /`\.example\.org`/],
    ['@example.org', 'NET204', /`example\.org`/],
    ['a@example.org', 'NET204', /of: address/],
    ['192.0.2.1', 'NET204', /of: ip/],
    ['..example.org', 'NET204'],
    ['exa!mple', 'NET204'],
    ['.', 'NET204'],
  ])
})

describe('address', () => {
  judge('address', [
    ['Ann@Example.org', mail('ann@example.ORG'), true],
    ['ann@example.org', mail('anna@example.org'), false],
    ['@example.org', mail('ann@example.org'), true],
    ['@example.org', mail('ann@mail.example.org'), false],
    ['example.org', mail('ann@example.org'), true],
    ['.example.org', mail('ann@mail.example.org'), true],
    ['.example.org', mail('ann@example.org'), false],
    ['"odd+name"@example.org', mail('"odd+name"@example.org'), true],
    ['"ann"@example.org', mail('ann@example.org'), true],
    ['ann+news@example.org', mail('ann+news@example.org'), true],
    ['@[192.0.2.1]', mail('ann@[192.0.2.1]'), true],
    ['@bücher.example', mail('ann@xn--bcher-kva.example'), true],
    ['postmaster', POSTMASTER, true],
    ['@example.org', POSTMASTER, false],
    ['example.org', NULL_SENDER, false],
    ['ann@example.org', 'Ann@example.org', true],
  ])
  refuse('address', [
    ['*@example.org', 'NET205', /`@example\.org`/],
    ['@*.example.org', 'NET205', /`\.example\.org`/],
    ['@.example.org', 'NET205', /`\.example\.org`/],
    ['a@b@example.org', 'NET205'],
    ['ann@', 'NET205'],
    ['ann..b@example.org', 'NET205'],
    [`${'a'.repeat(65)}@example.org`, 'NET205'],
  ])
})

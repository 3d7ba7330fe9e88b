import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Address, NULL_SENDER, POSTMASTER, parseMailbox } from '../../src/core/address.ts'
import type { FactValue } from '../../src/core/fact.ts'
import type { ListIndex, ListKind } from '../../src/core/list.ts'
import { buildList, type ListProblem } from '../../src/compiler/lists/index.ts'

/** A file of lines: an entry, then white space and what follows. */
function fromLines(kind: ListKind, lines: readonly string[], problems: ListProblem[] = []): ListIndex {
  const entries = lines.map((line, index) => {
    const [text = '', rest = ''] = line.split(/\s+(.*)/s)
    return { text, rest, at: `lists/x:${index + 1}` }
  })
  return buildList(kind, 'lists/x', entries, (problem) => problems.push(problem))
}

function listOf(kind: ListKind, lines: readonly string[]): ListIndex {
  const problems: ListProblem[] = []
  const list = fromLines(kind, lines, problems)
  assert.deepEqual(problems, [])
  return list
}

function problemWith(kind: ListKind, line: string): ListProblem {
  const problems: ListProblem[] = []
  const list = fromLines(kind, [line], problems)
  assert.equal(list.size, 0)
  const [problem] = problems
  assert.ok(problem, `${line} is taken`)
  return problem
}

function mail(text: string): Address {
  const address = parseMailbox(text)
  assert.ok(address, `${text} is no address`)
  return address
}

/** Each row: entry, value, whether the entry holds. */
function judge(kind: ListKind, rows: readonly (readonly [string, FactValue, boolean])[]): void {
  for (const [entry, value, expected] of rows)
    test(`${entry} ${expected ? 'holds' : 'does not hold'} for ${JSON.stringify(value)}`, () => {
      assert.equal(listOf(kind, [entry]).find(value) !== undefined, expected)
    })
}

function refuse(kind: ListKind, rows: readonly (readonly [string, ListProblem['code'], RegExp?])[]): void {
  for (const [entry, code, help] of rows)
    test(`${entry} is ${code}`, () => {
      const problem = problemWith(kind, entry)
      assert.equal(problem.code, code)
      assert.ok(problem.message.includes('`'), problem.message)
      if (help) assert.match(problem.help ?? '', help)
    })
}

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
    ['198.51.100.77/24', 'NET201', /`198\.51\.100\.0\/24`\n.*`198\.51\.100\.77`/],
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

describe('address_or_pattern (badmailfrom, badrcptto)', () => {
  judge('address_or_pattern', [
    ['bad@example.org', mail('BAD@example.org'), true],
    ['@example.org', mail('x@example.org'), true],
    ['@example.org', mail('x@mail.example.org'), false],
    ['^spam', mail('Spammer@example.org'), true],
    ['^SPAM', mail('spammer@example.org'), true],
    ['\\D\\d\\d@', mail('x42@example.org'), true],
    ['spam$', mail('spam@example.org'), false],
    ['\\.example$', mail('spam@mail.example'), true],
    ['ann+news@example.org', mail('ann+news@example.org'), true],
    ['a!b', mail('a!b@example.org'), true],
    ['%', mail('user%other@example.org'), true],
    ['^a@b', mail('"a@b"@example.org'), true],
    ['.?', NULL_SENDER, false],
  ])
  refuse('address_or_pattern', [
    ['example.org', 'LST602', /`@example\.org`/],
    ['.example.org', 'LST602', /`\[@\.\]example\\\.org\$`/],
    ['@exa_mple..org', 'NET205'],
    ['^(spam', 'RGX301'],
    ['*@example.org', 'RGX301', /`@example\.org`/],
    ['*spam', 'RGX301', /`\.\*spam`/],
    ['(?=spam)', 'RGX302'],
  ])
})

describe('host_or_pattern (badhelo)', () => {
  judge('host_or_pattern', [
    ['friend', 'FRIEND', true],
    ['example.org', 'example.org.', true],
    ['example.org', 'mail.example.org', false],
    ['-odd-', '-ODD-', true],
    ['^dsl', 'DSL-17.example', true],
    ['(dsl|pool)', 'a.pool.example', true],
    ['!\\.', 'localhost', true],
    ['!\\.', 'mail.example', false],
    ['\\.example$', 'mail.example', true],
    ['mail.example', 'mailxexample', false],
  ])
  refuse('host_or_pattern', [
    ['.example.org', 'LST602', /`\\\.example\\\.org\$`/],
    ['!', 'LST602'],
    ['^(dsl', 'RGX301'],
    ['!(?!x)', 'RGX302'],
  ])
  test('a culprit behind the `!` has its place in the entry', () => {
    assert.deepEqual(problemWith('host_or_pattern', '!a(b').range, { offset: 2, length: 1 })
  })
})

describe('pattern', () => {
  judge('pattern', [
    ['@.*@', mail('"a@b"@example.org'), true],
    ['^ann@example\\.org$', mail('Ann@example.org'), true],
    ['free\\smoney', 'Get FREE money', true],
    ['^money', 'Get FREE money', false],
    ['^$', NULL_SENDER, false],
    ['^7$', 7, true],
  ])
  refuse('pattern', [
    ['[z-a]', 'RGX301'],
    ['(a)\\1', 'RGX302'],
  ])
})

describe('string', () => {
  judge('string', [
    ['Windows', 'windows', true],
    ['Windows', 'windows xp', false],
    ['25', 25, true],
    ['ann@example.org', mail('ANN@example.org'), true],
  ])
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

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { compileRegex } from '../../src/compiler/regex/regex.ts'

const CASELESS = { ignoreCase: true }
const EXACT = { ignoreCase: false }

function matches(pattern: string, text: string, options = CASELESS): boolean {
  const regex = compileRegex(pattern, options)
  assert.ok(regex.ok, `${pattern} is refused`)
  return regex.test(text)
}

/** What a refusal points at, and why. */
function refusal(pattern: string): { at: number; culprit: string; kind: string; problem: string } {
  const regex = compileRegex(pattern, CASELESS)
  assert.ok(!regex.ok, `${pattern} is taken`)
  const { offset, length, kind, problem } = regex
  return { at: offset, culprit: pattern.slice(offset, offset + length), kind, problem }
}

describe('a pattern is found anywhere in the text', () => {
  const cases = [
    ['spam', 'no-spam@example.org', true],
    ['^spam', 'no-spam@example.org', false],
    ['^no-', 'no-spam@example.org', true],
    ['@example\\.org$', 'a@example.org', true],
    ['@example\\.org$', 'a@example.orgs', false],
    ['@example\\.org$', 'a@exampleXorg', false],
    ['\\Aa@b\\z', 'a@b', true],
    ['^.*@example\\.org$', 'a@example.org', true],
    ['^.*@example\\.org.*$', 'a@example.org.test', true],
    ['SPAM', 'spam', true],
    ['\\Qa.b\\E$', 'xa.b', true],
    ['\\Qa.b\\E$', 'xaxb', false],
    ['^viagra|casino$|^dice', 'my casino', true],
    ['^viagra|casino$|^dice', 'casino royale', false],
    ['^$', '', true],
    ['^$', 'a', false],
    ['', 'anything', true],
    ['.*', '', true],
    ['@.*@', 'a@b@c', true],
    ['^(dsl|pool-\\d+)\\.', 'pool-17.example', true],
    ['a{2}', 'caab', true],
    ['a{', 'a{', true],
    ['[]x]', ']', true],
    ['[[:digit:]]', '7', true],
    ['ſpam', 'SPAM', true],
    ['kelvin', '\u212Aelvin', true],
    ['mäx', 'MÄX', true],
    ['.*x$', 'a\nx', true],
    ['^.*x$', 'a\nx', false],
  ] as const
  for (const [pattern, text, expected] of cases)
    test(`/${pattern}/ in ${JSON.stringify(text)}: ${expected}`, () => assert.equal(matches(pattern, text), expected))
})

test('case counts when it is asked to', () => {
  assert.equal(matches('Spam$', 'SPAM', EXACT), false)
  assert.equal(matches('Spam$', 'xSpam', EXACT), true)
  assert.equal(matches('S.am$', 'spam', EXACT), false)
})

describe('what cannot be read has a place', () => {
  const cases = [
    ['^(dsl|pool-\\d+\\.', 1, '('],
    ['(a(b)', 0, '('],
    ['a)', 1, ')'],
    ['x[a-z', 1, '['],
    ['[]', 0, '['],
    ['x[z-a]y', 2, 'z-a'],
    ['[a[:alpa:]]', 2, '[:alpa:]'],
    ['ab**c', 2, '**'],
    ['(b|*a)', 3, '*'],
    ['a{1001}', 1, '{1001}'],
    ['((a{100}){100}){100}', 9, '{100}'],
    ['a\\p{Foo}', 1, '\\p{Foo}'],
    ['(?P<n>a)(?P<n>b)', 8, '(?P<n>'],
    ['a\\y', 1, '\\y'],
    ['ab\\', 2, '\\'],
    [`${'('.repeat(1100)}${')'.repeat(1100)}`, 999, '('],
  ] as const
  for (const [pattern, at, culprit] of cases)
    test(`/${pattern.slice(0, 30)}/ at ${at}`, () => {
      const found = refusal(pattern)
      assert.deepEqual({ at: found.at, culprit: found.culprit, kind: found.kind }, { at, culprit, kind: 'syntax' })
      assert.doesNotMatch(found.problem, /invalid|error/i)
    })
})

describe('what no linear engine has is refused as such', () => {
  const cases = [
    ['q(?=a)', 1, '(?='],
    ['(?!a)b', 0, '(?!'],
    ['a(?<=a)', 1, '(?<='],
    ['(?<!a)', 0, '(?<!'],
    ['(a)\\1', 3, '\\1'],
    ['(?<n>a)\\k<n>', 7, '\\k<n>'],
    ['(?P<n>a)(?P=n)', 8, '(?P='],
    ['a\\g{-1}', 1, '\\g{-1}'],
    ['(?(1)a)', 0, '(?('],
    ['a(?R)?', 1, '(?R)'],
  ] as const
  for (const [pattern, at, culprit] of cases)
    test(`/${pattern}/ at ${at}`, () => {
      const found = refusal(pattern)
      assert.deepEqual({ at: found.at, culprit: found.culprit, kind: found.kind }, { at, culprit, kind: 'not-linear' })
      assert.match(found.problem, /cannot run in linear time/)
    })
})

describe('what only Perl has is refused with the way out', () => {
  const cases = [
    ['a++', '++', /leave the second `\+` out/],
    ['a*+', '*+', /possessive/],
    ['a{2,}+', '{2,}+', /possessive/],
    ['(?>a)', '(?>', /write `\(\?:`/],
    ['a\\Z', '\\Z', /write `\$`/],
    ['(?#why)a', '(?#why)', /leave it out/],
    ['\\ha', '\\h', /write `\[ \\t\]`/],
    ['[\\h]', '\\h', /write `\[ \\t\]`/],
    ['\\R', '\\R', /\\r\?\\n/],
    ['a\\Kb', '\\K', /leave it out/],
    ['(?x) a', '(?x)', /flags/],
    ['(?|a|b)', '(?|', /branch reset/],
    ['\\cA', '\\c', /\\x01/],
    ['\\e', '\\e', /\\x1b/],
  ] as const
  for (const [pattern, culprit, problem] of cases)
    test(`/${pattern}/`, () => {
      const found = refusal(pattern)
      assert.equal(found.culprit, culprit)
      assert.equal(found.kind, 'syntax')
      assert.match(found.problem, problem)
    })
})

test('a pattern that would never end elsewhere ends', () => {
  assert.equal(matches('^([a-z]+)+$', `${'a'.repeat(50_000)}!`), false)
  assert.equal(matches('^(a|aa)+$', `${'a'.repeat(50_000)}!`), false)
})

const atom = fc.constantFrom('a', 'b', 'ab', '\\.', '-', '.', '[a-c]', '[^ab]', '\\d', '\\w', '@', '%', '1')
const piece = fc.tuple(atom, fc.constantFrom('', '', '', '*', '+', '?', '{2}', '*?')).map((parts) => parts.join(''))
const { tree: safePattern } = fc.letrec<{ tree: string; branch: string; group: string }>((tie) => ({
  tree: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('|')),
  branch: fc
    .tuple(
      fc.constantFrom('', '', '^', '^.*', '.*'),
      fc.array(fc.oneof({ depthSize: 'small', withCrossShrink: true }, piece, tie('group')), { maxLength: 5 }),
      fc.constantFrom('', '', '$', '.*$', '.*'),
    )
    .map(([head, middle, tail]) => head + middle.join('') + tail),
  group: tie('tree').map((tree) => `(?:${tree})`),
}))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '.', '-', '@', '%', '1', 'A', 'B', '\n'), maxLength: 12 })

test('agrees with the RegExp of JavaScript on what both have', () => {
  fc.assert(
    fc.property(safePattern, text, fc.boolean(), (pattern, sample, ignoreCase) => {
      const native = new RegExp(pattern, ignoreCase ? 'i' : '')
      assert.equal(matches(pattern, sample, { ignoreCase }), native.test(sample))
    }),
    { numRuns: 2000 },
  )
})

test('answers for every text as a pattern, and a refusal points into it', () => {
  const noise = fc.string({ unit: fc.constantFrom(...'ab01()[]{}^$.|*+?\\:=!<>P-,QEx'), maxLength: 14 })
  fc.assert(
    fc.property(noise, (pattern) => {
      const regex = compileRegex(pattern, CASELESS)
      if (regex.ok) return regex.test('ab') !== undefined
      return regex.length > 0 && regex.offset >= 0 && regex.offset + regex.length <= pattern.length
    }),
    { numRuns: 3000 },
  )
})

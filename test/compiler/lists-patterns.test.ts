import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { NULL_SENDER } from '../../src/core/mail/address.ts'
import { address as mail } from '../support/address.ts'
import { judge, problemWith, refuse } from './lists-judge.ts'

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

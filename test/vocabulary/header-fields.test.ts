/** missing_header and repeated_header: words about which fields the header section has. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { missingHeader } from '../../src/vocabulary/missing-header.ts'
import { repeatedHeader } from '../../src/vocabulary/repeated-header.ts'
import { answerOf } from './ask.ts'

const REQUIRED = { fields: ['From', 'Date'] }

describe('missing_header', () => {
  for (const [name, header, missing] of [
    ['a field that is not there', 'From: a@x.example\r\n\r\n', 'Date'],
    ['all of them', 'Subject: hi\r\n\r\n', 'From, Date'],
    ['a field that says nothing', 'From: a@x.example\r\nDate: \r\n\t\r\n\r\n', 'Date'],
    ['no header at all', '\r\nFrom: a@x.example\r\nDate: today\r\n', 'From, Date'],
  ] as const)
    test(`hit: ${name}`, async () => {
      const match = await answerOf(missingHeader, REQUIRED, { sender: 'a@x.example', header })
      assert.deepEqual(match, { truth: 'hit', because: missing, found: { names: missing } })
    })

  for (const [name, header] of [
    ['the fields are there, whatever their case', 'FROM: a@x.example\r\ndate: today\r\n\r\n'],
    ['one of two is empty', 'From:\r\nFrom: a@x.example\r\nDate: today\r\n\r\n'],
  ] as const)
    test(`miss: ${name}`, async () => {
      const match = await answerOf(missingHeader, REQUIRED, { sender: 'a@x.example', header })
      assert.deepEqual(match, { truth: 'miss' })
    })
})

describe('repeated_header', () => {
  test('hit: a field of RFC 5322 that may be there once', async () => {
    const header = 'Subject: one\r\nFrom: a@x.example\r\nsubject: two\r\n\r\n'
    const match = await answerOf(repeatedHeader, {}, { sender: 'a@x.example', header })
    assert.deepEqual(match, { truth: 'hit', because: 'Subject', found: { names: 'Subject' } })
  })

  test('miss: Received may be there often', async () => {
    const header = 'Received: a\r\nReceived: b\r\nFrom: a@x.example\r\n\r\n'
    assert.deepEqual(await answerOf(repeatedHeader, {}, { sender: 'a@x.example', header }), { truth: 'miss' })
  })

  test('hit: any field, when asked for', async () => {
    const header = 'Received: a\r\nReceived: b\r\n\r\n'
    const match = await answerOf(repeatedHeader, { fields: ['received'] }, { sender: 'a@x.example', header })
    assert.equal(match.truth, 'hit')
  })
})

for (const word of [missingHeader, repeatedHeader])
  test(`${word.name} is unknown before there is a message`, async () =>
    assert.equal((await answerOf(word, REQUIRED, { sender: 'a@x.example' })).truth, 'unknown'))

/** A whole site in front of real servers: what the client hears is what became of its message. */
import assert from 'node:assert/strict'
import { after, before, describe, it, type TestContext } from 'node:test'
import { type Dovecot, noDovecot, startDovecot } from '../../support/real/dovecot.ts'
import { noPostfix, type Postfix, startPostfix } from '../../support/real/postfix.ts'
import { serve, siteFolder } from '../../support/served-site.ts'
import type { SmtpClient } from '../../support/smtp-client.ts'

/** Rules are read below the site's own; the first queue plugin takes all. */
async function inFrontOf(test: TestContext, queue: string): Promise<SmtpClient> {
  const served = await serve(test, siteFolder(test, { plugins: [queue] }))
  const client = served.client()
  await client.hearReply()
  return client
}

/** The replies after the dot. */
async function send(client: SmtpClient, mail: string, recipients: readonly string[]): Promise<string> {
  for (const line of [
    'EHLO client.example',
    mail,
    ...recipients.map((one) => `RCPT TO:<${one}@example.org>`),
    'DATA',
  ]) {
    client.say(`${line}\r\n`)
    await client.hearReply()
  }
  client.say('Subject: hi\r\n\r\n..\r\nHello\r\n.\r\nNOOP\r\n')
  const heard = await client.hear('250 2.0.0 OK\r\n').catch((fault: Error) => fault.message)
  return heard.replace(/250 2\.0\.0 OK\r\n$/, '')
}

describe('Postern in front of Dovecot', { skip: noDovecot }, () => {
  let dovecot: Dovecot
  before(async () => (dovecot = await startDovecot()))
  after(() => dovecot.stop())

  it('says 250 when every recipient has the message', async (test) => {
    const client = await inFrontOf(test, `queue/lmtp: { host: ${dovecot.path} }`)
    assert.match(await send(client, 'MAIL FROM:<ann@example.net>', ['bob', 'eve']), /^250 2\.0\.0 .* Saved\r\n$/)
    const [message = ''] = await dovecot.messages('bob', 1)
    assert.match(message, /\nReceived: from .*client\.example[^]*\nSubject: hi\n\n\.\nHello\n$/)
  })

  it('names those who do not get it', async (test) => {
    const client = await inFrontOf(test, `queue/lmtp: { host: ${dovecot.path} }`)
    const heard = await send(client, 'MAIL FROM:<ann@example.net>', ['bob', 'full'])
    assert.match(heard, /^554 5\.2\.2 Only these recipients do not get it: <full@example\.org>\./)
  })

  it('tells each with PRDR', async (test) => {
    const client = await inFrontOf(test, `queue/lmtp: { host: ${dovecot.path} }`)
    const heard = await send(client, 'MAIL FROM:<ann@example.net> PRDR', ['bob', 'full', 'nobody'])
    const replies = heard.trimEnd().split('\r\n')
    assert.deepEqual(
      replies.map((line) => line.slice(0, 3)),
      ['353', '250', '554', '554', '250'],
    )
    assert.match(replies[2] ?? '', /^554 5\.2\.2 .*Quota exceeded/)
    assert.match(replies[3] ?? '', /^554 5\.1\.1 .*User doesn't exist/)
  })
})

describe('Postern in front of Postfix', { skip: noPostfix }, () => {
  let postfix: Postfix
  before(async () => (postfix = await startPostfix()))
  after(() => postfix.stop())

  it('says what Postfix says', async (test) => {
    const client = await inFrontOf(test, `queue/smtp-forward: { host: "127.0.0.1:${postfix.port}", xforward: true }`)
    assert.match(await send(client, 'MAIL FROM:<ann@example.net>', ['joe']), /^250 2\.0\.0 queued as [0-9A-Z]+\r\n$/)
    assert.match(await send(client, 'MAIL FROM:<ann@example.net>', ['nobody']), /^554 5\.1\.1 .*User unknown/)
    const [message = ''] = await postfix.messages('joe', 1)
    assert.match(message, /\nSubject: hi\n\n\.\nHello\n$/)
  })

  it('asks the client to come back while Postfix is away', async (test) => {
    const client = await inFrontOf(test, 'queue/smtp-forward: { host: "127.0.0.1:1" }')
    assert.match(await send(client, 'MAIL FROM:<ann@example.net>', ['joe']), /^451 4\.4\.1 The next server failed/)
  })
})

/** Exim as a client: it uses what is offered, chunks for the content and PRDR for two recipients. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type Exim, noExim, sendingTo, startExim } from '../../support/real/exim.ts'
import { type LoginSite, serveLogins } from './login-site.ts'
import { said } from './site.ts'

describe('Exim', { skip: noExim }, () => {
  const endings: (() => Promise<void>)[] = []
  let site: LoginSite
  let exim: Exim

  before(async () => {
    site = await serveLogins({ after: (ending) => endings.unshift(ending as () => Promise<void>) })
    exim = await startExim(sendingTo(site.ports.get('clear') ?? 0))
  })
  after(async () => {
    await exim.stop()
    for (const end of endings) await end()
  })

  /** The conversation, as Exim tells it. */
  const send = async (recipients: readonly string[], content: string): Promise<string> => {
    await said(exim.program, ['-odq', '-oi', '-f', 'ann@example.net', ...recipients], content)
    return said(exim.program, ['-v', '-qff'])
  }

  it('sends its content in chunks', async () => {
    const content = `Subject: chunks\n\n${'.dots and lines\n'.repeat(20_000)}`
    const conversation = await send(['bob@example.org'], content)
    assert.match(conversation, /SMTP\S+ BDAT \d+\n/)
    assert.match(conversation, /SMTP\S+ BDAT \d+ LAST\n[^]*SMTP<< 250 2\.0\.0 Queued/)
    const message = site.messages().find((text) => text.includes('Subject: chunks'))
    assert.ok(message?.endsWith(content.slice(content.indexOf('\n\n'))))
  })

  it('hears by PRDR who got the message, and keeps it for the other one', async () => {
    const conversation = await send(['full@example.org', 'bob@example.org'], 'Subject: prdr\n\nhello\n')
    assert.match(conversation, /MAIL FROM:<ann@example\.net>[^\n]* PRDR/)
    assert.match(
      conversation,
      /SMTP<< 353 [^]*SMTP<< 451 4\.2\.2 full [^]*SMTP<< 250 2\.0\.0 kept [^]*SMTP<< 250 2\.0\.0 Queued for/,
    )
    assert.match(conversation, /== full@example\.org [^\n]* defer [^\n]* 451 4\.2\.2 full/)
    assert.match(conversation, /=> bob@example\.org [^\n]* PRDR /)
  })
})

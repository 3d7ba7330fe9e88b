/** Sendmail that asks us as a milter: the same refusals as over SMTP, and our edits. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { noSendmail, type Sendmail, startSendmail } from '../../support/real/sendmail.ts'
import { skipWithout } from '../../support/real/workplace.ts'
import { said } from '../../server/real/site.ts'
import { ATTACHED, MESSAGE_REFUSALS, REFUSALS, refusal, STRANGER } from './house.ts'
import { serve, type Served, siteFolder } from '../../support/served-site.ts'

const endings: (() => Promise<void> | void)[] = []
const untilTheEnd = { after: (ending: unknown) => void endings.unshift(ending as () => Promise<void>) }

describe('Sendmail', { skip: noSendmail || skipWithout({ '/usr/bin/swaks': 'swaks' }) }, () => {
  let site: Served
  let sendmail: Sendmail

  before(async () => {
    const folder = siteFolder(untilTheEnd, ATTACHED)
    folder.write('house.yaml', ATTACHED.house)
    site = await serve(untilTheEnd, folder)
    sendmail = await startSendmail(site.ports.get('mil') ?? 0)
  })
  after(async () => {
    await sendmail.stop()
    for (const end of endings) await end()
  })

  const swaks = (...args: readonly string[]): Promise<string> =>
    said('swaks', ['--server', `127.0.0.1:${sendmail.port}`, '--helo', 'client.example', ...args])

  for (const [what, args, expected, text] of [...REFUSALS, ...MESSAGE_REFUSALS])
    it(`refuses at ${what} what we refuse`, async () => {
      assert.match(await swaks(...args), refusal(expected, text))
    })

  it('takes what we take, with our edits of its header section', async () => {
    const fields = ['--header', 'Subject: taken', '--add-header', 'X-Secret: 1', '--add-header', 'X-Secret: 2']
    assert.match(await swaks(...STRANGER, ...fields), /250 2\.0\.0 .* Message accepted for delivery/)
    const [message = '', ...others] = (await sendmail.queue()).filter((one) => one.includes('taken'))
    assert.deepEqual(others, [])
    assert.match(message, /^H\?\?X-Seen: mil$/m)
    assert.match(message, /^H\?\?Subject: \[taken\]$/m)
    assert.match(message, /^H\?\?X-Sender-Domain: example\.net$/m)
    assert.equal(message.match(/Subject:/g)?.length, 1)
    assert.doesNotMatch(message, /X-Secret/)
  })

  it('refuses one recipient, and takes the message for the other', async () => {
    const both = ['--from', 'ann@example.net', '--to', 'jill@example.org,jon@example.org']
    const out = await swaks(...both)
    assert.match(out, /550 5\.2\.1 .*100% sure/)
    assert.match(out, /250 2\.0\.0 .* Message accepted/)
  })
})

/** earlytalker on a real socket: what arrives before the greeting, and who waits for it. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { serve, siteFolder } from '../support/served-site.ts'

it('refuses who speaks at once, and greets who waits', async (test) => {
  const site = siteFolder(test, {
    plugins: ['relay: { relayclients: ./relayclients }', 'earlytalker: { wait: 500ms }'],
  })
  site.write('relayclients', '192.0.2.1\n')
  const served = await serve(test, site)
  const early = served.client()
  early.say('EHLO spam.example\r\nMAIL FROM:<a@spam.example>\r\n')
  assert.equal(await early.rest(), '554 5.7.1 Connecting host started transmitting before SMTP greeting\r\n')
  const patient = served.client()
  assert.equal(await patient.hearReply(), '220 mx.example.org ESMTP Postern ready\r\n')
  patient.say('QUIT\r\n')
  assert.match(await patient.rest(), /^221 /)
})

it('waits for no relay client', async (test) => {
  const site = siteFolder(test, { plugins: ['relay: { relayclients: ./relayclients }', 'earlytalker: { wait: 1d }'] })
  site.write('relayclients', '127.0.0.1\n')
  const client = (await serve(test, site)).client()
  assert.equal(await client.hearReply(), '220 mx.example.org ESMTP Postern ready\r\n')
})

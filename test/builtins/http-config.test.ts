/** http_config on a socket, with a web server on loopback. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { it } from 'node:test'
import { verdict } from '../../src/core/verdict.ts'
import { listen } from '../support/listen.ts'
import { serve, siteFolder } from '../support/served-site.ts'
import { smtpRig } from '../support/smtp-rig.ts'

const GREETING = '220 mx.example.org ESMTP Postern ready\r\n'

it('a session has the name and the greeting that the web service says, as long as it says something', async (test) => {
  let settings: ReadonlyMap<string, string> | undefined = new Map([
    ['/q/me', 'mx2.example.org'],
    ['/q/smtpgreeting', 'at your service'],
  ])
  const web = createServer(({ url = '' }, response) => {
    const value = settings?.get(url)
    if (!settings) response.destroy()
    else response.writeHead(value === undefined ? 404 : 200).end(value)
  })
  const source = `http://127.0.0.1:${await listen(web)}/q/{key}`
  const site = siteFolder(test, { plugins: [`http_config: { source: "${source}" }`] })
  const server = await serve(test, site)
  const greeting = (): Promise<string> => server.client().hear('\r\n')
  assert.equal(await greeting(), '220 mx2.example.org at your service\r\n')
  settings = new Map([['/q/smtpgreeting', 'good evening']])
  assert.equal(await greeting(), '220 mx.example.org good evening\r\n')
  settings = undefined
  assert.equal(await greeting(), GREETING)
})

it('a session takes what the web service says that it takes, and waits as long', async () => {
  const rig = smtpRig({
    policy: {
      config: ({ connection }) => {
        Object.assign(connection.config ?? {}, { message_size: 100_000, command_timeout: 60 })
        return verdict('DECLINED')
      },
    },
  })
  rig.session.start()
  await rig.settle()
  await rig.say('EHLO client.example\r\n')
  assert.match(rig.heard(), /^250-SIZE 100000\r$/m)
  rig.clock.advance(59_999)
  await rig.settle()
  assert.equal(rig.wire.closed, false)
  rig.clock.advance(1)
  await rig.settle()
  assert.match(rig.heard(), /^421 /)
})

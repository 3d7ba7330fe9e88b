/** Logging in lifts refusals that wait: their exemptions are asked again when they would be spoken. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { verdict } from '../../src/core/verdict.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { findingLines, loadTexts } from '../compiler/memory-site.ts'
import { type Rig, smtpRig } from '../support/smtp-rig.ts'

const HOUSE = `plugin: house
hooks:
  connect:
    - id: stranger
      match: { remote_ip: 192.0.2.7 }
      unless: { relay_client: true }
      return: DENY
      message: Not from there
      reply_at: rcpt
  auth:
    - { id: tim, match: { attempt.user: tim }, return: OK }
  rcpt:
    - { id: relay, match: { relay_client: true }, return: OK }
`

async function greeted(): Promise<Rig> {
  const texts = { 'postern.yaml': 'hostname: mx.example.org\nplugins: [./house.yaml]\n', 'house.yaml': HOUSE }
  const { site, report } = await loadTexts(texts)
  const { program } = site ?? assert.fail(findingLines(report).join('\n'))
  const rig = smtpRig({
    dispatch: createDispatcher(program, { deadline: 1000, trace: false }),
    offer: { auth: { mechanisms: ['PLAIN'], withoutTls: true } },
  })
  rig.session.start()
  await rig.settle()
  await rig.say('EHLO client.example\r\n')
  rig.heard()
  return rig
}

const MAIL = 'MAIL FROM:<tim@example.net>\r\nRCPT TO:<bob@elsewhere.example>\r\n'
const [LOGIN, WRONG] = ['\0tim\0x', '\0tom\0x'].map((text) => `AUTH PLAIN ${Buffer.from(text).toString('base64')}\r\n`)

it('a client that a rule refuses is refused at RCPT', async () => {
  const rig = await greeted()
  await rig.say(MAIL)
  assert.equal(rig.heard(), '250 2.1.0 <tim@example.net>, sender OK\r\n550 5.7.1 Not from there\r\n')
})

it('and not when it has logged in meanwhile', async () => {
  const rig = await greeted()
  await rig.say(`${LOGIN}${MAIL}`)
  assert.equal(
    rig.heard(),
    [
      '235 2.7.0 Authentication successful',
      '250 2.1.0 <tim@example.net>, sender OK',
      '250 2.1.5 <bob@elsewhere.example>, recipient ok',
      '',
    ].join('\r\n'),
  )
})

it('but all the same when it has only tried to', async () => {
  const rig = await greeted()
  await rig.say(WRONG ?? '')
  rig.clock.advance(2000)
  await rig.settle()
  await rig.say(MAIL)
  assert.match(rig.heard(), /^535 [^]*550 5\.7\.1 Not from there\r\n$/)
})

it('rules know who tries to log in, and with what', async () => {
  const rig = smtpRig({
    offer: { auth: { mechanisms: ['PLAIN'], withoutTls: true } },
    policy: {
      auth: ({ attempt }) => verdict(attempt?.mechanism === 'PLAIN' && attempt.user === 'tim' ? 'OK' : 'DENY'),
    },
  })
  rig.session.start()
  await rig.settle()
  await rig.say(`EHLO client.example\r\n${LOGIN}`)
  assert.match(rig.heard(), /235 2\.7\.0 /)
})

/** The hook `logging`: plugins hear of every line about their session, and of no line that hearing of one has made. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { HookContext } from '../../src/core/context.ts'
import { verdict } from '../../src/core/verdict.ts'
import { type Rig, type RigOptions, smtpRig } from '../support/smtp-rig.ts'

async function talked(options: RigOptions): Promise<Rig> {
  const rig = smtpRig(options)
  rig.session.start()
  await rig.settle()
  await rig.say('RCPT TO:<a@b.example>\r\nQUIT\r\n')
  rig.session.gone()
  await rig.settle()
  return rig
}

it('a plugin hears of lines that the protocol and other plugins have logged, after they were', async () => {
  const lines: unknown[] = []
  const logging = ({ logged, connection }: HookContext) => {
    lines.push([logged?.level, logged?.text, logged?.fields['reply'], connection.id])
    return verdict('DECLINED')
  }
  const connect = ({ ports }: HookContext) => {
    ports.log.write('warn', {}, 'a plugin speaks')
    return verdict('DECLINED')
  }
  const rig = await talked({ tellsLog: true, policy: { logging, connect } })
  assert.deepEqual(lines, [
    ['warn', 'a plugin speaks', undefined, 'c1'],
    ['info', 'refused by the protocol', '503 5.5.1 Use MAIL first', 'c1'],
  ])
  assert.deepEqual(
    rig.log.map(({ text }) => text),
    ['a plugin speaks', 'refused by the protocol'],
  )
})

it('what it logs itself goes to the log, and to no plugin', async () => {
  const logging = ({ ports }: HookContext) => {
    ports.log.write('info', {}, 'heard it')
    return verdict('DENY')
  }
  const rig = await talked({ tellsLog: true, policy: { logging } })
  assert.equal(rig.hooks.filter((hook) => hook === 'logging').length, 1)
  assert.deepEqual(
    rig.log.map(({ text }) => text),
    ['refused by the protocol', 'heard it'],
  )
  assert.match(rig.heard(), /^220 .*\r\n503 .*\r\n221 /)
})

it('costs nothing where nobody wants to hear', async () => {
  const rig = await talked({})
  assert.equal(rig.hooks.includes('logging'), false)
})

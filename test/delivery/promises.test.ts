import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { DeliveryWord } from '../../src/core/word.ts'
import { DELIVERIES } from '../../src/delivery/index.ts'
import { deliveryJob } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'
import { sinkWith } from '../support/smtp-sinks.ts'

let directory = ''
before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-promises-'))))
after(() => rm(directory, { recursive: true }))

/** Options with which a target could do its work, if it tried. */
async function optionsOf({ name }: DeliveryWord): Promise<object> {
  const sink = await sinkWith({}, { lmtp: name === 'lmtp' })
  const table: Readonly<Record<string, object>> = {
    maildir: { path: directory },
    smtp_forward: { host: '127.0.0.1', port: sink.port },
    lmtp: { host: '127.0.0.1', port: sink.port },
    http_forward: { url: `http://127.0.0.1:${sink.port}/` },
    zmailer: { path: directory },
  }
  return table[name] ?? (name === 'discard' ? {} : { program: '/bin/false' })
}

const WHOLE = DELIVERIES.filter(({ name }) => name !== 'discard')

describe('a message that a target cannot take as it is', () => {
  for (const word of WHOLE)
    it(`is refused before anything is done: binary content, by ${word.name}`, async () => {
      const target = deliveryTarget(word, await optionsOf(word))
      const said = await answer(target, deliveryJob({ mailParams: { BODY: 'BINARYMIME' } }))
      assert.deepEqual(said, { kind: 'refused', text: 'Binary content cannot be passed on', status: '5.6.3' })
      assert.deepEqual(await readdir(directory), [])
    })

  for (const name of ['smtp_forward', 'lmtp', 'qmail_queue', 'postfix_queue', 'exim_bsmtp', 'zmailer', 'http_forward'])
    it(`is refused before anything is done: REQUIRETLS, by ${name}`, async () => {
      const word = WHOLE.find((one) => one.name === name)
      assert.ok(word !== undefined)
      const target = deliveryTarget(word, await optionsOf(word))
      const said = await answer(target, deliveryJob({ mailParams: { REQUIRETLS: true } }))
      assert.deepEqual(said, { kind: 'refused', text: 'REQUIRETLS cannot be passed on', status: '5.7.30' })
      assert.deepEqual(await readdir(directory), [])
    })
})

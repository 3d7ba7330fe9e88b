import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { DeliveryOutcome } from '../../src/core/delivery.ts'
import { zmailer } from '../../src/delivery/zmailer.ts'
import { brokenJob, CONTENT, deliveryJob, type JobParts } from '../support/delivery-job.ts'
import { answer, deliveryTarget } from '../support/delivery-target.ts'

let office = ''
beforeEach(async () => {
  office = await mkdtemp(join(tmpdir(), 'postern-zmailer-'))
  for (const name of ['public', 'router']) await mkdir(join(office, name))
})
afterEach(() => rm(office, { recursive: true }))

function deliver(parts: JobParts = {}): Promise<DeliveryOutcome> {
  return answer(deliveryTarget(zmailer, { path: office }), deliveryJob(parts))
}

async function files(): Promise<readonly (readonly string[])[]> {
  return Promise.all(['public', 'router'].map((name) => readdir(join(office, name))))
}

describe('zmailer', () => {
  it('gives the router a file named by its inode', async () => {
    assert.deepEqual(await deliver({ to: ['bob@example.org', 'postmaster'] }), {
      kind: 'delivered',
      text: 'Queued! T1',
    })
    const [left, [name = '']] = [(await files())[0], (await files())[1] ?? []]
    assert.deepEqual(left, [])
    const file = join(office, 'router', name)
    const { ino, mode } = await stat(file)
    assert.deepEqual([name, mode & 0o777], [String(ino), 0o600])
    const envelope = 'external\nfrom <ann@example.net>\nto <bob@example.org>\nto <postmaster>\nenv-end\n'
    assert.equal(await readFile(file, 'latin1'), envelope + CONTENT.replaceAll('\r\n', '\n'))
  })

  it('writes the null sender and DSN as ZMailer reads them', async () => {
    const rcptParams = { NOTIFY: 'NEVER', ORCPT: 'rfc822;b@example.org' }
    await deliver({ from: '', mailParams: { RET: 'hdrs', ENVID: 'Q+2BQ' }, rcptParams })
    const [name = ''] = (await files())[1] ?? []
    const [envelope] = (await readFile(join(office, 'router', name), 'latin1')).split('env-end')
    assert.deepEqual(envelope?.split('\n'), [
      'external',
      'channel error',
      'envid Q+2BQ',
      'notaryret HDRS',
      'todsn NOTIFY=NEVER ORCPT=rfc822;b@example.org',
      'to <bob@example.org>',
      '',
    ])
  })

  it('leaves nothing when something is wrong', async () => {
    const bare = { kind: 'refused', text: 'Message holds a bare CR or LF', status: '5.6.0' }
    assert.deepEqual(await deliver({ content: 'Subject: x\r\n\r\na\nb\r\n' }), bare)
    assert.equal((await deliver({ mailParams: { ENVID: 'a\nto <evil@example.com>' } })).kind, 'refused')
    const broken = deliveryTarget(zmailer, { path: office }).deliver(brokenJob(new Error('spool gone')))
    await assert.rejects(broken, /spool gone/)
    assert.deepEqual(await files(), [[], []])
    await rm(join(office, 'router'), { recursive: true })
    const text = 'The message could not be stored (ENOENT)'
    assert.deepEqual(await deliver(), { kind: 'deferred', text, status: '4.3.0' })
    assert.deepEqual(await readdir(join(office, 'public')), [])
  })
})

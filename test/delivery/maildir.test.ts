import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import fc from 'fast-check'
import { mailbox, POSTMASTER } from '../../src/core/mail/address.ts'
import type { DeliveryTarget } from '../../src/core/delivery.ts'
import { maildir } from '../../src/delivery/maildir.ts'
import { checkPattern, directoryFor } from '../../src/delivery/maildir-pattern.ts'
import { address } from '../support/address.ts'
import { brokenJob, CONTENT, deliveryJob } from '../support/delivery-job.ts'

const LF_CONTENT = CONTENT.replaceAll('\r\n', '\n')

let root = ''
beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'postern-maildir-'))))
afterEach(() => rm(root, { recursive: true }))

function target(options: object = {}): DeliveryTarget {
  return maildir.compile({ path: root, permissions: '700', ...options })
}

function list(...path: readonly string[]): Promise<readonly string[]> {
  return readdir(join(root, ...path)).catch(() => [])
}

async function messages(...path: readonly string[]): Promise<readonly string[]> {
  const names = await list(...path, 'new')
  return Promise.all(names.map((name) => readFile(join(root, ...path, 'new', name), 'utf8')))
}

describe('maildir', () => {
  it('writes one file for all recipients, in new, with the trace of the last step', async () => {
    const result = await target().deliver(deliveryJob({ to: ['bob@example.org', 'eve@example.org'] }))
    assert.deepEqual(result, { kind: 'delivered', text: 'Queued! T1' })
    const trace = 'Return-Path: <ann@example.net>\nDelivered-To: bob@example.org\nDelivered-To: eve@example.org\n'
    assert.deepEqual(await messages(), [trace + LF_CONTENT])
    assert.deepEqual((await readdir(root)).toSorted(), ['cur', 'new', 'tmp'])
    assert.deepEqual([await list('tmp'), await list('cur')], [[], []])
  })

  it('writes one file for each recipient where the pattern says', async () => {
    const job = deliveryJob({ from: '', to: ['Bob@Example.org', 'eve@other.example'] })
    assert.equal((await target({ subdirectory: '%d/%l' }).deliver(job)).kind, 'delivered')
    const bob = `Return-Path: <>\nDelivered-To: Bob@example.org\n${LF_CONTENT}`
    assert.deepEqual(await messages('example.org', 'bob'), [bob])
    assert.equal((await messages('other.example', 'eve')).length, 1)
  })

  it('keeps octets that are no UTF-8, and addresses that are', async () => {
    const content = Buffer.from('Subject: \xe9\r\n\r\n\0\xff\r\n', 'latin1')
    await target().deliver(deliveryJob({ to: ['jürgen@example.org'], content }))
    const [name = ''] = await list('new')
    const octets = await readFile(join(root, 'new', name))
    assert.ok(octets.includes(Buffer.from('Delivered-To: jürgen@example.org\n')))
    assert.ok(octets.includes(Buffer.from('Subject: \xe9\n\n\0\xff\n', 'latin1')))
  })

  it('makes directories for the owner alone, or as told', async () => {
    const mode = async (...path: string[]): Promise<number> => (await stat(join(root, ...path))).mode & 0o777
    await target({ path: join(root, 'deep', 'box') }).deliver(deliveryJob())
    assert.equal(await mode('deep', 'box', 'new'), 0o700)
    const [name = ''] = await list('deep', 'box', 'new')
    assert.equal(await mode('deep', 'box', 'new', name), 0o600)
    await target({ path: join(root, 'read'), permissions: '500' })
      .deliver(deliveryJob())
      .catch(() => undefined)
    assert.equal(await mode('read'), 0o500)
  })

  it('never uses a name twice', async () => {
    const box = target()
    await Promise.all(Array.from({ length: 50 }, () => box.deliver(deliveryJob())))
    assert.equal((await list('new')).length, 50)
    for (const name of await list('new')) assert.match(name, /^\d+\.M\d+P\d+Q\d+R[0-9a-f]{8}\.mx\.example\.org$/)
  })
})

describe('maildir, when something fails', () => {
  const full = Object.assign(new Error('no space left on device'), { errno: -28, code: 'ENOSPC' })

  it('defers a full disk with its own status, and leaves nothing', async () => {
    const result = await target().deliver(brokenJob(full))
    assert.deepEqual(result, { kind: 'deferred', text: 'Insufficient system storage', status: '4.3.1' })
    assert.deepEqual([await list('tmp'), await list('new')], [[], []])
  })

  it('rejects when the message cannot be read, and leaves nothing', async () => {
    await assert.rejects(target().deliver(brokenJob(new Error('spool gone'))), /spool gone/)
    assert.deepEqual([await list('tmp'), await list('new')], [[], []])
  })

  it('delivers to all recipients or to none', async () => {
    await mkdir(join(root, 'example.org'))
    await writeFile(join(root, 'example.org', 'eve'), 'a file where the maildir should be')
    const job = deliveryJob({ to: ['bob@example.org', 'eve@example.org'] })
    const result = await target({ subdirectory: '%d/%l' }).deliver(job)
    assert.deepEqual(result, { kind: 'deferred', text: 'The message could not be stored (ENOTDIR)', status: '4.3.0' })
    assert.deepEqual([await list('example.org', 'bob', 'tmp'), await list('example.org', 'bob', 'new')], [[], []])
  })

  it('takes back the first file when the second gets no name', async () => {
    const box = target({ subdirectory: '%l' })
    const job = deliveryJob({ to: ['bob@example.org', 'eve@example.org'] })
    // The folder goes away between the writing and the naming of the second file.
    const read = job.message.read.bind(job.message)
    let reads = 0
    job.message.read = async function* () {
      yield* read()
      reads += 1
      if (reads === 2) await rm(join(root, 'eve', 'new'), { recursive: true })
    }
    const result = await box.deliver(job)
    assert.equal(result.kind, 'deferred')
    assert.deepEqual([await list('bob', 'new'), await list('bob', 'tmp'), await list('eve', 'tmp')], [[], [], []])
  })
})

describe('the sub-directory of a recipient', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['bob@example.org', '%d/%l', 'example.org/bob'],
    ['Bob@example.org', 'x/%u', 'x/bob@example.org'],
    ['"../../etc"@example.org', '%l', '_._.._etc'],
    ['".."@example.org', '%l', '_.'],
    ['"."@example.org', '.%l', '._'],
    ['""@example.org', '%l', '_'],
    ['"/etc/passwd"@example.org', '%d/%l', 'example.org/_etc_passwd'],
    ['"%d"@example.org', '%l', '_d'],
    ['$&@example.org', '%l', '__'],
    ['bob@[192.0.2.1]', '%d', '_192.0.2.1_'],
    ['a+b@example.org', '%l', 'a+b'],
  ]
  for (const [recipient, pattern, expected] of cases)
    it(`${pattern} of ${recipient} is ${expected}`, () =>
      assert.equal(directoryFor(address(recipient), pattern, 'mx.example.org'), expected))

  it('of the bare postmaster is that of this host', () =>
    assert.equal(directoryFor(POSTMASTER, '%d/%l', 'mx.example.org'), 'mx.example.org/postmaster'))

  it('never leads out of the root', () => {
    const local = fc.string({
      unit: fc.constantFrom('.', '/', '\\', '%', 'l', 'd', 'u', 'é', ' ', '~', '$'),
      maxLength: 12,
    })
    const pattern = fc.constantFrom('%l', '%d/%l', '%u', '.%l', '%l/Maildir', 'a/%l/b')
    fc.assert(
      fc.property(local, pattern, (name, shape) => {
        const recipient = mailbox(name, 'example.org')
        assert.ok(recipient !== undefined)
        const directory = directoryFor(recipient, shape, 'mx.example.org')
        assert.equal(directory.split('/').length, shape.split('/').length)
        for (const part of directory.split('/')) assert.doesNotMatch(part, /^\.{0,2}$|[^-A-Za-z0-9+_.,@=]/)
      }),
    )
  })

  it('has a pattern that makes sense', () => {
    for (const pattern of ['', 'all', '/var/%l', '../%l', '%l/../..', 'a\0%l'])
      assert.throws(() => checkPattern(pattern), Error, pattern)
    assert.throws(() => target({ subdirectory: 'all' }), /none of %l, %d and %u/)
  })
})

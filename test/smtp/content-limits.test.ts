/** Limits of the content that need more than a conversation to show: time, number of fields, room on disk. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { verdict } from '../../src/core/verdict.ts'
import { fakeSpool, type FakeSpool } from '../support/fake-spool.ts'
import { ACCEPTING, contentRig, ENVELOPE, greetedRig, type Policy, type Rig } from '../support/smtp-rig.ts'

const LIMITS = { data_rate: 100, data_grace: 60 }
const TOO_SLOW = '421 4.4.2 The content comes in too slowly\r\n'

async function wait(rig: Rig, seconds: number): Promise<void> {
  rig.clock.advance(seconds * 1000)
  await rig.settle()
}

describe('row 34: limit data_rate', () => {
  it('ends a session whose content trickles in, though each octet comes in time', async () => {
    const rig = await contentRig({ limits: LIMITS })
    for (let second = 0; second < 60; second += 1) {
      assert.equal(rig.wire.closed, false)
      await rig.say('a')
      await wait(rig, 1)
    }
    assert.equal(rig.heard(), TOO_SLOW)
    assert.equal(rig.wire.closed, true)
    assert.equal(rig.log.at(-1)?.fields['limit'], 'data_rate')
  })

  it('limit data_grace: measures over that time, so that content may stand still for a while', async () => {
    const rig = await contentRig({ limits: LIMITS })
    await wait(rig, 59)
    await rig.say(`${'a'.repeat(5998)}\r\n`)
    await wait(rig, 1)
    await wait(rig, 59)
    assert.equal(rig.wire.closed, false)
    await wait(rig, 1)
    assert.equal(rig.heard(), TOO_SLOW)
  })

  it('holds for chunks too, and not between them', async () => {
    const rig = await greetedRig({ limits: LIMITS, policy: ACCEPTING })
    await rig.say(`${ENVELOPE}BDAT 6\r\nA: b\r\n`)
    await wait(rig, 120)
    assert.equal(rig.wire.closed, false)
    await rig.say('BDAT 10000\r\n')
    rig.heard()
    await wait(rig, 60)
    assert.equal(rig.heard(), TOO_SLOW)
  })

  it('does not count time in which the client was told to wait', async () => {
    let answer = (): void => undefined
    const policy: Policy = {
      ...ACCEPTING,
      data_headers_end: () => new Promise((resolve) => (answer = () => resolve(verdict('DECLINED')))),
    }
    const rig = await contentRig({ limits: LIMITS, policy })
    await rig.say('A: b\r\n\r\n')
    await rig.say('more')
    assert.equal(rig.wire.flowing, false)
    await wait(rig, 119)
    answer()
    await rig.settle()
    assert.equal(rig.wire.closed, false)
    assert.equal(rig.wire.flowing, true)
    await wait(rig, 1)
    await wait(rig, 60)
    assert.equal(rig.heard(), TOO_SLOW)
  })

  it('leaves no timer behind when the content is over', async () => {
    const rig = await contentRig({ limits: LIMITS })
    await rig.say('A: b\r\n\r\n.\r\n')
    assert.equal(rig.clock.pending(), 1, 'the deadline of the next command')
  })
})

describe('row 38: limit header_fields', () => {
  const fields = (count: number): string => 'A: b\r\n\tfolded\r\n'.repeat(count)

  it('takes as many as it says, folded or not', async () => {
    const rig = await contentRig({ limits: { header_fields: 100 } })
    await rig.say(`${fields(100)}\r\nbody\r\n.\r\n`)
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
  })

  it('refuses one more when the content is over, and asks no hook about it', async () => {
    const rig = await contentRig({ limits: { header_fields: 100 } })
    await rig.say(`${fields(101)}\r\nbody\r\n`)
    assert.equal(rig.heard(), '')
    await rig.say('.\r\nNOOP\r\n')
    assert.equal(rig.heard(), '554 5.6.0 The message has too many header fields\r\n250 2.0.0 OK\r\n')
    assert.deepEqual(rig.hooks, ['reset_transaction', 'noop'])
    assert.equal(rig.log.find(({ fields: { limit } }) => limit)?.fields['limit'], 'header_fields')
  })
})

describe('limit spool_threshold', () => {
  const THRESHOLD = 262_144
  const line = `${'x'.repeat(998)}\r\n`

  async function spooled(spool: FakeSpool, policy: Policy = {}): Promise<Rig> {
    return contentRig({ spool, policy })
  }

  it('keeps a small body in memory', async () => {
    const spool = fakeSpool()
    const rig = await spooled(spool)
    await rig.say(`\r\n${line.repeat(262)}.\r\n`)
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
    assert.equal(spool.files(), 0)
  })

  it('puts what is more into a file, which is gone when the transaction is', async () => {
    const spool = fakeSpool()
    let seen: unknown[] = []
    const queue: Policy['queue'] = async ({ transaction }) => {
      const body = transaction?.message?.body
      let octets = 0
      for await (const piece of body?.read() ?? []) octets += piece.length
      seen = [spool.files(), octets, body?.length, body?.head(1e6).length]
      return verdict('OK')
    }
    const rig = await spooled(spool, { queue })
    for (let count = 0; count < 10; count += 1) await rig.say(`${count === 0 ? '\r\n' : ''}${line.repeat(100)}`)
    assert.ok(spool.stored() > 500_000)
    await rig.say('.\r\n')
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
    assert.deepEqual(seen, [1, 1_000_000, 1_000_000, THRESHOLD])
    assert.equal(spool.files(), 0)
  })

  it('row 72: says 452 where there is no room, reads the rest, and takes the next message when there is room again', async () => {
    const spool = fakeSpool({ room: 100_000 })
    const rig = await spooled(spool)
    const send = async (): Promise<string> => {
      for (let count = 0; count < 10; count += 1) await rig.say(`${count === 0 ? '\r\n' : ''}${line.repeat(100)}`)
      await rig.say('.\r\n')
      return rig.heard()
    }
    assert.equal(await send(), '452 4.3.1 No room for the message now, try again later\r\n')
    assert.equal(spool.files(), 0)
    assert.match(String(rig.log.find(({ level }) => level === 'error')?.fields['because']), /ENOSPC/)
    await rig.say(`${ENVELOPE}DATA\r\n`)
    rig.heard()
    await rig.say('\r\nsmall\r\n.\r\n')
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
    spool.room = Infinity
    await rig.say(`${ENVELOPE}DATA\r\n`)
    rig.heard()
    assert.equal(await send(), '250 2.0.0 Queued\r\n')
  })

  it('leaves no file when the client goes in the middle', async () => {
    const spool = fakeSpool()
    const rig = await spooled(spool)
    for (let count = 0; count < 10; count += 1) await rig.say(`${count === 0 ? '\r\n' : ''}${line.repeat(100)}`)
    assert.equal(spool.files(), 1)
    rig.session.gone()
    await rig.settle()
    assert.equal(spool.files(), 0)
  })

  it('stops the client while the disk is slow', async () => {
    const slow = Promise.withResolvers<void>()
    const spool = fakeSpool({ slow: slow.promise })
    const rig = await spooled(spool)
    rig.session.receive(Buffer.from(`\r\n${line.repeat(400)}`))
    rig.session.receive(Buffer.from(line))
    await rig.settle()
    assert.equal(rig.wire.flowing, false)
    slow.resolve()
    await rig.settle()
    assert.equal(rig.wire.flowing, true)
    await rig.say('.\r\n')
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
  })
})

describe('temporary files of plugins', () => {
  it('are there within a transaction, and gone after it', async () => {
    const spool = fakeSpool()
    const found: unknown[] = []
    const policy: Policy = {
      helo: ({ ports }) => {
        found.push(ports.temporary)
        return verdict('DECLINED')
      },
      data_post: async ({ ports }) => {
        found.push(await ports.temporary?.file(), await ports.temporary?.directory(), spool.files())
        return verdict('DECLINED')
      },
      reset_transaction: () => {
        found.push(spool.files())
        return verdict('DECLINED')
      },
    }
    const rig = await contentRig({ spool, policy })
    await rig.say('A: b\r\n\r\n.\r\n')
    assert.deepEqual(found, [undefined, '/spool/file', '/spool/directory', 2, 2])
    assert.equal(spool.files(), 0)
  })
})

/** What RFC 5321 section 4.5.3.1 promises clients is kept, however low a site sets its limits; what is longer is refused once. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type LimitName, LIMITS } from '../../src/core/limits.ts'
import { ACCEPTING, contentRig, greetedRig } from '../support/smtp-rig.ts'

/** Every limit as low as it goes. */
const LOWEST = Object.fromEntries(Object.entries(LIMITS).map(([name, { minimum }]) => [name, minimum]))

function padded(start: string, length: number): string {
  return `${start.padEnd(length - '\r\n'.length, 'x')}\r\n`
}

describe('with every limit as low as it goes', () => {
  it('a command of 512 octets is taken, and one more is refused once', async () => {
    const rig = await greetedRig({ limits: LOWEST })
    await rig.say(`${padded('NOOP ', 512)}${padded('NOOP ', 513)}NOOP\r\n`)
    assert.equal(rig.heard(), '250 2.0.0 OK\r\n500 5.5.2 Command line too long\r\n250 2.0.0 OK\r\n')
  })

  it('a local part of 64 octets and a path of 256 are taken', async () => {
    const rig = await greetedRig({ limits: LOWEST, policy: ACCEPTING })
    const local = 'l'.repeat(64)
    await rig.say(`MAIL FROM:<${local}@${'d'.repeat(60)}.example>\r\n`)
    assert.match(rig.heard(), /^250 /)
    const path = `<${local}@${'d.'.repeat(91)}example>`
    assert.equal(path.length, 256)
    await rig.say(`RCPT TO:${path}\r\n`)
    assert.match(rig.heard(), /^250 /)
  })

  it('100 recipients are taken, and the others are asked to come again', async () => {
    const rig = await greetedRig({ limits: LOWEST, policy: ACCEPTING })
    const recipients = Array.from({ length: 101 }, (_, index) => `RCPT TO:<r${index}@example.org>\r\n`)
    await rig.say(`MAIL FROM:<>\r\n${recipients.join('')}`)
    const replies = rig.heard().split('\r\n')
    assert.equal(replies.filter((reply) => reply.startsWith('250 2.1.5 ')).length, 100)
    assert.match(replies.at(-2) ?? '', /^452 4\.5\.3 /)
  })

  it('lines of 1000 octets and a message of 64 KiB are taken', async () => {
    const rig = await contentRig({ limits: LOWEST })
    const lines = padded('', 1000).repeat(65)
    await rig.say(`Subject: hi\r\n\r\n${lines}.\r\n`)
    assert.equal(rig.heard(), '250 2.0.0 Queued\r\n')
  })
})

describe('a command that is too long', () => {
  for (const [length, times] of [
    [4096, 10],
    [100 * 1024, 1],
  ] as const)
    it(`of ${length} octets is refused once, and the next one is in step`, async () => {
      const rig = await greetedRig()
      await rig.say(`${padded('MAIL FROM:<', length).repeat(times)}NOOP\r\n`)
      assert.equal(rig.heard(), `${'500 5.5.2 Command line too long\r\n'.repeat(times)}250 2.0.0 OK\r\n`)
    })
})

describe('no limit', () => {
  for (const name of Object.keys(LIMITS) as LimitName[])
    it(`${name} can be infinite, zero or less: it has a default and a minimum`, () => {
      const { default: byDefault, minimum } = LIMITS[name]
      assert.ok(Number.isSafeInteger(byDefault) && byDefault >= minimum)
      assert.ok(minimum > 0 || name === 'shutdown_grace')
    })
})

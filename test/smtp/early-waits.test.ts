/** A client that is listened to holds nothing longer than its session, however often rules listen. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { EarlyEar } from '../../src/smtp/early-input.ts'
import { Pauses } from '../../src/smtp/pauses.ts'
import { fakeClock } from '../support/fake-clock.ts'

it('no wait is left when the session ends, and none begins after it', async () => {
  const clock = fakeClock()
  const pauses = new Pauses(clock)
  const ear = new EarlyEar(pauses, () => false)
  const waits = Array.from({ length: 1000 }, () => ear.within(3_600_000))
  assert.equal(clock.pending(), 1000)
  pauses.end()
  assert.equal(clock.pending(), 0)
  assert.ok((await Promise.all(waits)).every((spoke) => !spoke))
  assert.equal(await ear.within(3_600_000), false)
  assert.equal(clock.pending(), 0)
})

it('one octet ends all waits at once', async () => {
  const clock = fakeClock()
  let hasSpoken = false
  const ear = new EarlyEar(new Pauses(clock), () => hasSpoken)
  const waits = Array.from({ length: 1000 }, () => ear.within(3_600_000))
  hasSpoken = true
  ear.heard()
  assert.ok((await Promise.all(waits)).every((spoke) => spoke))
  assert.equal(clock.pending(), 0)
})

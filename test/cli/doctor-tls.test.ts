/** The doctor sees certificates that end soon, have ended, or are not there. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lookAtTls } from '../../src/cli/doctor/look-at-tls.ts'
import { PLAIN_SERVICE, type Service } from '../../src/core/service.ts'
import { authority } from '../support/certificates.ts'

const OURS = authority('Test authority')

function serviceUntil(days: number, names: readonly string[] = ['mx.example.org']): Service {
  const { cert, key } = OURS.issue({ subject: 'mx.example.org', names, valid: [-30, days] })
  const certificate = { names, chain: `${cert}\n${OURS.cert}`, key }
  const rest = { minVersion: 'TLSv1.2', ciphers: undefined, clientCertificates: 'none', ca: undefined } as const
  return { ...PLAIN_SERVICE, tls: { mode: 'starttls', settings: { certificates: [certificate], ...rest } } }
}

describe('a certificate', () => {
  const cases: readonly (readonly [days: number, status: string])[] = [
    [60, 'ok'],
    [10, 'warning'],
    [-2, 'error'],
  ]
  for (const [days, status] of cases)
    it(`that is valid for ${days} days: ${status}`, () => {
      const [finding] = lookAtTls('mx', serviceUntil(days), Date.now())
      assert.equal(finding?.status, status)
      assert.match(finding.message, /^the certificate of mx\.example\.org is valid until \d{4}-\d\d-\d\d/)
    })

  it('without a name in it is known by its subject', () => {
    const [finding] = lookAtTls('mx', serviceUntil(60, []), Date.now())
    assert.match(finding?.message ?? '', /^the certificate of CN=mx\.example\.org is valid until/)
  })

  it('that is not there serves nobody', () => {
    const [finding] = lookAtTls('mx', { ...PLAIN_SERVICE, tls: { mode: 'unavailable' } }, 0)
    assert.equal(finding?.status, 'error')
  })

  it('is not asked for where there is no TLS', () => assert.deepEqual(lookAtTls('mx', PLAIN_SERVICE, 0), []))
})

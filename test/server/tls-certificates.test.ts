/** Certificates over real sockets: ours by the name that is asked for, those of clients, versions and ciphers. */
import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import type { ConnectionOptions } from 'node:tls'
import { tlsFault } from '../../src/server/tls.ts'
import { askedFact } from '../support/asked-fact.ts'
import { authority, fingerprint } from '../support/certificates.ts'
import { GREETING, HELLO, type House, house, type HouseOptions, siteOf } from './house.ts'
import { certificate, implicit, lastConnection, OURS, secured, settings, speaking } from './tls-house.ts'

describe('a certificate', () => {
  const names = (...list: readonly string[]) => certificate({ subject: list[0] ?? '', names: list })
  const certificates = [
    names('mx.example.org'),
    names('*.example.net'),
    names('mail.example.net', 'xn--bcher-kva.example'),
  ] as const
  const asked: Readonly<Record<string, string>> = {
    'mx.example.org': 'mx.example.org',
    'MAIL.example.net': 'mail.example.net',
    'xn--bcher-kva.example': 'mail.example.net',
    'other.example.net': '*.example.net',
    'deep.other.example.net': 'mx.example.org',
    'example.net': 'mx.example.org',
    'unknown.example': 'mx.example.org',
    '': 'mx.example.org',
  }
  for (const [servername, expected] of Object.entries(asked))
    it(`is chosen for ${servername || 'no name'}: ${expected}`, async (test) => {
      const rig = await house(test, { services: speaking('implicit', { certificates }) })
      const client = implicit(rig, { ca: OURS.cert, servername })
      await client.hear(GREETING)
      assert.equal(client.socket.getPeerCertificate().subject.CN, expected)
    })

  it('that was replaced is the one new connections get; the others go on', async (test) => {
    const rig = await house(test, { services: speaking('starttls') })
    const old = await secured(rig, { ca: OURS.cert, servername: 'mx.example.org' })
    const other = authority('Another authority')
    const { cert, key } = other.issue({ subject: 'mx.example.org', names: ['mx.example.org'] })
    const replaced = { certificates: [{ names: [], chain: cert, key }] } as const
    rig.site = siteOf({ services: speaking('starttls', replaced) })
    await secured(rig, { ca: cert && other.cert, servername: 'mx.example.org' })
    old.say('HELO c.example\r\n')
    await old.hear(HELLO)
  })

  it('a listener that a newer site does not know keeps its own', async (test) => {
    const rig = await house(test, { services: speaking('implicit') })
    rig.site = siteOf({})
    await implicit(rig, { ca: OURS.cert, servername: 'mx.example.org' }).hear(GREETING)
  })

  it('that cannot be had leaves nobody in clear text', async (test) => {
    const rig = await house(test, { services: { mx: { tls: { mode: 'unavailable' } } } })
    assert.equal(await rig.client().rest(), '421 4.7.0 TLS is not available, try again later\r\n')
  })
})

describe('settings that OpenSSL does not like', () => {
  it('leave nobody in clear text, and the server alive', async (test) => {
    const rig = await house(test, { services: speaking('starttls', { ciphers: 'NOTHING' }) })
    for (let count = 0; count < 2; count += 1)
      assert.match(await rig.client().rest(), /^421 4\.7\.0 TLS is not available/)
    assert.equal(rig.log.at(-1)?.text, 'TLS does not work')
  })

  it('are told beforehand', () => {
    assert.equal(tlsFault(settings()), undefined)
    assert.match(tlsFault(settings({ ciphers: 'NOTHING' })) ?? '', /no cipher match/)
  })
})

describe('versions and ciphers', () => {
  async function isWelcome(test: TestContext, options: HouseOptions, client: ConnectionOptions): Promise<boolean> {
    const rig = await house(test, options)
    const heard = implicit(rig, client).hear(GREETING)
    return heard.then(
      () => true,
      () => false,
    )
  }
  const old: ConnectionOptions = { maxVersion: 'TLSv1.2' }

  it('TLS 1.2 is spoken, unless the site wants more', async (test) => {
    assert.equal(await isWelcome(test, { services: speaking('implicit') }, old), true)
    assert.equal(await isWelcome(test, { services: speaking('implicit', { minVersion: 'TLSv1.3' }) }, old), false)
  })

  it('TLS 1.1 is not', async (test) => {
    const older: ConnectionOptions = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }
    assert.equal(await isWelcome(test, { services: speaking('implicit') }, older), false)
  })

  it('only ciphers of the site are spoken', async (test) => {
    const services = speaking('implicit', { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' })
    const [strong, weak] = ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256']
    assert.equal(await isWelcome(test, { services }, { ...old, ciphers: strong }), true)
    assert.equal(await isWelcome(test, { services }, { ...old, ciphers: weak }), false)
  })
})

describe('a client with a certificate', () => {
  const issued = OURS.issue({ subject: ['client.example', 'Doe, John'], names: ['client.example'] })
  const stranger = authority('Nobody').issue({ subject: 'client.example' })
  const asking = (clientCertificates: 'none' | 'request' | 'require') =>
    speaking('implicit', { clientCertificates, ca: OURS.cert })

  async function facts(rig: House, options: ConnectionOptions): Promise<readonly unknown[]> {
    const client = implicit(rig, options)
    await client.hear(GREETING)
    const names = ['tls.client.subject', 'tls.client.fingerprint', 'tls.client.verified']
    return names.map((name) => askedFact(name, rig))
  }

  it('is known by it when it is asked for', async (test) => {
    const rig = await house(test, { services: asking('request') })
    const known = ['CN=client.example,O=Doe\\, John', fingerprint(issued.cert), true]
    assert.deepEqual(await facts(rig, issued), known)
    assert.deepEqual(await facts(rig, stranger), ['CN=client.example', fingerprint(stranger.cert), false])
    assert.deepEqual(await facts(rig, {}), [undefined, undefined, undefined])
  })

  it('is known by it again when it resumes a session', async (test) => {
    const rig = await house(test, { services: asking('request') })
    const first = implicit(rig, { ...issued, maxVersion: 'TLSv1.2' })
    await first.hear(GREETING)
    const session = first.socket.getSession() ?? assert.fail('no session')
    const second = implicit(rig, { ...issued, maxVersion: 'TLSv1.2', session })
    await second.hear(GREETING)
    assert.equal(second.socket.isSessionReused(), true)
    assert.equal(askedFact('tls.client.fingerprint', rig), fingerprint(issued.cert))
    assert.equal(askedFact('tls.client.verified', rig), true)
  })

  it('is not asked for it by default', async (test) => {
    const rig = await house(test, { services: asking('none') })
    assert.deepEqual(await facts(rig, issued), [undefined, undefined, undefined])
  })

  it('is let in by no other where it is required', async (test) => {
    const rig = await house(test, { services: asking('require') })
    assert.equal((await facts(rig, issued))[2], true)
    for (const options of [{}, stranger]) {
      rig.contexts.splice(0)
      await assert.rejects(implicit(rig, options).hear(GREETING), /hung up after ""/)
      assert.deepEqual(rig.contexts, [])
    }
  })

  it('whose certificate is out of date is not verified', async (test) => {
    const rig = await house(test, { services: asking('request') })
    const late = OURS.issue({ subject: 'client.example', valid: [-3, -2] })
    assert.equal((await facts(rig, late))[2], false)
  })
})

describe('channel bindings', () => {
  it('are what the client sees too', async (test) => {
    const rig = await house(test, { services: speaking('implicit') })
    const client = implicit(rig)
    await client.hear(GREETING)
    const bindings = lastConnection(rig).tls?.channelBindings
    const exported = client.socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
    assert.deepEqual(bindings?.get('tls-exporter'), exported)
    const own = client.socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase()
    assert.equal(bindings?.get('tls-server-end-point')?.toString('hex'), own)
  })
})

/** How listeners serve, from the site file: certificates that are read and tried, and lists of those whose word is taken. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateKeyPairSync } from 'node:crypto'
import { posix } from 'node:path'
import { loadSite } from '../../src/compiler/load-site.ts'
import type { LoadEnvironment } from '../../src/compiler/load-environment.ts'
import type { Service } from '../../src/core/service.ts'
import type { TlsSettings } from '../../src/core/net/tls.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { tlsFault } from '../../src/server/tls.ts'
import { authority } from '../support/certificates.ts'
import { findingLines, ROOT } from './memory-site.ts'
import { TEST_VOCABULARY } from './words.ts'

const OURS = authority('Our authority')
const MX = OURS.issue({ subject: 'mx.example.org', names: ['MX.example.org', '*.example.net'] })
const OTHER = OURS.issue({ subject: 'other.example' })
const FILES: Readonly<Record<string, string>> = {
  'ca.pem': OURS.cert,
  'mx.pem': MX.cert + OURS.cert,
  'mx.key': MX.key,
  'turned.pem': OURS.cert + MX.cert,
  'other.pem': OTHER.cert,
  'other.key': OTHER.key,
  'both.pem': MX.key + MX.cert,
  'late.pem': OURS.issue({ subject: ['late.example', 'Late'], valid: [-9, -8] }).cert,
  'early.pem': OURS.issue({ subject: 'early.example', valid: [8, 9] }).cert,
  'locked.key': locked(),
  'garbage.pem': 'hello\n',
  'broken.pem': MX.cert.replace(/[A-Za-z]{8}/, 'AAAAAAAA'),
  proxies: '192.0.2.0/24\n2001:db8:: the other one\n',
}

function locked(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const lock = { cipher: 'aes-256-cbc', passphrase: 'secret' }
  return privateKey.export({ type: 'pkcs8', format: 'pem', ...lock }).toString()
}

interface Loaded {
  readonly services: ReadonlyMap<string, Service>
  readonly loads: boolean
  readonly findings: readonly string[]
  readonly quoted: readonly string[]
}

async function load(yaml: string, more: Partial<LoadEnvironment> = {}): Promise<Loaded> {
  const [report, sources] = [new Report(), new Map([[`${ROOT}/`, '']])]
  const texts: Readonly<Record<string, string>> = {
    ...FILES,
    'postern.yaml': `hostname: mx.example.org\nplugins: []\n${yaml}`,
  }
  const { site } = await loadSite(`${ROOT}/postern.yaml`, {
    report,
    sources,
    builtins: new Map(),
    vocabulary: TEST_VOCABULARY,
    files: {
      read: async (path) => {
        const name = posix.relative(ROOT, path)
        if (name === 'secret.key') throw new Error('secret.key cannot be opened: permission denied')
        return texts[name]
      },
    },
    importModule: () => assert.fail('there are no modules'),
    now: () => Date.now(),
    tlsFault,
    ...more,
  })
  const services = site?.services ?? new Map<string, Service>()
  return { services, loads: site !== undefined, findings: findingLines(report), quoted: [...sources.values()] }
}

async function serviceOf(yaml: string, name = 'smtp'): Promise<Service> {
  const { services, findings } = await load(yaml)
  assert.deepEqual(findings, [])
  return services.get(name) ?? assert.fail(`no listener ${name}`)
}

async function tlsOf(yaml: string, name?: string): Promise<TlsSettings & { readonly mode: string }> {
  const { tls } = await serviceOf(yaml, name)
  if (tls.mode !== 'starttls' && tls.mode !== 'implicit') assert.fail(`TLS is ${tls.mode}`)
  return { mode: tls.mode, ...tls.settings }
}

const CERTIFICATES = 'certificates: [{ cert: mx.pem, key: mx.key }]'

describe('TLS of a listener', () => {
  it('is none where the site says nothing', async () => {
    const service = await serviceOf('listen: [{ port: 25 }]')
    assert.deepEqual(service.tls, { mode: 'none' })
    assert.deepEqual(
      [service.requireTls, service.proxies, service.xclient, service.xforward],
      [false, undefined, undefined, undefined],
    )
  })

  it('is STARTTLS where the site has certificates, unless the listener says otherwise', async () => {
    const yaml = `tls: { ${CERTIFICATES} }\nlisten: [{ port: 25 }, { name: smtps, port: 465, tls: implicit }, { name: inside, port: 26, tls: none }]`
    assert.equal((await tlsOf(yaml)).mode, 'starttls')
    assert.equal((await tlsOf(yaml, 'smtps')).mode, 'implicit')
    assert.equal((await serviceOf(yaml, 'inside')).tls.mode, 'none')
  })

  it('has the names in the certificate, in one spelling, unless others are written', async () => {
    const own = await tlsOf(`tls: { ${CERTIFICATES} }\nlisten: [{ port: 25 }]`)
    assert.deepEqual(own.certificates[0].names, ['mx.example.org', '*.example.net'])
    assert.deepEqual([own.certificates[0].chain, own.certificates[0].key], [FILES['mx.pem'], FILES['mx.key']])
    const written = await tlsOf(
      `tls: { certificates: [{ names: [bücher.example, "*.A.example."], cert: both.pem, key: both.pem }] }\nlisten: [{ port: 25 }]`,
    )
    assert.deepEqual(written.certificates[0].names, ['xn--bcher-kva.example', '*.a.example'])
  })

  it('has what the site says, and what the listener says otherwise', async () => {
    const yaml = `tls: { ${CERTIFICATES}, min_version: TLSv1.3, client_certificates: request, ca: ca.pem }
listen:
  - { port: 25 }
  - { name: other, port: 26, tls: { mode: implicit, client_certificates: require, min_version: TLSv1.2, ciphers: ECDHE-ECDSA-AES256-GCM-SHA384, certificates: [{ cert: other.pem, key: other.key }] } }`
    const { certificates: _, ...site } = await tlsOf(yaml)
    assert.deepEqual(site, {
      mode: 'starttls',
      minVersion: 'TLSv1.3',
      ciphers: undefined,
      clientCertificates: 'request',
      ca: OURS.cert,
    })
    const { certificates, ...other } = await tlsOf(yaml, 'other')
    const expected = {
      mode: 'implicit',
      minVersion: 'TLSv1.2',
      ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384',
      clientCertificates: 'require',
      ca: OURS.cert,
    }
    assert.deepEqual(other, expected)
    assert.equal(certificates[0].chain, OTHER.cert)
  })

  it('is the same on all addresses of one name', async () => {
    const yaml = `tls: { ${CERTIFICATES} }\nlisten: [{ port: 25, tls: starttls }, { tls: starttls, address: "::1", port: 25 }]`
    assert.equal((await load(yaml)).services.size, 1)
  })
})

const LISTEN = 'listen: [{ port: 25 }]'
const pair = (cert: string, key: string): string => `tls: { certificates: [{ cert: ${cert}, key: ${key} }] }\n${LISTEN}`

describe('a certificate that does not work', () => {
  /** The text that is pointed at, and what is said of it. */
  const faults: Readonly<Record<string, readonly [yaml: string, at: string, finding: string]>> = {
    'is not there': [pair('mx.pem', 'none.key'), 'none.key', 'CFG110 there is no file none.key'],
    'cannot be read': [
      pair('mx.pem', 'secret.key'),
      'secret.key',
      'CFG110 secret.key cannot be opened: permission denied',
    ],
    'is none': [
      pair('garbage.pem', 'mx.key'),
      'garbage.pem',
      'TLS001 `garbage.pem` holds no certificate that can be read',
    ],
    'is broken': [
      pair('broken.pem', 'mx.key'),
      'broken.pem',
      'TLS001 `broken.pem` holds no certificate that can be read',
    ],
    'has a key that is none': [
      pair('mx.pem', 'ca.pem'),
      'ca.pem',
      'TLS001 `ca.pem` holds no private key that can be read',
    ],
    'has a key with a passphrase': [
      pair('mx.pem', 'locked.key'),
      'locked.key',
      'TLS001 `locked.key` holds no private key that can be read',
    ],
    'has the key of another': [
      pair('mx.pem', 'other.key'),
      'other.key',
      'TLS001 `other.key` is not the key of the certificate in `mx.pem`',
    ],
    'comes after its issuer': [
      pair('turned.pem', 'mx.key'),
      'mx.key',
      'TLS001 `mx.key` is not the key of the certificate in `turned.pem`',
    ],
    'is for no name': [
      `tls: { certificates: [{ cert: mx.pem, key: mx.key, names: [mx.*.org, ok.example] }] }\n${LISTEN}`,
      'mx.*.org',
      'NET204 `mx.*.org` is no domain name',
    ],
    'is asked for with ciphers nobody knows': [
      `tls: { ${CERTIFICATES}, ciphers: STRONG }\n${LISTEN}`,
      'STRONG',
      'TLS001 TLS does not work like this: no cipher match',
    ],
    'trusts an authority that is none': [
      `tls: { ${CERTIFICATES}, ca: garbage.pem }\n${LISTEN}`,
      'garbage.pem',
      'TLS001 `garbage.pem` holds no certificate that can be read',
    ],
    'trusts an authority that is not there': [
      `tls: { ${CERTIFICATES}, ca: none.pem }\n${LISTEN}`,
      'none.pem',
      'CFG110 there is no file none.pem',
    ],
    'does not exist': [
      'listen: [{ port: 25, tls: implicit }]',
      'implicit',
      'TLS001 listener `smtp` is to speak TLS, and there is no certificate',
    ],
    'is required and not offered': [
      'listen: [{ port: 25, require_tls: true }]',
      'true',
      'TLS001 listener `smtp` requires TLS and does not offer it: nobody could send mail',
    ],
    'speaks a version that is broken': [
      `tls: { ${CERTIFICATES}, min_version: TLSv1.1 }\n${LISTEN}`,
      'TLSv1.1',
      'CFG104 `min_version` cannot be `TLSv1.1`',
    ],
  }
  for (const [what, [yaml, at, finding]] of Object.entries(faults))
    it(`because it ${what} is found with its place`, async () => {
      const { findings, loads, quoted } = await load(yaml)
      const [line = ''] = yaml.split('\n')
      assert.deepEqual(findings, [`postern.yaml:3:${line.lastIndexOf(at) + 1} ${finding}`])
      assert.equal(loads, false)
      assert.doesNotMatch(quoted.join(), /PRIVATE KEY|CERTIFICATE/)
    })

  it('because its time is over, or has not come, is a warning', async () => {
    const late = await load(`tls: { ca: late.pem, ${CERTIFICATES} }\n${LISTEN}`)
    assert.match(
      late.findings.join('\n'),
      /^postern\.yaml:3:12 warning TLS001 the certificate `O=Late, CN=late\.example` was valid until \d{4}-\d\d-\d\d$/,
    )
    const early = await load(`tls: { ca: early.pem, ${CERTIFICATES} }\n${LISTEN}`)
    assert.match(early.findings.join('\n'), /warning TLS001 the certificate `CN=early\.example` is valid from \d{4}-/)
    assert.deepEqual([late.loads, early.loads], [true, true])
  })

  it('because OpenSSL finds its key too short is found with its place', async () => {
    const fault = (): string => 'ee key too small'
    const { findings } = await load(pair('mx.pem', 'mx.key'), { tlsFault: fault })
    assert.deepEqual(findings, ['postern.yaml:3:22 TLS001 TLS does not work like this: ee key too small'])
  })

  it('because its files are on another machine is a warning to whoever does not serve, and nobody is served', async () => {
    const { findings, services, loads } = await load(pair('mx.pem', 'none.key'), { offline: true })
    assert.deepEqual(findings, ['postern.yaml:3:44 warning CFG110 there is no file none.key'])
    assert.equal(loads, true)
    assert.deepEqual(services.get('smtp')?.tls, { mode: 'unavailable' })
  })
})

describe('those whose word is taken', () => {
  it('are lists of addresses, in place or in a file', async () => {
    const service = await serviceOf(
      'listen: [{ port: 25, proxy: { from: proxies }, xclient: { from: [192.0.2.1, 10.0.0.0/8] }, xforward: { from: ["2001:db8::1"] } }]',
    )
    const found = ({ proxies, xclient, xforward }: Service, ip: string) =>
      [proxies, xclient, xforward].map((list) => list?.find(ip) !== undefined)
    assert.deepEqual(found(service, '192.0.2.1'), [true, true, false])
    assert.deepEqual(found(service, '2001:db8::'), [true, false, false])
    assert.deepEqual(found(service, '2001:db8::1'), [false, false, true])
    assert.deepEqual(found(service, '10.255.0.1'), [false, true, false])
  })

  const faults: Readonly<Record<string, string>> = {
    'proxy: { from: [10.0.0.1/8] }': '3:38 NET201 ',
    'xclient: { from: [proxy.example] }': '3:40 NET202',
    'xforward: { from: nowhere }': '3:40 LST601 list file not found: nowhere',
    'proxy: {}': 'CFG103',
    'proxy: true': 'CFG102',
  }
  for (const [given, expected] of Object.entries(faults))
    it(`are refused with ${given}`, async () => {
      const { findings, loads } = await load(`listen: [{ port: 25, ${given} }]`)
      assert.match(findings.join('\n'), new RegExp(expected.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')))
      assert.equal(loads, false)
    })
})

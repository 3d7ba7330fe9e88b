/** What listeners offer, from the site file: protocol, extensions, AUTH, unix sockets. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { defaultExtensions } from '../../src/core/extensions.ts'
import type { Offer } from '../../src/core/offer.ts'
import { findingLines, loadTexts, ROOT } from './memory-site.ts'

const LOGS_IN = 'plugin: logs-in\nhooks: { auth: [{ id: all, match: always, return: OK }] }\n'

async function load(yaml: string, plugins = '[./logs-in.yaml]') {
  const texts = { 'postern.yaml': `hostname: mx.example.org\nplugins: ${plugins}\n${yaml}`, 'logs-in.yaml': LOGS_IN }
  const { site, report } = await loadTexts(texts)
  return { site: site ?? assert.fail(findingLines(report).join('\n')), findings: findingLines(report) }
}

async function offerOf(listener: string, more = '', plugins?: string): Promise<Offer | undefined> {
  const { site } = await load(`listen: [{ name: mx, port: 0, ${listener} }]\n${more}`, plugins)
  return site.services?.get('mx')?.offer
}

describe('a listener', () => {
  it('speaks SMTP, lets nobody log in and offers what needs no help, unless it says more', async () => {
    assert.deepEqual(await offerOf(''), { protocol: 'smtp', extensions: defaultExtensions(), auth: undefined })
    const { binarymime, dsn, requiretls, chunking, smtputf8, prdr } = defaultExtensions()
    assert.deepEqual([binarymime, dsn, requiretls, chunking, smtputf8, prdr], [false, false, false, true, true, true])
  })

  it('speaks LMTP', async () => {
    assert.equal((await offerOf('protocol: lmtp'))?.protocol, 'lmtp')
  })

  it('offers AUTH with its mechanisms, strongest first', async () => {
    assert.deepEqual((await offerOf('auth: { mechanisms: [LOGIN, PLAIN, SCRAM-SHA-256] }'))?.auth, {
      mechanisms: ['SCRAM-SHA-256', 'PLAIN', 'LOGIN'],
      withoutTls: false,
    })
    const inClear = await offerOf('auth: { mechanisms: [PLAIN], without_tls: true }')
    assert.equal(inClear?.auth?.withoutTls, true)
  })

  it('offers no AUTH where no plugin answers', async () => {
    assert.equal((await offerOf('auth: { mechanisms: [PLAIN], without_tls: true }', '', '[]'))?.auth, undefined)
  })

  it('is told of an offer that comes to nothing', async () => {
    const auth = 'auth: { mechanisms: [PLAIN] }'
    const { findings } = await load(`listen: [{ name: mx, port: 0, ${auth} }]`)
    assert.match(findings.join(), /CFG115 nobody can log in here/)
    assert.deepEqual(
      (await load(`listen: [{ port: 0, auth: { mechanisms: [PLAIN], without_tls: true } }]`)).findings,
      [],
    )
  })
})

it('extensions are the same on all listeners', async () => {
  const { site } = await load(
    'listen: [{ name: a, port: 0 }, { name: b, port: 0 }]\nextensions: { dsn: true, smtputf8: false }',
  )
  for (const name of ['a', 'b'])
    assert.deepEqual(site.services?.get(name)?.offer.extensions, { ...defaultExtensions(), dsn: true, smtputf8: false })
})

it('a unix socket is a path from the site, with rights, whose clients come from loopback', async () => {
  const { site } = await load(
    'listen: [{ name: a, path: run/a.sock }, { name: b, path: /run/b.sock, permissions: "600", address: 192.0.2.1 }]',
  )
  assert.deepEqual(site.listeners, [
    { name: 'a', address: '127.0.0.1', port: 0, unix: { path: `${ROOT}/run/a.sock`, permissions: 0o660 } },
    { name: 'b', address: '192.0.2.1', port: 0, unix: { path: '/run/b.sock', permissions: 0o600 } },
  ])
})

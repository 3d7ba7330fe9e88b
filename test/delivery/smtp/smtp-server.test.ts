/** smtp-server, an implementation of somebody else's, hears what we mean. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { lmtp } from '../../../src/delivery/lmtp.ts'
import { smtpForward } from '../../../src/delivery/smtp-forward.ts'
import { systemClock } from '../../../src/ports/system-clock.ts'
import { deliveryJob } from '../../support/delivery-job.ts'
import { answer, deliveryTarget } from '../../support/delivery-target.ts'
import { listen } from '../../support/listen.ts'

const tlsFile = (name: string): string => new URL(`../../support/tls/${name}`, import.meta.url).pathname
const ports = { clock: systemClock() }

let directory = ''
before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-peer-'))))
after(() => rm(directory, { recursive: true }))

interface Seen {
  users: string[]
  clients: string[]
  contents: string[]
}

/** Port of a server with our certificate, and what it saw. */
async function peer(options: SMTPServerOptions = {}): Promise<{ readonly port: number; readonly seen: Seen }> {
  const seen: Seen = { users: [], clients: [], contents: [] }
  const server = new SMTPServer({
    cert: readFileSync(tlsFile('server.pem')),
    key: readFileSync(tlsFile('server.key')),
    disableReverseLookup: true,
    authOptional: true,
    onAuth({ username = '', password = '' }, _session, done) {
      seen.users.push(`${username}:${password}`)
      done(null, { user: username })
    },
    onData(stream, session, done) {
      let content = ''
      stream.on('data', (chunk: Buffer) => (content += chunk.toString('latin1')))
      stream.on('end', () => {
        seen.contents.push(content)
        seen.clients.push(session.remoteAddress)
        done(null, 'fine')
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  return { port: await listen(server.server), seen }
}

describe('with smtp-server', () => {
  for (const mechanism of ['PLAIN', 'LOGIN'])
    for (const tls of ['required', 'implicit'])
      it(`logs in with ${mechanism}, TLS ${tls}`, async () => {
        const { port, seen } = await peer({ authMethods: [mechanism], authOptional: false, secure: tls === 'implicit' })
        const password = join(directory, 'password')
        await writeFile(password, 'sésame = 1\n')
        const login = { tls, ca_file: tlsFile('ca.pem'), user: 'pöstern', password_file: password }
        const target = deliveryTarget(smtpForward, { host: 'localhost', port, ...login })
        for (let count = 0; count < 2; count += 1)
          assert.equal((await answer(target, deliveryJob({ ports }))).kind, 'delivered')
        assert.deepEqual([seen.users, seen.contents.length], [['pöstern:sésame = 1'], 2])
      })

  it('stands as our client with XCLIENT', async () => {
    const { port, seen } = await peer({ useXClient: true })
    const client = { ip: '2001:db8::7', hello: { verb: 'EHLO', name: 'client.example' } } as const
    const target = deliveryTarget(smtpForward, { host: '127.0.0.1', port, tls: 'none', xclient: true })
    assert.equal((await answer(target, deliveryJob({ client, ports }))).kind, 'delivered')
    assert.deepEqual(seen.clients, ['2001:db8::7'])
  })

  it('speaks LMTP', async () => {
    const { port, seen } = await peer({ lmtp: true })
    const target = deliveryTarget(lmtp, { host: '127.0.0.1', port })
    const { kind, perRecipient } = await target.deliver(deliveryJob({ to: ['a@example.org', 'b@example.org'], ports }))
    assert.deepEqual([kind, perRecipient?.length, seen.contents.length], ['delivered', 2, 1])
  })
})

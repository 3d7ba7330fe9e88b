/**
 * Clients that other people wrote log in, and send mail over SMTP and LMTP: swaks, curl, msmtp, Python's smtplib, nodemailer.
 */
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { after, before, describe, it } from 'node:test'
import { createTransport } from 'nodemailer'
import { skipWithout } from '../../support/real/workplace.ts'
import { type LoginSite, PASSWORD, serveLogins, TOKEN, USER } from './login-site.ts'
import { said } from './site.ts'

const RELAYED = 'bob@elsewhere.example'

let site: LoginSite
const endings: (() => Promise<void>)[] = []

before(async () => (site = await serveLogins({ after: (ending) => endings.unshift(ending as () => Promise<void>) })))
after(async () => {
  for (const end of endings) await end()
})

function places(path: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((directory) => existsSync(`${directory}/${path}`))
}

function missing(program: string): string | false {
  return !places(program) && `this machine has no ${program} (Debian package ${program})`
}

describe('swaks', { skip: skipWithout({ '/usr/bin/swaks': 'swaks' }, false) }, () => {
  const swaks = (port: number | undefined, ...args: readonly string[]): Promise<string> =>
    said('swaks', ['--server', `127.0.0.1:${port}`, '--from', USER, '--helo', 'client.example', ...args])
  const login = (password: string): string[] => ['--auth-user', USER, '--auth-password', password]

  for (const mechanism of ['PLAIN', 'LOGIN', 'CRAM-MD5'])
    it(`logs in with ${mechanism} and may relay then, and not with another password`, async () => {
      const auth = ['--auth', mechanism, '--tls', '--to', RELAYED]
      const out = await swaks(site.ports.get('mx'), ...auth, ...login(PASSWORD))
      assert.match(out, /<~\s+235 2\.7\.0 Authentication successful/)
      assert.match(out, /<~\s+250 2\.0\.0 Queued/)
      assert.match(await swaks(site.ports.get('mx'), ...auth, ...login('wrong')), /535 5\.7\.8 Authentication failed/)
      assert.match(await swaks(site.ports.get('mx'), '--to', RELAYED), /550 5\.7\.1 Relaying denied/)
    })

  it('row 25: sees no AUTH in clear text', async () => {
    const out = await swaks(site.ports.get('mx'), '--auth', 'PLAIN', '--to', RELAYED, ...login(PASSWORD))
    assert.doesNotMatch(out, /250.AUTH/)
    assert.match(out, /Host did not advertise authentication/)
    const clear = await swaks(site.ports.get('clear'), '--auth', 'PLAIN', '--to', RELAYED, ...login(PASSWORD))
    assert.match(clear, /<\W+250 2\.0\.0 Queued/)
  })

  it('hears one answer for each recipient with PRDR, and with LMTP over TCP and a unix socket', async () => {
    const [mx, lmtp, local] = [site.ports.get('mx'), site.ports.get('lmtp'), site.path('lmtp.sock')]
    const both = ['--to', 'a@example.org,b@example.org']
    assert.match(await swaks(mx, '--prdr', ...both), /<\W+250 2\.0\.0 Queued.*\n -> QUIT/)
    const twice = /<\W+250 2\.0\.0 Queued.*\n<\W+250 2\.0\.0 Queued/
    assert.match(await swaks(lmtp, '--protocol', 'LMTP', ...both), twice)
    assert.match(await said('swaks', ['--socket', local, '--protocol', 'LMTP', '--from', USER, ...both]), twice)
    assert.match(site.messages().join('\n'), /with LMTP id/)
    const split = ['--to', 'full@example.org,b@example.org']
    const each = String.raw`<\W+451 4\.2\.2 full .*\n<\W+250 2\.0\.0 kept .*\n`
    assert.match(await swaks(lmtp, '--protocol', 'LMTP', ...split), new RegExp(each))
    assert.match(await swaks(mx, '--prdr', ...split), new RegExp(`<\\W+353 .*\\n${each}<\\W+250 2\\.0\\.0 Queued for`))
  })
})

describe('curl', { skip: missing('curl') }, () => {
  const curl = (listener: string, ...args: readonly string[]): Promise<string> => {
    const url = `smtp://127.0.0.1:${site.ports.get(listener)}/client.example`
    const envelope = ['--mail-from', `<${USER}>`, '--mail-rcpt', `<${RELAYED}>`, '--upload-file', '-']
    return said('curl', ['-sv', url, ...envelope, ...args], 'Subject: from curl\r\n\r\n.hello\r\n')
  }

  for (const mechanism of ['PLAIN', 'LOGIN', 'CRAM-MD5'])
    it(`logs in with ${mechanism}`, async () => {
      const options = ['--login-options', `AUTH=${mechanism}`, '--ssl-reqd', '--cacert', site.path('ca.pem')]
      const resolve = ['--connect-to', `::127.0.0.1:${site.ports.get('mx')}`, '--insecure']
      const out = await curl('mx', ...options, ...resolve, '--user', `${USER}:${PASSWORD}`)
      assert.match(out, new RegExp(`> AUTH ${mechanism}`))
      assert.match(out, /< 235 2\.7\.0 /)
      assert.match(site.messages().join(), /Subject: from curl\n\n\.hello\n/)
      const refused = await curl('mx', ...options, ...resolve, '--user', `${USER}:wrong`)
      assert.match(refused, /< 535 5\.7\.8 /)
    })

  for (const mechanism of ['OAUTHBEARER'])
    it(`logs in with ${mechanism}`, async () => {
      const token = ['--oauth2-bearer', TOKEN, '--user', `${USER}:`, '--login-options', `AUTH=${mechanism}`]
      const out = await curl('clear', ...token)
      assert.match(out, new RegExp(`> AUTH ${mechanism}`))
      assert.match(out, /< 235 2\.7\.0 /)
    })
})

describe('msmtp', { skip: missing('msmtp') }, () => {
  const supported = (): string => spawnSync('msmtp', ['--version'], { encoding: 'utf8' }).stdout ?? ''

  for (const mechanism of ['plain', 'login', 'cram-md5', 'scram-sha-1', 'scram-sha-256', 'xoauth2', 'oauthbearer'])
    it(`logs in with ${mechanism}`, async (test) => {
      if (!supported().includes(mechanism)) return test.skip(`this msmtp knows no ${mechanism}`)
      const secret = mechanism.includes('oauth') || mechanism.includes('xoauth') ? TOKEN : PASSWORD
      const send = (password: string): Promise<string> =>
        said(
          'msmtp',
          [
            '--debug',
            '--host=127.0.0.1',
            `--port=${site.ports.get('clear')}`,
            '--tls=off',
            `--auth=${mechanism}`,
            `--user=${USER}`,
            `--passwordeval=echo ${password}`,
            `--from=${USER}`,
            RELAYED,
          ],
          'Subject: from msmtp\n\nhello\n',
        )
      assert.match(await send(secret), /<-- 250 2\.0\.0 Queued/)
      if (secret === PASSWORD) assert.match(await send('wrong'), /<-- 535 5\.7\.8 /)
    })
})

const SMTPLIB = `
import smtplib, ssl, sys, json
port, user, password, kind, ca = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], sys.argv[5]
result = {}
if kind == 'lmtp':
    with smtplib.LMTP(ca) as s:
        result = {k: v[0] for k, v in s.sendmail('a@b.example', ['x@example.org', 'no@elsewhere.example'], 'Subject: lmtp\\r\\n\\r\\nhi\\r\\n').items()}
else:
    with smtplib.SMTP('127.0.0.1', port) as s:
        s.ehlo('client.example')
        if kind == 'utf8':
            s.sendmail('b\\u00fcro@b\\u00fccher.example', ['kunde@example.org'], 'Subject: gr\\u00fc\\u00dfe\\r\\n\\r\\nhi\\r\\n'.encode(), ['SMTPUTF8', 'BODY=8BITMIME'])
            result['sent'] = True
        elif kind == 'bdat':
            s.docmd('MAIL FROM:<a@b.example>'); s.docmd('RCPT TO:<x@example.org>')
            s.send('BDAT 12\\r\\nSubject: hi\\r'); result['first'] = s.getreply()[0]
            s.send('BDAT 7 LAST\\r\\n\\n\\r\\n.\\r\\nx'); result['last'] = s.getreply()[0]
        else:
            s.user, s.password = user, password
            code, text = s.auth(kind.upper(), getattr(s, 'auth_' + kind.replace('-', '_')))
            result['code'] = code
print(json.dumps(result))
`

describe("Python's smtplib", { skip: missing('python3') }, () => {
  const python = (kind: string, port: string, password = PASSWORD): unknown => {
    const place = kind === 'lmtp' ? site.path('lmtp.sock') : ''
    const args = ['-c', SMTPLIB, String(site.ports.get(port)), USER, password, kind, place]
    return JSON.parse(execFileSync('python3', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })) as unknown
  }

  for (const mechanism of ['plain', 'login', 'cram-md5'])
    it(`logs in with ${mechanism}`, async () => {
      assert.deepEqual(python(mechanism, 'clear'), { code: 235 })
      assert.throws(() => python(mechanism, 'clear', 'wrong'), /535/)
    })

  it('sends to addresses beyond ASCII', async () => {
    assert.deepEqual(python('utf8', 'mx'), { sent: true })
    assert.match(site.messages().join(), /with UTF8SMTP id[^]*Subject: grüße\n/)
  })

  it('sends chunks', async () => {
    assert.deepEqual(python('bdat', 'mx'), { first: 250, last: 250 })
    assert.match(site.messages().join(), /Subject: hi\n\n\.\nx/)
  })

  it('speaks LMTP over a unix socket, and hears which recipient was refused', async () => {
    assert.deepEqual(python('lmtp', 'mx'), { 'no@elsewhere.example': 550 })
    assert.match(site.messages().join(), /Subject: lmtp\n/)
  })
})

describe('nodemailer', () => {
  const transport = (method: string, pass = PASSWORD) =>
    createTransport({
      host: '127.0.0.1',
      port: site.ports.get('mx') ?? 0,
      requireTLS: true,
      tls: { rejectUnauthorized: false },
      authMethod: method,
      auth: method === 'XOAUTH2' ? { type: 'OAuth2', user: USER, accessToken: TOKEN } : { user: USER, pass },
    })
  const message = { from: USER, to: RELAYED, subject: 'from nodemailer', text: 'hello' }

  for (const method of ['PLAIN', 'LOGIN', 'CRAM-MD5', 'XOAUTH2'])
    it(`logs in with ${method}`, async () => {
      const { response } = await transport(method).sendMail(message)
      assert.match(response, /^250 2\.0\.0 Queued/)
      if (method !== 'XOAUTH2') await assert.rejects(transport(method, 'wrong').sendMail(message), /535 5\.7\.8/)
    })

  it('asks for delivery notifications', async () => {
    const dsn = { id: 'x+y', return: 'headers', notify: ['success', 'delay'], recipient: 'ann@example.net' }
    const { response } = await transport('PLAIN').sendMail({ ...message, dsn })
    assert.match(response, /^250 2\.0\.0 Queued/)
  })

  it('speaks LMTP', async () => {
    const lmtp = createTransport({ host: '127.0.0.1', port: site.ports.get('lmtp') ?? 0, lmtp: true, ignoreTLS: true })
    const { accepted } = await lmtp.sendMail({ ...message, to: ['a@example.org', 'b@example.org'] })
    assert.deepEqual(accepted, ['a@example.org', 'b@example.org'])
  })
})

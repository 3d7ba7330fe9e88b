/** A site whose clients log in over TLS and whose mail can be read, served by a process of its own. */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { serve, type Served } from '../../support/served-site.ts'
import { type TlsSite, tlsSite } from './site.ts'

export const USER = 'tim@example.org'
export const PASSWORD = 'tanstaaftanstaaf'
export const TOKEN = 'a-token.of+some~kind'

export interface LoginSite extends Served, TlsSite {
  /** Messages in the maildir, the newest last. */
  messages(): readonly string[]
}

const MECHANISMS = 'SCRAM-SHA-256, SCRAM-SHA-1, OAUTHBEARER, XOAUTH2, CRAM-MD5, PLAIN, LOGIN'

const LOGS_IN = (file: string): string => `plugin: logs-in
hooks:
  auth:
    - { id: file, match: { auth_file: { file: ${JSON.stringify(file)} } }, return: OK }
    - { id: token, match: { attempt.user: "${USER}", attempt.mechanism: [XOAUTH2, OAUTHBEARER] }, return: OK }
  rcpt:
    - { id: relay, match: { relay_client: true }, return: OK }
`

const DELIVERS = (path: string): string => `plugin: delivers
hooks:
  queue:
    - { id: maildir, match: always, deliver: { maildir: { path: ${JSON.stringify(path)} } } }
`

/** A delivery that answers for each recipient, where one of them is called `full`. */
const SPLIT = `import { addressText, definePlugin, verdict } from 'postern'

export default definePlugin({
  name: 'split',
  hooks: {
    queue: ({ transaction }) => {
      const names = transaction.recipients.map(({ address }) => addressText(address))
      if (!names.some((name) => name.startsWith('full@'))) return undefined
      const answer = (name) =>
        name.startsWith('full@') ? verdict('DENYSOFT', 'full mailbox', '4.2.2') : verdict('OK', 'kept for you')
      return { ...verdict('DENYSOFT', 'not for all'), perRecipient: names.map(answer) }
    },
  },
})
`

/** Listeners `mx` (STARTTLS, AUTH), `clear` (AUTH in clear text), `lmtp`, and a unix socket for LMTP at `lmtp.sock`. */
export async function serveLogins(test: Pick<TestContext, 'after'>): Promise<LoginSite> {
  const auth = `auth: { mechanisms: [${MECHANISMS}]`
  const listen = [
    `{ name: mx, port: 0, ${auth} } }`,
    `{ name: clear, port: 0, tls: none, ${auth}, without_tls: true } }`,
    '{ name: lmtp, port: 0, protocol: lmtp }',
    '{ name: local, path: lmtp.sock, protocol: lmtp }',
  ]
  const more = ['extensions: { dsn: true }', 'limits: { auth_delay: 50 }']
  const site = tlsSite(test, listen.join(', '), more, ['./logs-in.yaml', './split.ts', './delivers.yaml'])
  writeFileSync(site.path('passwords'), `${USER}:${PASSWORD}\n`, { mode: 0o600 })
  site.write('logs-in.yaml', LOGS_IN(site.path('passwords')))
  site.write('split.ts', SPLIT)
  site.write('delivers.yaml', DELIVERS(site.path('mail')))
  const served = await serve(test, site)
  const messages = (): readonly string[] =>
    globSync('new/*', { cwd: site.path('mail') })
      .map((name) => readFileSync(join(site.path('mail'), name), 'utf8'))
      .toSorted()
  return { ...site, ...served, messages }
}

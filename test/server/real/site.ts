/** A site served by a process of its own, with TLS and proxies, that tells its clients what it knows of them. */
import { execFile } from 'node:child_process'
import type { TestContext } from 'node:test'
import { authority, type Issued } from '../../support/certificates.ts'
import { serve, type Served, type SiteFolder, siteFolder } from '../../support/served-site.ts'

const FACTS = ['remote_ip', 'anonymous', 'helo', 'auth.user', 'tls.protocol', 'tls.server_name', 'tls.client.subject']
const MORE = ['tls.client.verified', 'proxy.ip', 'proxy.authority', 'proxy.unique_id', 'proxy.tls.protocol']
const LAST = ['proxy.tls.client', 'proxy.tls.verified', 'xforward.addr', 'xforward.ident']
const TELL = [...FACTS, ...MORE, ...LAST].map((name) => `${name}=\${${name} | none}`)

/** Answers RCPT to `tell@example.org` with what is known. */
const TELLING = `plugin: telling
hooks:
  rcpt:
    - id: tell
      match: { rcpt: tell@example.org }
      return: DENY
      message: "${TELL.join(' ')}"
`

export const OURS = authority('Postern test authority')

export interface TlsSite extends SiteFolder {
  /** A pair for the server, in place of the one before. */
  readonly renew: () => Issued
}

/** `listen` in flow style; certificates are there, and offered by STARTTLS unless a listener says otherwise. */
export function tlsSite(
  test: Pick<TestContext, 'after'>,
  listen: string,
  more: readonly string[] = [],
  plugins: readonly string[] = [],
): TlsSite {
  const tls = 'tls: { client_certificates: request, ca: ca.pem, certificates: [{ cert: mx.pem, key: mx.key }] }'
  const site = siteFolder(test, { listen, more: [tls, ...more], plugins: ['./telling.yaml', ...plugins] })
  const renew = (): Issued => {
    const issued = OURS.issue({ subject: 'mx.example.org', names: ['mx.example.org', '*.example.net'] })
    site.write('mx.pem', issued.cert + OURS.cert)
    site.write('mx.key', issued.key)
    return issued
  }
  const client = OURS.issue({ subject: 'client.example' })
  site.write('telling.yaml', TELLING)
  site.write('ca.pem', OURS.cert)
  site.write('client.pem', client.cert)
  site.write('client.key', client.key)
  renew()
  return { ...site, renew }
}

export async function serveTls(test: TestContext, listen: string, more?: readonly string[]): Promise<Served & TlsSite> {
  const site = tlsSite(test, listen, more)
  return { ...site, ...(await serve(test, site)) }
}

/** Everything a program says, however it ends. */
export function said(program: string, args: readonly string[], input = ''): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: 20_000 }, (_fault, stdout, stderr) => resolve(stdout + stderr))
    child.stdin?.end(input)
  })
}

/** What was told, by name. */
export function told(transcript: string): Readonly<Record<string, string>> {
  const lines = transcript.split('\n').filter((line) => /550[- ]5\.7\.1 /.test(line))
  const text = lines.map((line) => line.replace(/^.*550[- ]5\.7\.1 /, '').trim()).join(' ')
  return Object.fromEntries(text.split(' ').flatMap((pair) => [/^([\w.]+)=(.*)$/.exec(pair)?.slice(1) ?? []]))
}

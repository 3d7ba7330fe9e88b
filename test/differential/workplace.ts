/** A directory with a configuration for both programs: Perl's own files, and what Postern is told beside them. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Configuration } from './generate.ts'
import { FIXED } from './pools.ts'
import { writePrograms } from './programs.ts'

export const PLUGIN_DIRECTORY = '/usr/share/qpsmtpd/plugins'
const CERTIFICATES = join(import.meta.dirname, '../support/tls')

export interface Workplace {
  readonly root: string
  /** qpsmtpd's directory of configuration files. */
  readonly etc: string
}

/** Addresses and ports of what both programs ask. */
export interface Neighbours {
  readonly dns: string
  readonly nextServer: number
}

export function workplace(
  test: Pick<TestContext, 'after'>,
  configuration: Configuration,
  { dns, nextServer }: Neighbours,
): Workplace {
  const root = mkdtempSync(join(tmpdir(), 'postern-differential-'))
  test.after(() => rmSync(root, { recursive: true, force: true }))
  const etc = join(root, 'etc')
  for (const name of [
    '',
    'etc',
    'bin',
    'help',
    'ssl',
    'spool',
    'Maildir',
    'Maildir/cur',
    'Maildir/new',
    'Maildir/tmp',
  ]) {
    mkdirSync(join(root, name), { recursive: true })
    // The other program gives up root.
    chmodSync(join(root, name), /^(?:spool|Maildir)/.test(name) ? 0o777 : 0o755)
  }
  writePrograms(join(root, 'bin'))
  writeFileSync(join(root, 'help/mail'), 'MAIL FROM:<address> begins a message\n')
  copyCertificates(join(root, 'ssl'))
  const files = {
    ...configuration,
    me: 'mx.example.org\n',
    plugin_dirs: `${PLUGIN_DIRECTORY}\n`,
    spool_dir: `${root}/spool\n`,
    'postern-settings.yaml': settings(dns, configuration['plugins'] ?? ''),
  }
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(etc, name), text.replaceAll('ROOT', root).replaceAll('PORT', String(nextServer)))
  return { root, etc }
}

function copyCertificates(to: string): void {
  const names = { 'server.pem': 'server.crt', 'server.key': 'server.key', 'ca.pem': 'ca.crt' }
  for (const [from, name] of Object.entries(names)) {
    copyFileSync(join(CERTIFICATES, from), join(to, name))
    chmodSync(join(to, name), 0o644)
  }
}

/** `listen` and `limits` stand in place of what was read, so they say all of it. */
function settings(dns: string, plugins: string): string {
  const mechanisms = /auth_flat_file|authdeny/.test(plugins) ? 'PLAIN, LOGIN, CRAM-MD5' : 'PLAIN, LOGIN'
  const auth = plugins.includes('auth/') ? `, auth: { mechanisms: [${mechanisms}], without_tls: true }` : ''
  return [
    `listen: [{ name: smtp, port: 0${auth} }]`,
    `limits: { auth_delay: 1, message_size: ${FIXED['databytes']?.[0]} }`,
    'allow_root: true',
    `dns: { servers: ["${dns}"], timeout: 10s }`,
    'log: { level: error }',
    '',
  ].join('\n')
}

/** A directory with a configuration for both programs: Perl's own files, and what Postern is told beside them. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Configuration } from './generate.ts'

export const PLUGIN_DIRECTORY = '/usr/share/qpsmtpd/plugins'

export interface Workplace {
  readonly root: string
  /** qpsmtpd's directory of configuration files. */
  readonly etc: string
}

export function workplace(test: Pick<TestContext, 'after'>, configuration: Configuration, dns: string): Workplace {
  const root = mkdtempSync(join(tmpdir(), 'postern-differential-'))
  test.after(() => rmSync(root, { recursive: true, force: true }))
  const etc = join(root, 'etc')
  for (const name of ['', 'etc', 'spool', 'Maildir', 'Maildir/cur', 'Maildir/new', 'Maildir/tmp']) {
    mkdirSync(join(root, name), { recursive: true })
    // The other program gives up root.
    chmodSync(join(root, name), name === 'etc' || name === '' ? 0o755 : 0o777)
  }
  const files = {
    ...configuration,
    plugins: `${configuration['plugins'] ?? ''}queue/maildir ${root}/Maildir\n`,
    me: 'mx.example.org\n',
    plugin_dirs: `${PLUGIN_DIRECTORY}\n`,
    spool_dir: `${root}/spool\n`,
    logging: 'logging/warn LOGINFO\n',
    'postern-settings.yaml': settings(dns),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(etc, name), text)
  return { root, etc }
}

function settings(dns: string): string {
  return [
    'listen: [{ name: smtp, port: 0 }]',
    'allow_root: true',
    `dns: { servers: ["${dns}"], timeout: 2s }`,
    'log: { level: error }',
    '',
  ].join('\n')
}

/** Examples in the documentation of diagnostics as files that can be checked. */
import { mkdtempSync, rmSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { checkFiles } from '../../src/cli/check/check-files.ts'
import { importSite } from '../../src/cli/import-site.ts'
import type { Diagnostic } from '../../src/language/diagnostic.ts'
import { authority } from '../support/certificates.ts'

export interface Example {
  /**
   * Behind the fence: `yaml rcpt`, `yaml plugin`, `yaml site`, `text ip`, `ts`, `text qpsmtpd`, `text qpsmtpd LIST`,
   * `text import`.
   */
  readonly kind: string
  readonly text: string
}

export function examplesOf(text: string): readonly Example[] {
  const blocks = text.matchAll(/^```(.+)\n([^]*?)^```$/gm)
  return Array.from(blocks, ([, kind = '', inside = '']) => ({ kind, text: inside }))
}

const HOUSE = 'plugin: house\nhooks: { rcpt: [{ id: ok, match: { relay_client: true }, return: OK }] }\n'
const { cert, key } = authority('Diagnostics').issue({ subject: 'mx.example.org', names: ['mx.example.org'] })
const WISHES =
  'plugin: wishes\nsettings: { newsletters: { type: boolean } }\n' +
  'hooks: { rcpt: [{ id: news, match: { policy.newsletters: { exists: true } }, return: DENY }] }\n'
const EARLY = 'plugin: early\nhooks: { connect: [{ id: no, match: { relay_client: true }, return: DENY }] }\n'
const POLICIES = {
  'rules/wishes.yaml': WISHES,
  'rules/early.yaml': EARLY,
  'policies/standard.yaml': 'allow: []\n',
  'large/standard.yaml': 'allow: [a.example, b.example]\n',
  'odd/standard.yaml': 'allow: []\n',
  'odd/Alice.yaml': 'allow: []\n',
}
const TLS = { 'tls/mx.pem': cert, 'tls/mx.key': key }
const SITE = 'hostname: mx.example.org\nplugins: [PLUGIN]\n'

/** What is found when everything around the example is in order. */
export async function checkExample(
  example: Example,
  more: Readonly<Record<string, string>> = {},
): Promise<readonly Diagnostic[]> {
  const root = mkdtempSync(join(tmpdir(), 'postern-example-'))
  try {
    const files = {
      'rules/house.yaml': HOUSE,
      'lists/partners': '192.0.2.7\n',
      ...TLS,
      ...POLICIES,
      ...more,
      ...filesOf(example),
    }
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true })
      await writeFile(join(root, name), text)
    }
    if (example.kind === 'text import') return (await importSite('qpsmtpd', root)).diagnostics
    const own = ['postern.yaml', 'rules/house.yaml']
    const paths = isQpsmtpd(example) ? ['plugins'] : own
    const { diagnostics } = await checkFiles(
      paths.map((path) => join(root, path)),
      () => undefined,
      { isWhole: true },
    )
    return diagnostics
  } finally {
    rmSync(root, { recursive: true })
  }
}

function isQpsmtpd({ kind }: Example): boolean {
  return kind.startsWith('text qpsmtpd')
}

/** The plugin that reads a list. */
const READERS: Readonly<Record<string, string>> = { badmailfrom: 'badmailfrom', relayclients: 'relay' }

function filesOf({ kind, text }: Example): Readonly<Record<string, string>> {
  const [language, what = '', list] = kind.split(' ')
  if (list !== undefined) return { plugins: `${READERS[list] ?? ''}\nrcpt_ok\n`, [list]: text }
  if (what === 'qpsmtpd' || what === 'import') return { plugins: text }
  const site = SITE.replace('PLUGIN', './rules/house.yaml')
  if (language === 'ts') return { 'postern.yaml': SITE.replace('PLUGIN', './loyalty.ts'), 'loyalty.ts': text }
  if (language === 'text') return { 'postern.yaml': site, 'rules/house.yaml': listPlugin(what), 'lists/entries': text }
  if (what === 'site') return { 'postern.yaml': text }
  return { 'postern.yaml': site, 'rules/house.yaml': what === 'plugin' ? text : rulePlugin(what, text) }
}

function listPlugin(kind: string): string {
  return `plugin: house\nlists: { entries: { file: lists/entries, of: ${kind} } }\n`
}

function rulePlugin(hook: string, rules: string): string {
  const lists = 'lists: { partners: { file: lists/partners, of: ip } }'
  return `plugin: house\n${lists}\nhooks:\n  ${hook}:\n${rules.replace(/^(?=.)/gm, '    ')}`
}

/**
 * What pages show in YAML and TypeScript is right: `postern check` finds nothing in it.
 *
 * Behind each fence stands what the example is: `yaml site` and `yaml plugin` (what such a file has to have besides is
 * added), `yaml rcpt` and other hooks (rules), `yaml rule` (keys of one), `yaml conditions` (a list of them), `yaml
 * suite`, `yaml tests` (a list of them), `yaml test` (keys of one), `yaml policy`; `yaml other` is none of ours, or
 * shown for what is wrong.
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { HOOKS } from '../../src/core/hook.ts'
import { authority } from '../support/certificates.ts'
import { some } from '../support/some.ts'
import { checkExample, type Example, examplesOf } from './diagnostics-page.ts'

const ROOT = join(import.meta.dirname, '../..')
const OTHERS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md', 'editors/vscode/README.md']
const PAGES = [
  ...OTHERS,
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]

const NET = authority('Pages').issue({ subject: 'mx.example.net' })

/** Files that examples name. */
const NAMED: Readonly<Record<string, string>> = {
  'lists/partners.txt': '192.0.2.7\n',
  'lists/rcpthosts': 'example.org\n',
  'lists/bad': 'eve@example.org\n',
  'lists/badmailfrom': 'eve@example.net\n',
  'lists/relayclients': '10.0.0.1\n',
  'lists/dnsbl_zones': 'bl.example\n',
  'lists/hosts': '192.0.2.9\n',
  passwords: 'ann@example.org:pencil\n',
  'plugins/loyalty.ts': readFileSync(join(ROOT, 'examples/05-typescript-plugin/plugins/loyalty.ts'), 'utf8'),
  'tests/smoke.test.yaml':
    'suite: smoke\nsite: ../postern.yaml\ntests: [{ name: t, given: { helo: a }, expect: { hook: ehlo, rule: none } }]\n',
  'tls/net.pem': NET.cert,
  'tls/net.key': NET.key,
}

const SITE = ['hostname: mx.example.org', 'local_domains: [example.org]', 'plugins: [rcpt_ok, queue/discard]']
const CODE_SITE = `${SITE.slice(0, 2).join('\n')}\nplugins: [./plugins/loyalty.ts: { members: [] }, rcpt_ok, queue/discard]\n`
const PLUGIN = ['plugin: house', 'lists: { partners: { file: lists/partners.txt, of: ip } }']
const SUITE = 'suite: page\nplugin: badmailfrom\ntests:\n'

/** The text, and those of the lines before it whose keys it does not have itself. */
function completed(text: string, lines: readonly string[]): string {
  const keys = new Set(Array.from(text.matchAll(/^(\w+):/gm), ([, key]) => key))
  return [...lines.filter((line) => !keys.has(line.split(':', 1)[0])), text].join('\n')
}

function indented(text: string, by: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(by))
}

function atTheMargin(text: string): string {
  const [margin = ''] = /^ */.exec(text) ?? []
  return text.replaceAll(new RegExp(`^${margin}`, 'gm'), '')
}

/** A file that stands alone, beside a site. */
function alone(text: string): Made {
  const site = SITE.join('\n')
  return { example: { kind: 'yaml site', text: site }, more: { 'rules/house.yaml': text, 'rules/postern.yaml': site } }
}

interface Made {
  readonly example: Example
  readonly more?: Readonly<Record<string, string>>
}

const MAKERS: ReadonlyMap<string, (text: string) => Made> = new Map([
  ['site', (text: string): Made => ({ example: { kind: 'yaml site', text: completed(text, SITE) } })],
  ['plugin', (text) => ({ example: { kind: 'yaml plugin', text: completed(text, PLUGIN) } })],
  ...HOOKS.map((hook) => [hook, (text: string): Made => ({ example: { kind: `yaml ${hook}`, text } })] as const),
  ['rule', (text) => ({ example: { kind: 'yaml rcpt', text: `- id: r\n${indented(text, 2)}  return: DENY\n` } })],
  [
    'conditions',
    (text) => ({
      example: { kind: 'yaml auth', text: `- id: r\n  return: OK\n  match:\n    any:\n${indented(text, 6)}` },
    }),
  ],
  ['ts', (text) => ({ example: { kind: 'yaml site', text: CODE_SITE }, more: { 'plugins/loyalty.ts': text } })],
  ['suite', alone],
  ['policy', alone],
  ['tests', (text) => alone(`${SUITE}${indented(text, 2)}`)],
  [
    'test',
    (text) => alone(`${SUITE}  - name: page\n${indented(completed(text, ['expect: { hook: rcpt, return: OK }']), 4)}`),
  ],
])

const EXAMPLES = PAGES.flatMap((page) =>
  examplesOf(readFileSync(join(ROOT, page), 'utf8')).flatMap(({ kind, text }, index) => {
    const [language, what = ''] = kind.split(' ')
    if (language !== 'ts' && (language !== 'yaml' || what === 'other')) return []
    return [{ name: `${page}, example ${index + 1}`, what: language === 'ts' ? 'ts' : what, text: atTheMargin(text) }]
  }),
)

describe('examples on pages', () => {
  for (const { name, what, text } of some(EXAMPLES, 'examples'))
    it(name, async () => {
      const make =
        MAKERS.get(what) ??
        assert.fail(`behind the fence stands what it is: ${[...MAKERS.keys()].join(', ')}, or other`)
      const { example, more } = make(text)
      const findings = await checkExample(example, { ...NAMED, ...more })
      assert.deepEqual(
        findings
          .filter(({ code }) => code !== 'TST904')
          .map(({ code, range, message }) => `${range.start.line} ${code} ${message}`),
        [],
      )
    })
})

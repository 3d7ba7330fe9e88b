/** docs/smtp.md tells the truth: its limits, extensions and hooks are those there are, and its example loads. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { compileEnvironment } from '../../src/cli/wiring.ts'
import { loadSite } from '../../src/compiler/load-site.ts'
import { EXTENSIONS } from '../../src/core/extensions.ts'
import { HOOKS } from '../../src/core/hook.ts'
import { LIMITS } from '../../src/core/limits.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { findingLines } from '../compiler/memory-site.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/smtp.md'), 'utf8')

it('every limit has its row, with default and smallest value', () => {
  for (const [name, { default: value, minimum, unit, summary }] of Object.entries(LIMITS)) {
    const row = `| \`${name}\` | ${value}${unit === 'count' ? '' : ` ${unit}`} | ${minimum} | ${summary} |\n`
    assert.ok(PAGE.includes(row), row)
  }
})

it('every extension that can be switched has its row, with its default', () => {
  for (const [name, { default: isOn }] of Object.entries(EXTENSIONS))
    assert.match(PAGE, new RegExp(`^\\| ${name.toUpperCase()} \\| \`${name}\`, ${isOn ? 'on' : 'off'} \\|`, 'm'))
})

it('every hook has its row', () => {
  const rows = PAGE.slice(PAGE.indexOf('## Hooks'), PAGE.indexOf('## Limits'))
  const named = new Set(
    Array.from(rows.matchAll(/^\| (`[^|]+) \|/gm), ([, names = '']) => names.match(/\w+/g) ?? []).flat(),
  )
  assert.deepEqual([...named].toSorted(), HOOKS.toSorted())
})

it('its example is a site', async (test) => {
  const [, text = ''] = /```yaml site\n([^]*?)```/.exec(PAGE) ?? []
  const directory = temporaryDirectory(test)
  writeFileSync(join(directory, 'postern.yaml'), text)
  writeFileSync(join(directory, 'passwords'), 'ann:secret\n', { mode: 0o600 })
  const report = new Report()
  const { site } = await loadSite(join(directory, 'postern.yaml'), compileEnvironment(report))
  assert.deepEqual(findingLines(report), [])
  assert.deepEqual(
    ['submission', 'store'].map((name) => site?.services?.get(name)?.offer),
    [
      {
        protocol: 'smtp',
        extensions: { ...defaults(), dsn: true },
        auth: { mechanisms: ['PLAIN', 'LOGIN'], withoutTls: true },
      },
      { protocol: 'lmtp', extensions: { ...defaults(), dsn: true }, auth: undefined },
    ],
  )
})

function defaults(): Record<string, boolean> {
  return Object.fromEntries(Object.entries(EXTENSIONS).map(([name, one]) => [name, one.default]))
}

/** What a site says about the life of the daemon: defaults, whole paths, and the words for what is wrong. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lifeSettings } from '../../src/compiler/settings/life-settings.ts'
import { loadSettings } from '../../src/compiler/load-site.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { findingLines, loadTexts } from './memory-site.ts'

const HEAD = 'hostname: mx.example.org\nplugins: []\n'

async function settingsOf(text: string) {
  const report = new Report()
  const files = { read: async (path: string) => (path === '/site/postern.yaml' ? HEAD + text : undefined) }
  const loaded = await loadSettings('/site/postern.yaml', { files, report, sources: new Map(), builtins: new Map() })
  assert.deepEqual(findingLines(report), [])
  return loaded?.settings.life ?? assert.fail('no settings')
}

describe('the life of the daemon', () => {
  it('is one process that is reloaded by SIGHUP alone, unless the site says otherwise', async () => {
    assert.deepEqual(await settingsOf(''), lifeSettings({}, '/site'))
    assert.deepEqual(lifeSettings({}, '/site'), {
      workers: 1,
      user: undefined,
      group: undefined,
      allowRoot: false,
      watch: false,
      smoke: [],
      health: undefined,
      decisions: undefined,
    })
  })

  it('is read with names of files made whole', async () => {
    const life = await settingsOf(
      [
        'workers: auto',
        'user: postern',
        'reload: { watch: true }',
        'health: { listen: "[::1]:9125" }',
        'decisions: { file: log/decisions.ndjson, rotate: { size: 1 MiB }, mask: [sender], key: /etc/postern/key }',
      ].join('\n'),
    )
    assert.deepEqual(life, {
      workers: 'auto',
      user: 'postern',
      group: undefined,
      allowRoot: false,
      watch: true,
      smoke: [],
      health: { address: '::1', port: 9125 },
      decisions: {
        file: '/site/log/decisions.ndjson',
        all: false,
        size: 1024 * 1024,
        keep: 10,
        headers: [],
        mask: ['sender'],
        key: '/etc/postern/key',
      },
    })
  })

  const faults: Readonly<Record<string, RegExp>> = {
    'workers: many': /CFG104 .*`many`/,
    'workers: 0': /CFG105/,
    'health: { listen: localhost }': /CFG112 .*`localhost`/,
    'health: {}': /CFG103 .*listen/,
    'decisions: { file: d, mask: [subject] }': /CFG104 .*`subject`/,
    'smoke: [nowhere.yaml]': /CFG110 there is no file \/site\/nowhere\.yaml/,
    'user: 7': /CFG102/,
  }
  for (const [line, wanted] of Object.entries(faults))
    it(`is refused with ${line}`, async () => {
      const { report } = await loadTexts({ 'postern.yaml': `${HEAD}${line}\n` })
      assert.match(findingLines(report)[0] ?? 'no finding', wanted)
      assert.match(findingLines(report)[0] ?? '', /^postern\.yaml:3:/)
    })
})

/** The key `log` of a site file: which places it means. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadSite } from '../../src/compiler/load-site.ts'
import type { LogDestination } from '../../src/compiler/settings/log-settings.ts'
import { compileEnvironment } from '../../src/cli/wiring.ts'
import { Report } from '../../src/language/diagnostic.ts'

async function read(log: string): Promise<{ log: readonly LogDestination[]; codes: readonly string[] }> {
  const report = new Report()
  const files = { read: async () => `hostname: mx.example.org\n${log}plugins: []\n` }
  const { settings } = await loadSite('/site/postern.yaml', { ...compileEnvironment(report), files })
  return { log: settings.log, codes: report.sorted().map(({ code }) => code) }
}

const MAIL = { facility: 'mail', tag: 'postern' }

describe('the log', () => {
  const SITES: readonly (readonly [name: string, text: string, places: readonly unknown[]])[] = [
    ['goes to standard error by itself', '', [['info', { kind: 'stderr' }]]],
    ['has a level', 'log: { level: warn }\n', [['warn', { kind: 'stderr' }]]],
    [
      'goes to a file, relative to the site',
      'log: { file: log/a.log }\n',
      [['info', { kind: 'file', path: '/site/log/a.log' }]],
    ],
    [
      'goes to several places, each with a level of its own or that of the log',
      'log: { level: debug, file: a.log, to: [{ place: "stdout:" }, { place: "file:/b.log", level: error }] }\n',
      [
        ['debug', { kind: 'file', path: '/site/a.log' }],
        ['debug', { kind: 'stdout' }],
        ['error', { kind: 'file', path: '/b.log' }],
      ],
    ],
    [
      'goes to the syslog of this machine',
      'log: { to: [{ place: "syslog:/dev/log" }] }\n',
      [['info', { kind: 'socket', path: '/dev/log', ...MAIL }]],
    ],
    [
      'goes to the syslog of another',
      'log: { to: [{ place: "syslog://192.0.2.1:514", facility: local3, tag: mx1 }, { place: "syslog://[2001:db8::1]:5514" }] }\n',
      [
        ['info', { kind: 'udp', address: '192.0.2.1', port: 514, facility: 'local3', tag: 'mx1' }],
        ['info', { kind: 'udp', address: '2001:db8::1', port: 5514, ...MAIL }],
      ],
    ],
  ]
  for (const [name, text, places] of SITES)
    it(name, async () => {
      const { log, codes } = await read(text)
      assert.deepEqual(codes, [])
      assert.deepEqual(
        log.map(({ level, place }) => [level, place]),
        places,
      )
    })

  for (const place of [
    'syslog:',
    'syslog://host.example:514',
    'syslog://192.0.2.1',
    'syslog://192.0.2.1:0',
    'syslog://192.0.2.1:65536',
    '/var/log/a',
    'stdout:x',
    'file:',
  ])
    it(`has no place \`${place}\``, async () => {
      assert.deepEqual((await read(`log: { to: [{ place: "${place}" }] }\n`)).codes, ['CFG112'])
    })

  it('has no tag that could be taken for something else', async () => {
    assert.deepEqual((await read('log: { to: [{ place: "syslog:/dev/log", tag: "a b" }] }\n')).codes, ['CFG112'])
  })
})

/** Places of the log that plugins bring: those under logging/, and any other. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileEnvironment } from '../../src/cli/wiring.ts'
import { loadSite } from '../../src/compiler/load-site.ts'
import type { LogDestination } from '../../src/compiler/settings/log-settings.ts'
import { Report } from '../../src/language/diagnostic.ts'

const HOUSE = `plugin: house
params:
  path: { type: path, summary: File }
  level: { values: [info, warn], default: warn, summary: Level }
log:
  - { place: "file:\${path}", level: "\${level}" }
`

async function read(text: string): Promise<{ log: readonly LogDestination[]; said: readonly string[] }> {
  const report = new Report()
  const environment = compileEnvironment(report)
  const texts = new Map([
    ['/site/postern.yaml', `hostname: mx.example.org\n${text}`],
    ['/site/house.yaml', HOUSE],
    ['/site/typo.yaml', HOUSE.replace('file:${path}', 'file:${pth}')],
  ])
  const files = { read: async (path: string) => texts.get(path) ?? environment.files.read(path) }
  const { settings } = await loadSite('/site/postern.yaml', { ...environment, files })
  return { log: settings.log, said: report.sorted().map(({ code, message }) => `${code} ${message}`) }
}

const TIME = '%a %b %d %T %Y'
const STDERR = { kind: 'stderr', format: 'text' } as const

describe('a plugin that brings a place of the log:', () => {
  const PLUGINS: readonly (readonly [name: string, entries: string, places: readonly LogDestination[]])[] = [
    ['logging/warn writes to standard error', 'logging/warn', [{ level: 'warn', place: STDERR }]],
    [
      'logging/file writes to a file with a name of the day',
      'logging/file: { path: "log/%F.log", nosplit: true, reopen: true, loglevel: debug, format: json }',
      [
        {
          level: 'debug',
          place: { kind: 'file', path: '/site/log/%F.log', nosplit: true, reopen: true, time: TIME },
        },
      ],
    ],
    [
      'logging/program gives lines to a program',
      'logging/program: { program: /usr/bin/multilog, arguments: [t, ./main] }',
      [
        {
          level: 'warn',
          place: { kind: 'program', path: '/usr/bin/multilog', arguments: ['t', './main'], format: 'text', time: TIME },
        },
      ],
    ],
    [
      'logging/syslog writes to the socket of this machine',
      'logging/syslog: { facility: local3, ident: mx, loglevel: info }',
      [{ level: 'info', place: { kind: 'socket', path: '/dev/log', facility: 'local3', tag: 'mx' } }],
    ],
    [
      'logging/syslog writes to that of another',
      'logging/syslog: { to: "//192.0.2.1:514" }',
      [
        {
          level: 'warn',
          place: { kind: 'udp', address: '192.0.2.1', port: 514, facility: 'mail', tag: 'postern' },
        },
      ],
    ],
    [
      'logging/adaptive writes once more about what was accepted',
      'logging/adaptive: { accept: info, reject: debug }',
      [
        { level: 'debug', place: STDERR },
        { level: 'info', place: STDERR, prefix: '`', kept: { until: 'accepted', most: 1000 } },
      ],
    ],
    [
      'logging/debug_plugin writes all of one plugin',
      'logging/debug_plugin: { plugin: "dnsbl:1" }',
      [{ level: 'warn', place: STDERR, plugins: ['dnsbl:1'] }],
    ],
    ['logging/devnull leaves no place', 'logging/devnull', []],
    [
      'one of your own does as it says',
      './house.yaml: { path: a.log, level: info }',
      [{ level: 'info', place: { kind: 'file', path: '/site/a.log' } }],
    ],
  ]
  for (const [name, entry, places] of PLUGINS)
    it(name, async () =>
      assert.deepEqual(await read(`plugins: [{ ${entry.replace(/^[^:]*$/, '$&: {}')} }]\n`), { log: places, said: [] }),
    )

  it('several bring theirs in the order of the site, behind those of the site itself', async () => {
    const { log } = await read('log: { file: own.log }\nplugins: [logging/warn, ./house.yaml: { path: a.log }]\n')
    assert.deepEqual(
      log.map(({ place }) => ('path' in place ? place.path : place.kind)),
      ['/site/own.log', 'stderr', '/site/a.log'],
    )
  })

  it('lines that wait are bounded by a limit of the site', async () => {
    const { log } = await read('limits: { log_kept: 10 }\nplugins: [logging/adaptive]\n')
    assert.equal(log[1]?.kept?.most, 10)
  })

  it('a level of the site is that of places without one', async () => {
    const { log } = await read('log: { level: debug, to: [{ place: "stdout:" }] }\nplugins: [logging/devnull]\n')
    assert.deepEqual(log, [{ level: 'debug', place: { kind: 'stdout' } }])
  })

  it('a parameter that it does not have is found', async () => {
    const { said } = await read('plugins: [./typo.yaml: { path: a.log }]\n')
    assert.deepEqual(said, ['CFG111 plugin `house` has no parameter `pth`'])
  })

  it('one that must be given is missed once', async () => {
    const { said } = await read('plugins: [./house.yaml]\n')
    assert.deepEqual(said, ['CFG103 plugin `house` needs parameter `path`'])
  })

  for (const name of ['logging/apache', 'logging/connection_id', 'logging/transaction_id'])
    it(`${name} cannot be loaded`, async () => {
      const { said } = await read(`plugins: [${name}]\n`)
      assert.deepEqual(said, [`CFG110 plugin \`${name}\` cannot be used here`])
    })
})

/** The report of `postern check` that is shown again: the same in every way, and gone with whatever it was made from. */
import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { READING_WORDS } from '../../src/cli/check/check-environment.ts'
import { FORMAT_NAMES, FORMATS } from '../../src/cli/formats/index.ts'
import type { SavedCheck } from '../../src/cli/saved-checks/saved-reports.ts'
import { authority } from '../support/certificates.ts'
import { type Folder, folder } from './folder.ts'

const SITE = `hostname: mx.example.org
local_domains: [example.org]
recipients: { directory: policies, default: standard }
plugins:
  - ./plugins/house.yaml
  - rcpt_ok
`
const HOUSE = `plugin: house
lists:
  partners: { file: lists/partners, of: domain }
  friends: { file: lists/friends, of: domain, optional: true }
hooks:
  rcpt:
    - { id: partners, match: { sender.domain: { in_list: partners } }, return: DENY }
    - { id: friends, match: { sender.domain: { in_list: friends } }, return: DENY }
    - { id: idle, match: { rcpt.user: nobody } }
`
const SUITE = `suite: house
site: postern.yaml
tests: []
`
const FILES = {
  'postern.yaml': SITE,
  'plugins/house.yaml': HOUSE,
  'lists/partners': 'a.example\nb.example\n',
  'policies/standard.yaml': 'skip: []\n',
  'house.test.yaml': SUITE,
}

function entries({ cache }: Folder): readonly string[] {
  const directory = join(cache, 'postern/check')
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : []
}

/** Changes all saved checks; a report with 4242 files was not made from any. */
function edit(of: Folder, change: (saved: SavedCheck) => SavedCheck): void {
  for (const path of entries(of)) {
    const saved = JSON.parse(readFileSync(path, 'utf8')) as SavedCheck
    writeFileSync(path, JSON.stringify(change(saved)))
  }
}

function mark(of: Folder, more: Partial<SavedCheck> = {}): void {
  edit(of, (saved) => ({
    ...saved,
    ...more,
    report: { ...saved.report, summary: { ...saved.report.summary, files: 4242 } },
  }))
}

const SECOND = 1000
const HOUR = 3600 * SECOND
const DAY = 24 * HOUR

type Run = readonly [args?: readonly string[], env?: Readonly<Record<string, string>>]

async function isShownAgain({ postern }: Folder, [args = [], env = {}]: Run = []): Promise<boolean> {
  const { stdout } = await postern(['check', '-f', 'json', ...args], env)
  const { summary } = JSON.parse(stdout) as SavedCheck['report']
  return summary.files === 4242
}

async function checked(context: TestContext, files: Readonly<Record<string, string>> = FILES): Promise<Folder> {
  const made = folder(context, files)
  assert.equal(await isShownAgain(made), false)
  mark(made)
  return made
}

describe('a saved report', () => {
  it('is shown when nothing has changed', async (context) => {
    assert.equal(await isShownAgain(await checked(context)), true)
  })

  it('is the same in every format, with the same exit code', async (context) => {
    const { postern } = folder(context, FILES)
    for (const name of FORMAT_NAMES.filter((one) => FORMATS[one].commands.some((command) => command === 'check')))
      for (const args of [[], ['--fail-on', 'warning'], ['--ignore', 'CFG114']]) {
        const run = () => postern(['check', '-f', name, ...args])
        const first = await run()
        assert.deepEqual(await run(), first, name)
        assert.deepEqual(await postern(['check', '-f', name, ...args, '--no-cache']), first, name)
      }
  })

  it('keeps its place in a folder of its own, that is for us alone', async (context) => {
    const made = await checked(context)
    assert.equal(entries(made).length, 1)
    assert.deepEqual(readdirSync(made.path).toSorted(), [...new Set(Object.keys(FILES).map(topOf))].toSorted())
  })
})

function topOf(path: string): string {
  return path.split('/', 1)[0] ?? ''
}

type Change = (at: (name: string) => string) => void

function write(name: string, text: string): Change {
  return (at) => {
    mkdirSync(dirname(at(name)), { recursive: true })
    writeFileSync(at(name), text)
  }
}

const CHANGES: Readonly<Record<string, Change>> = {
  'a site file that is changed': write('postern.yaml', `${SITE}# a remark\n`),
  'a plugin that is changed': write('plugins/house.yaml', HOUSE.replace('nobody', 'somebody')),
  'a list that is changed': write('lists/partners', 'a.example\n'),
  'a list of the same length and age': write('lists/partners', 'a.example\nc.example\n'),
  'a list that was missing': write('lists/friends', 'c.example\n'),
  'a list that is gone': (at) => rmSync(at('lists/partners')),
  'a list that has another name': (at) => renameSync(at('lists/partners'), at('lists/friends')),
  'a list that is a directory': (at) => {
    rmSync(at('lists/partners'))
    mkdirSync(at('lists/partners'))
  },
  'a suite that is changed': write('house.test.yaml', SUITE.replace('house', 'home')),
  'a file that is new': write('plugins/other.yaml', 'plugin: other\nhooks: {}\n'),
  'a file that is gone': (at) => rmSync(at('house.test.yaml')),
  'a policy that is changed': write('policies/standard.yaml', 'skip: [house]\n'),
  'a policy that is new, with a name nobody looks for': write('policies/nobody', 'skip: []\n'),
  'a policy that others may write': (at) => chmodSync(at('policies/standard.yaml'), 0o666),
}

describe('a report is made anew for', () => {
  for (const [what, change] of Object.entries(CHANGES))
    it(what, async (context) => {
      const made = await checked(context)
      change((name) => join(made.path, name))
      assert.equal(await isShownAgain(made), false)
    })

  const runs: Readonly<Record<string, Run>> = {
    'another environment': [[], { NODE_EXTRA_CA_CERTS: '/nowhere' }],
    'other findings': [['--ignore', 'CFG114']],
    'another gate': [['--fail-on', 'info']],
    'another file': [['postern.yaml']],
    'who wants no saved one': [['--no-cache']],
    'who wants files corrected': [['--fix']],
  }
  for (const [what, run] of Object.entries(runs))
    it(what, async (context) => assert.equal(await isShownAgain(await checked(context), run), false))

  it('another working directory', async (context) => {
    const made = await checked(context)
    const [path, inside] = [made.path, folder(context, {})]
    assert.equal(await isShownAgain({ ...inside, cache: made.cache }, [[path], { XDG_CACHE_HOME: made.cache }]), false)
  })

  it('another day, and a clock that went back', async (context) => {
    const made = await checked(context)
    mark(made, { until: Date.now() })
    assert.equal(await isShownAgain(made), false)
    mark(made, { from: Date.now() + 60_000 })
    assert.equal(await isShownAgain(made), false)
  })

  it('who asks when a certificate has ended', async (context) => {
    const ends = Date.now() + HOUR
    const { cert, key } = authority('Test').issue({ subject: 'mx.example.org', valid: [-1, HOUR / DAY] })
    const tls = 'tls: { certificates: [{ cert: cert.pem, key: key.pem }] }'
    const site = `hostname: mx.example.org\nlisten: [{ port: 25 }]\n${tls}\nplugins: [rcpt_ok]\n`
    const made = await checked(context, { 'postern.yaml': site, 'cert.pem': cert, 'key.pem': key })
    edit(made, (saved) => {
      assert.ok(saved.until <= ends + SECOND)
      return saved
    })
    assert.equal(await isShownAgain(made), true)
  })
})

describe('a report is not saved', () => {
  const unsaved: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'where TypeScript had a say': {
      'postern.yaml': 'hostname: mx.example.org\nplugins: [./club.ts]\n',
      'club.ts': "import { definePlugin } from 'postern'\nexport default definePlugin({ name: 'club', hooks: {} })\n",
    },
    'where a word reads a file of its own': {
      'postern.yaml': 'hostname: mx.example.org\nplugins: [auth/auth_flat_file: { flat_auth_pw: ./passwords }]\n',
    },
  }
  for (const [what, files] of Object.entries(unsaved))
    it(what, async (context) => {
      const made = folder(context, files)
      await made.postern(['check'])
      assert.deepEqual(entries(made), [])
    })

  it('where that is not wanted', async (context) => {
    const made = folder(context, FILES)
    await made.postern(['check', '--no-cache'])
    assert.deepEqual(entries(made), [])
  })

  it('where others may write', async (context) => {
    const made = folder(context, FILES)
    mkdirSync(join(made.cache, 'postern'), { recursive: true })
    chmodSync(join(made.cache, 'postern'), 0o777)
    assert.equal((await made.postern(['check'])).code, 0)
    assert.deepEqual(entries(made), [])
  })

  it('behind a link', async (context) => {
    const [made, other] = [folder(context, FILES), folder(context, {})]
    mkdirSync(made.cache)
    symlinkSync(other.path, join(made.cache, 'postern'))
    assert.equal((await made.postern(['check'])).code, 0)
    assert.deepEqual(readdirSync(other.path), [])
  })
})

describe('the cache', () => {
  it('does without what cannot be read', async (context) => {
    const made = await checked(context)
    for (const path of entries(made)) writeFileSync(path, readFileSync(path, 'utf8').slice(0, -10))
    assert.equal(await isShownAgain(made), false)
  })

  it('does not follow links', async (context) => {
    const made = await checked(context)
    for (const path of entries(made)) {
      renameSync(path, join(made.path, 'elsewhere'))
      symlinkSync(join(made.path, 'elsewhere'), path)
    }
    assert.equal(await isShownAgain(made), false)
  })

  it('forgets the oldest', async (context) => {
    const made = await checked(context)
    const [first = ''] = entries(made)
    for (let count = 0; count < 100; count += 1) writeFileSync(join(dirname(first), `${count}.tmp`), '')
    await made.postern(['check', '--exit-zero'])
    assert.equal(entries(made).length, 64)
  })

  it('knows of every word that reads a file by itself when it is compiled', () => {
    const folders = ['src/vocabulary', 'src/delivery', 'src/ports']
    const files = folders.flatMap((one) =>
      readdirSync(one, { recursive: true, encoding: 'utf8' }).map((name) => `${one}/${name}`),
    )
    const reading = files.filter(
      (path) => path.endsWith('.ts') && /\b(?:read|stat|exists|open|readdir)\w*Sync\b/.test(readFileSync(path, 'utf8')),
    )
    // The first is behind `auth_file`; the others open what a server writes.
    assert.deepEqual(reading.toSorted(), [
      'src/ports/auth/password-file.ts',
      'src/ports/log/decision-log.ts',
      'src/ports/log/line-sink.ts',
      'src/ports/store/sqlite-file.ts',
    ])
    assert.deepEqual(READING_WORDS, ['auth_file'])
  })
})

/** `postern check --changed-since`: what a change brought, and nothing that was there before. */
import assert from 'node:assert/strict'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Folder, folder } from './folder.ts'
import { commitAll } from './git.ts'
import { readJson } from './formats/read-formats.ts'

const SITE = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins: [./house.yaml, rcpt_ok]\n'
const HOUSE = `plugin: house
lists: { partners: { file: lists/partners, of: domain } }
hooks:
  rcpt:
    - { id: idle, match: { rcpt.user: nobody } }
    - { id: partners, match: { sender.domain: { in_list: partners } }, return: DENY }
`
const FILES = { 'postern.yaml': SITE, 'house.yaml': HOUSE, 'lists/partners': 'a.example\na.example\n' }

function committed(context: TestContext): Folder {
  const of = folder(context, FILES)
  commitAll(of)
  return of
}

interface Found {
  readonly codes: readonly string[]
  readonly stderr: string
}

async function found({ postern }: Folder, ...args: readonly string[]): Promise<Found> {
  const { stdout, stderr } = await postern(['check', '-f', 'json', '--exit-zero', ...args])
  return { codes: readJson(stdout).diagnostics.map(({ code }) => code), stderr }
}

const SINCE = ['--changed-since', 'HEAD']

describe('what was there before', () => {
  it('is left out and counted', async (context) => {
    const of = committed(context)
    assert.deepEqual((await found(of)).codes, ['CFG114', 'LST610'])
    assert.deepEqual(await found(of, ...SINCE), { codes: [], stderr: '2 findings of HEAD left out\n' })
  })

  it('is left out when it has moved, and when the whole is asked from below', async (context) => {
    const of = committed(context)
    writeFileSync(join(of.path, 'house.yaml'), `# a remark\n\n${HOUSE}`)
    writeFileSync(join(of.path, 'lists/partners'), 'b.example\na.example\na.example\n')
    assert.deepEqual((await found(of, ...SINCE)).codes, [])
    assert.deepEqual((await found(of, ...SINCE, 'postern.yaml')).codes, [])
  })
})

describe('what is new', () => {
  const changes: Readonly<
    Record<string, readonly [change: (at: (name: string) => string) => void, codes: readonly string[]]>
  > = {
    'a second one of its kind': [
      (at) => writeFileSync(at('lists/partners'), 'b.example\nb.example\na.example\na.example\n'),
      ['LST610'],
    ],
    'in a rule that did not change, for one that did': [
      (at) =>
        writeFileSync(
          at('house.yaml'),
          HOUSE.replace('  rcpt:\n', '  rcpt:\n    - { id: all, match: always, return: DENY }\n'),
        ),
      ['FLW501', 'FLW502', 'FLW501'],
    ],
    'in a file that git does not know': [
      (at) => {
        mkdirSync(at('more'))
        writeFileSync(at('more/idle.yaml'), 'plugin: other\nhooks: { rcpt: [{ id: idle, match: always }] }\n')
      },
      ['CFG114'],
    ],
    'where a file is gone': [(at) => rmSync(at('lists/partners')), ['LST601']],
    'in a file with another name': [
      (at) => {
        renameSync(at('house.yaml'), at('home.yaml'))
        writeFileSync(at('postern.yaml'), SITE.replace('house', 'home'))
      },
      ['CFG114'],
    ],
  }
  for (const [what, [change, codes]] of Object.entries(changes))
    it(`is shown ${what}`, async (context) => {
      const of = committed(context)
      change((name) => join(of.path, name))
      assert.deepEqual((await found(of, ...SINCE)).codes, codes)
    })

  it('fails the run, where what was there before does not', async (context) => {
    const of = committed(context)
    const run = async (): Promise<number> => (await of.postern(['check', '--fail-on', 'warning', ...SINCE])).code
    assert.equal(await run(), 0)
    writeFileSync(join(of.path, 'lists/partners'), 'b.example\nb.example\n')
    assert.equal(await run(), 1)
  })
})

it('a revision that git does not know, and corrections, are mistakes of the command line', async (context) => {
  const { postern } = committed(context)
  const unknown = await postern(['check', '--changed-since', 'no-such'])
  assert.deepEqual([unknown.code, unknown.stdout], [2, ''])
  assert.match(unknown.stderr, /^postern: git knows no revision no-such of \//)
  assert.equal((await postern(['check', '--fix', ...SINCE])).code, 2)
  assert.equal((await postern(['check', '--diff', ...SINCE])).code, 2)
})

it('outside of a repository there are no revisions', async (context) => {
  const { code, stderr } = await folder(context, FILES).postern(['check', ...SINCE])
  assert.deepEqual([code, stderr.split('\n').length], [2, 2])
})

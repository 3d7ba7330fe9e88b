/** Tests in an editor: those of open files that fail, and rules that no test of the site reaches, as `check` tells. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { MOST_TESTS } from '../../../src/cli/lsp/failing-tests.ts'
import { Workspace } from '../../../src/cli/lsp/workspace.ts'
import { listFiles } from '../../../src/ports/list-files.ts'
import { folder } from '../folder.ts'
import { openEditor } from './editor-client.ts'

const SITE = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins:\n  - ./house.yaml\n  - rcpt_ok\n'
const RULES = `plugin: house
hooks:
  mail:
    - { id: bulk, match: { sender.domain: bulk.example }, return: DENY }
    - { id: spam, match: { sender.domain: spam.example }, return: DENY }
`
const aTest = (name: string, sender: string): string =>
  `  - { name: ${name}, given: { sender: ${sender} }, expect: { hook: mail, rule: bulk } }\n`
const HOUSE = `${RULES}tests:\n${aTest('holds', 'a@bulk.example')}${aTest('fails', 'a@spam.example')}`
const SUITE = `suite: all\nsite: ./postern.yaml\ntests:\n${aTest('one', 'a@spam.example').replace('bulk', 'spam')}`

interface Opened {
  readonly workspace: Workspace
  readonly file: string
}

function open(test: TestContext, files: Readonly<Record<string, string>>, name = 'house.yaml'): Opened {
  const { path } = folder(test, { 'postern.yaml': SITE, ...files })
  const workspace = new Workspace(listFiles())
  const file = join(path, name)
  workspace.files.edit(file, files[name])
  return { workspace, file }
}

async function failing({ workspace }: Opened): Promise<readonly string[] | undefined> {
  const { tests } = await workspace.diagnostics()
  return (await tests(() => false))?.map(({ range, message }) => `${range.start.line} ${message}`)
}

describe('tests of the file in an editor', () => {
  it('are told when they fail, with what they decide', async (test) => {
    const opened = open(test, { 'house.yaml': HOUSE })
    assert.deepEqual(await failing(opened), ['8 house › fails: rule is spam, not bulk'])
    opened.workspace.files.edit(opened.file, HOUSE.replace('fails', 'held').replace('a@spam.example', 'b@bulk.example'))
    assert.deepEqual(await failing(opened), [])
  })

  it('of a suite run against the site, with the plugins as they are typed', async (test) => {
    const opened = open(test, { 'house.yaml': HOUSE, 'all.test.yaml': SUITE }, 'all.test.yaml')
    assert.deepEqual(await failing(opened), [])
    opened.workspace.files.edit(join(opened.file, '../house.yaml'), RULES.replace('id: spam', 'id: junk'))
    assert.deepEqual(await failing(opened), ['4 all › one: rule is junk, not spam; there is no rule `spam` here'])
  })

  it('are not run where the file is not sound, and given up when there is something new to look at', async (test) => {
    const wrong = open(test, { 'house.yaml': HOUSE.replace('sender.domain: spam', 'sender.domian: spam') })
    assert.deepEqual(await failing(wrong), [])
    const { tests } = await open(test, { 'house.yaml': HOUSE }).workspace.diagnostics()
    assert.equal(await tests(() => true), undefined)
  })

  it('are no more than so many at once', async (test) => {
    const many = Array.from({ length: MOST_TESTS + 1 }, (_, n) => aTest(`t${n}`, 'a@spam.example')).join('')
    const opened = open(test, { 'house.yaml': `${RULES}tests:\n${many}` })
    assert.equal((await failing(opened))?.length, MOST_TESTS)
  })

  it('say warnings of the parser again and again', async (test) => {
    const opened = open(test, { 'house.yaml': HOUSE.replace('sender.domain: spam.example', 'sender.domain: [no]') })
    const codes = async (): Promise<readonly string[]> => {
      const { soon, later, tests } = await opened.workspace.diagnostics()
      await later()
      await tests(() => false)
      return (soon.get(opened.file) ?? []).flatMap(({ code }) => (code.startsWith('YML') ? code : []))
    }
    const first = await codes()
    assert.deepEqual(first, ['YML703'])
    opened.workspace.files.edit(join(opened.file, '../postern.yaml'), `${SITE}\n`)
    assert.deepEqual(await codes(), first)
  })

  it('come to the editor behind everything else, and go when they hold', { timeout: 60_000 }, async (test) => {
    const { path } = folder(test, { 'postern.yaml': SITE, 'house.yaml': HOUSE })
    const program = join(import.meta.dirname, '../../../src/cli/postern.js')
    const editor = await openEditor(test, [process.execPath, program, 'lsp'])
    const house = join(path, 'house.yaml')
    await editor.open(house, HOUSE)
    const { diagnostics } = await editor.findings(house, (codes) => codes.includes('test-failed'))
    const [start, end] = [12, 17].map((character) => ({ line: 7, character }))
    assert.deepEqual(diagnostics.at(-1)?.range, { start, end })
    await editor.type(house, HOUSE.replace('a@spam.example', 'b@bulk.example'))
    await editor.findings(house, (codes) => !codes.includes('test-failed'))
    assert.equal(await editor.quit(), 0)
  })
})

describe('rules that no test reaches', () => {
  const unreached = async ({ workspace, file }: Opened): Promise<readonly string[]> => {
    const { later } = await workspace.diagnostics()
    return ((await later()).get(file) ?? []).flatMap(({ code, message }) => (code === 'TST904' ? message : []))
  }
  const tested = `${RULES}tests:\n${aTest('holds', 'a@bulk.example')}`

  it('are told where the tests of the site are known, those of files that are not open too', async (test) => {
    assert.match((await unreached(open(test, { 'house.yaml': tested }))).join(), /^no test is about rule `spam`/)
    assert.deepEqual(await unreached(open(test, { 'house.yaml': tested, 'all.test.yaml': SUITE })), [])
  })

  it('are not told where a suite cannot be read, or there is no site', async (test) => {
    assert.deepEqual(await unreached(open(test, { 'house.yaml': tested, 'all.test.yaml': `${SUITE}  - {` })), [])
    const { path } = folder(test, {})
    const workspace = new Workspace(listFiles())
    const file = join(path, 'alone.yaml')
    workspace.files.edit(file, tested)
    assert.deepEqual(await unreached({ workspace, file }), [])
  })
})

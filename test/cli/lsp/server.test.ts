/** The language server as a process: what it says while a site is being written, and how it ends. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { CodeAction, DocumentSymbol, Hover, Location, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node'
import { folder } from '../folder.ts'
import { openEditor } from './editor-client.ts'

const SERVER = [process.execPath, join(import.meta.dirname, '../../../src/cli/postern.js'), 'lsp']
const HOUSE = `plugin: house
hooks:
  connect:
    - id: seen
      match: { remote_ip: 192.0.2.1 }
      set: { note.seen: true }
  rcpt:
    - id: known
      match: { note.seen: true }
      return: DENY
`
const FILES = {
  'postern.yaml': 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins:\n  - ./house.yaml\n  - rcpt_ok\n',
  'house.yaml': HOUSE,
  'site.test.yaml':
    'suite: site\nsite: ./postern.yaml\ntests:\n  - { name: one, given: { rcpt: a@example.org }, expect: { rule: known } }\n',
}

describe('the language server', { timeout: 120_000 }, () => {
  it('follows what is typed, in the file and in its neighbours', async (test) => {
    const { path } = folder(test, FILES)
    const editor = await openEditor(test, SERVER)
    assert.equal(editor.initialized.serverInfo?.name, 'postern')
    const [house, site] = [join(path, 'house.yaml'), join(path, 'postern.yaml')]
    await editor.open(house, HOUSE)
    await editor.findings(house, (codes) => codes.length === 0)
    await editor.type(house, HOUSE.replace('note.seen: true }\n      return', 'note.sean: true }\n      return'))
    const { diagnostics } = await editor.findings(house, (codes) => codes.includes('NOT801'))
    assert.deepEqual(diagnostics[0]?.range.start, { line: 8, character: 15 })
    await editor.type(house, HOUSE)
    await editor.findings(house, (codes) => codes.length === 0)
    await editor.type(house, HOUSE.replace('  connect:', 'params:\n  must: { type: text }\nhooks_:\n  connect:'))
    await editor.findings(house, (codes) => codes.includes('CFG101'))
    await editor.type(house, HOUSE.replace('plugin: house\n', 'plugin: house\nparams:\n  must: { type: text }\n'))
    await editor.findings(site, (codes) => codes.includes('CFG103'))
    await editor.type(house, HOUSE)
    await editor.findings(site, (codes) => codes.length === 0)
    assert.equal(await editor.quit(), 0)
  })

  it('tells a moment later what the analysis finds', async (test) => {
    const { path } = folder(test, FILES)
    const editor = await openEditor(test, SERVER)
    const house = join(path, 'house.yaml')
    await editor.open(house, `${HOUSE}    - { id: never, match: { note.seen: true }, return: DENY }\n`)
    const { diagnostics } = await editor.findings(house, (codes) => codes.includes('FLW502'))
    assert.deepEqual(diagnostics.find(({ code }) => code === 'FLW502')?.range.start.line, 10)
    assert.equal(await editor.quit(), 0)
  })

  it('corrects what is certain, all at once', async (test) => {
    const { path } = folder(test, FILES)
    const editor = await openEditor(test, SERVER)
    const house = join(path, 'house.yaml')
    const { href: uri } = pathToFileURL(house)
    await editor.open(house, HOUSE.replace('match: { remote_ip', 'match: { remote_ipp').replace('return', 'retrun'))
    await editor.findings(house, (codes) => codes.length > 0)
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }
    const asked = { textDocument: { uri }, range, context: { diagnostics: [], only: ['source.fixAll'] } }
    const actions: CodeAction[] = await editor.connection.sendRequest('textDocument/codeAction', asked)
    assert.deepEqual(
      actions.map(({ kind }) => kind),
      ['source.fixAll.postern'],
    )
    const texts = actions[0]?.edit?.changes?.[uri]?.map(({ newText }) => newText)
    assert.deepEqual(texts?.toSorted(), ['remote_ip', 'return'])
    assert.equal(await editor.quit(), 0)
  })

  it('answers what an editor asks', async (test) => {
    const { path } = folder(test, FILES)
    const editor = await openEditor(test, SERVER)
    const house = join(path, 'house.yaml')
    const { href: uri } = pathToFileURL(house)
    await editor.open(house, HOUSE.replace('  rcpt:', '  rcpt:   '))
    const ask = <T>(method: string, more: object = {}): Promise<T> =>
      editor.connection.sendRequest(`textDocument/${method}`, { textDocument: { uri }, ...more })
    const onNote = { position: { line: 8, character: 22 } }
    const hover = await ask<Hover>('hover', onNote)
    assert.match(JSON.stringify(hover.contents), /Note seen: a boolean/)
    const definitions = await ask<Location[]>('definition', onNote)
    assert.deepEqual(
      definitions.map(({ range }) => range.start.line),
      [5],
    )
    const references = await ask<Location[]>('references', { ...onNote, context: { includeDeclaration: true } })
    assert.equal(references.length, 2)
    const onRule = { position: { line: 7, character: 13 }, newName: 'friend' }
    const { changes = {} } = await ask<WorkspaceEdit>('rename', onRule)
    assert.deepEqual(Object.keys(changes), [uri, pathToFileURL(join(path, 'site.test.yaml')).href])
    await assert.rejects(ask('rename', { ...onRule, newName: 'no name' }), /is no name for a rule/)
    const symbols = await ask<DocumentSymbol[]>('documentSymbol')
    assert.deepEqual(
      symbols[0]?.children?.map(({ name }) => name),
      ['connect', 'rcpt'],
    )
    const edits = await ask<TextEdit[]>('formatting', { options: { tabSize: 2, insertSpaces: true } })
    assert.deepEqual(edits, [
      { range: { start: { line: 6, character: 7 }, end: { line: 6, character: 10 } }, newText: '' },
    ])
    assert.equal(await editor.quit(), 0)
  })
})

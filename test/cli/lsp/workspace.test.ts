/** What an editor's workspace knows: the disk where nothing is open, and what has not changed is not read again. */
import assert from 'node:assert/strict'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { complete } from '../../../src/cli/lsp/complete.ts'
import { Workspace } from '../../../src/cli/lsp/workspace.ts'
import type { Files } from '../../../src/core/ports.ts'
import { listFiles } from '../../../src/ports/list-files.ts'
import { folder } from '../folder.ts'

const SITE =
  'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins:\n  - ./house.yaml\n  - ./old.yaml\n  - rcpt_ok\n'
const HOUSE = `plugin: house
lists:
  friends: { file: friends, of: ip }
hooks:
  connect:
    - { id: friend, match: { remote_ip: { in_list: friends } }, return: DECLINED }
`
/** \`no\` in a list of texts is a warning of the parser. */
const OLD = 'plugin: old\nhooks:\n  helo:\n    - { id: a, match: { helo: [localhost, no] }, return: DENY }\n'
const FILES = { 'postern.yaml': SITE, 'house.yaml': HOUSE, 'old.yaml': OLD, friends: '192.0.2.1\n' }

/** Files as they are, and how often each was read. */
function counted(): { readonly files: Files; readonly reads: (name: string) => number } {
  const all: string[] = []
  const files = listFiles()
  return {
    files: {
      read: (path, most) => {
        all.push(path)
        return files.read(path, most)
      },
      pieces: (path) => {
        all.push(path)
        return files.pieces?.(path) ?? Promise.resolve(undefined)
      },
    },
    reads: (name) => all.filter((path) => path.endsWith(`/${name}`)).length,
  }
}

async function codes(workspace: Workspace, file: string): Promise<readonly string[]> {
  const { later } = await workspace.diagnostics()
  return ((await later()).get(file) ?? []).map(({ code }) => code)
}

describe('the workspace', () => {
  it('reads, parses and indexes again what has changed, and nothing else', async (test) => {
    const { path } = folder(test, FILES)
    const { files, reads } = counted()
    const workspace = new Workspace(files)
    const [house, old] = [join(path, 'house.yaml'), join(path, 'old.yaml')]
    workspace.files.edit(house, HOUSE)
    const said = await codes(workspace, old)
    assert.match(said.join(' '), /^YML/)
    for (const stroke of ['x', 'xy', 'xyz']) {
      workspace.files.edit(house, `${HOUSE}# ${stroke}\n`)
      assert.deepEqual(await codes(workspace, old), said)
      assert.deepEqual(await codes(workspace, house), [])
    }
    assert.deepEqual([reads('postern.yaml'), reads('old.yaml'), reads('friends'), reads('house.yaml')], [1, 1, 1, 0])
    writeFileSync(join(path, 'friends'), '192.0.2.1\nnonsense\n')
    assert.deepEqual(await codes(workspace, join(path, 'friends')), ['NET202'])
    assert.deepEqual(await codes(workspace, join(path, 'friends')), ['NET202'])
    assert.equal(reads('friends'), 3)
  })

  it('sees files that go and come', async (test) => {
    const { path } = folder(test, FILES)
    const workspace = new Workspace(listFiles())
    const house = join(path, 'house.yaml')
    workspace.files.edit(house, HOUSE)
    assert.deepEqual(await codes(workspace, house), [])
    rmSync(join(path, 'friends'))
    assert.deepEqual(await codes(workspace, house), ['LST601'])
    writeFileSync(join(path, 'friends'), '192.0.2.1\n')
    assert.deepEqual(await codes(workspace, house), [])
    workspace.files.edit(house, undefined)
    assert.equal((await workspace.diagnostics()).soon.has(house), false)
  })

  it('knows names in files that nothing uses yet, as they are on the disk', async (test) => {
    const { path } = folder(test, { ...FILES, 'new.yaml': 'plugin: new\n' })
    const workspace = new Workspace(listFiles())
    const [house, unused] = [join(path, 'house.yaml'), join(path, 'new.yaml')]
    const names = async (): Promise<readonly string[]> => {
      const { sheets } = await workspace.modelAround(house)
      return (sheets.get(unused)?.mentions ?? []).map(({ name }) => name)
    }
    assert.deepEqual(await names(), [])
    writeFileSync(unused, 'plugin: new\nlists:\n  friends: { of: ip }\n')
    assert.deepEqual(await names(), ['friends'])
    rmSync(unused)
    assert.deepEqual(await names(), [])
  })

  it('takes the text of the editor, not that of the disk', async (test) => {
    const { path } = folder(test, FILES)
    const workspace = new Workspace(listFiles())
    const [house, list] = [join(path, 'house.yaml'), join(path, 'friends')]
    workspace.files.edit(house, HOUSE)
    workspace.files.edit(list, '192.0.2.1\n192.0.2.300\n')
    assert.deepEqual(await codes(workspace, list), ['NET202'])
    workspace.files.edit(list, undefined)
    assert.deepEqual(await codes(workspace, house), [])
  })

  it('keeps quiet about comments that allow what the analysis has not found yet', async (test) => {
    const twice =
      '    # postern: allow FLW502 -- it reads better\n    - { id: again, match: { remote_ip: 192.0.2.9 }, return: DECLINED }\n'
    const text = `${HOUSE}    - { id: one, match: { remote_ip: 192.0.2.9 }, return: DECLINED }\n${twice}`
    const { path } = folder(test, { ...FILES, 'house.yaml': text })
    const workspace = new Workspace(listFiles())
    const house = join(path, 'house.yaml')
    workspace.files.edit(house, text)
    const { soon, later } = await workspace.diagnostics()
    assert.deepEqual([soon.get(house), (await later()).get(house)], [[], []])
    workspace.files.edit(house, HOUSE + twice)
    assert.deepEqual(await codes(workspace, house), ['SUP002'])
  })

  it('has nothing to say about files of other programs', async (test) => {
    const { path } = folder(test, {})
    const workspace = new Workspace(listFiles())
    const [foreign, ours] = [join(path, 'compose.yaml'), join(path, 'a.yaml')]
    workspace.files.edit(foreign, 'x: &x\n  a: 1\nservices:\n  <<: *x\n')
    workspace.files.edit(ours, 'plugin: a\nhooks: { rcpt: [ {\n')
    assert.deepEqual(await codes(workspace, foreign), [])
    assert.deepEqual(await codes(workspace, ours), ['YML701'])
  })

  it('knows the words of TypeScript plugins', async (test) => {
    const { path } = folder(test, {})
    cpSync(join(import.meta.dirname, '../../../examples/05-typescript-plugin'), path, { recursive: true })
    const workspace = new Workspace(listFiles())
    const file = join(path, 'rules/members.yaml')
    const text = 'plugin: members\nhooks:\n  rcpt:\n    - id: a\n      match: { member: { '
    workspace.files.edit(file, text.replace('{ member: { ', 'always'))
    await workspace.diagnostics()
    const model = await workspace.modelAround(file)
    const labels = (typed: string): readonly string[] =>
      complete(file, typed, typed.length, model).map(({ label }) => label)
    assert.ok(labels(text.replace('member: { ', '')).includes('member'))
    assert.deepEqual(labels(text), ['of'])
    assert.deepEqual(labels(`${text}of: `).toSorted(), ['rcpt', 'sender'])
  })
})

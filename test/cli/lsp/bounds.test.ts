/** What an editor's workspace does not look at: texts that are too large, and what lies in crowds below a site. */
import assert from 'node:assert/strict'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { LARGEST_TEXT } from '../../../src/cli/lsp/files.ts'
import { renameAt } from '../../../src/cli/lsp/navigate.ts'
import { Workspace } from '../../../src/cli/lsp/workspace.ts'
import { WALK_BOUNDS, yamlBelow } from '../../../src/cli/lsp/yaml-below.ts'
import type { Files } from '../../../src/core/ports.ts'
import { YAML_LIMITS } from '../../../src/language/yaml/limits.ts'
import { listFiles } from '../../../src/ports/list-files.ts'
import { folder } from '../folder.ts'

const SITE = 'hostname: mx.example.org\nlocal_domains: [example.org]\nplugins:\n  - ./house.yaml\n  - rcpt_ok\n'
const HOUSE = 'plugin: house\nhooks:\n  helo:\n    - { id: a, match: { helo: localhost }, return: DENY }\n'
const FILES = { 'postern.yaml': SITE, 'house.yaml': HOUSE }

const padded = (text: string, length: number): string => text + '#'.repeat(length - text.length)

describe('a text in an editor', () => {
  it('is looked at up to its largest size, and then it is said that it is not', async (test) => {
    const { path } = folder(test, FILES)
    const workspace = new Workspace(listFiles())
    const house = join(path, 'house.yaml')
    const broken = HOUSE.replace('helo: localhost', 'helos: localhost')
    const said = async (text: string): Promise<readonly string[]> => {
      workspace.files.edit(house, text)
      return ((await workspace.diagnostics()).soon.get(house) ?? []).map(({ code, severity }) => `${code} ${severity}`)
    }
    assert.deepEqual(await said(padded(broken, LARGEST_TEXT)), ['CFG106 error'])
    assert.deepEqual(await said(padded(broken, LARGEST_TEXT + 1)), ['YML715 info'])
    assert.deepEqual(await said(padded('services: {}\n', LARGEST_TEXT + 1)), [])
    assert.deepEqual(await said(broken), ['CFG106 error'])
  })

  it('that is too large leaves the site with the file on the disk, and names nothing', async (test) => {
    const { path } = folder(test, FILES)
    const workspace = new Workspace(listFiles())
    const [site, house] = [join(path, 'postern.yaml'), join(path, 'house.yaml')]
    workspace.files.edit(site, SITE)
    workspace.files.edit(house, padded('plugin: other\n', LARGEST_TEXT + 1))
    assert.deepEqual((await workspace.diagnostics()).soon.get(site), [])
    assert.deepEqual((await workspace.sheet(house)).mentions, [])
    assert.equal((await workspace.modelAround(site)).isWhole, false)
    workspace.files.edit(house, undefined)
    assert.equal((await workspace.diagnostics()).soon.has(house), false)
    assert.notDeepEqual((await workspace.sheet(house)).mentions, [])
  })

  it('that is too large on the disk leaves no name to be changed either', async (test) => {
    const rule = HOUSE.indexOf('id: a') + 'id: '.length
    const renamed = async (other: string): Promise<boolean> => {
      const { path } = folder(test, { ...FILES, 'other.yaml': other })
      const [workspace, house] = [new Workspace(listFiles()), join(path, 'house.yaml')]
      const model = await workspace.modelAround(house)
      return renameAt(await workspace.sheet(house), rule, 'b', model).ok
    }
    assert.equal(await renamed('plugin: other\n'), true)
    assert.equal(await renamed(padded('plugin: other\n', LARGEST_TEXT + 1)), false)
  })

  it('of YAML is read from the disk as far as anybody would read it', async (test) => {
    const { path } = folder(test, FILES)
    const asked: (number | undefined)[] = []
    const files: Files = {
      read: (file, most) => {
        if (file.startsWith(path)) asked.push(most)
        return listFiles().read(file, most)
      },
    }
    await new Workspace(files).modelAround(join(path, 'house.yaml'))
    assert.deepEqual(new Set(asked), new Set([YAML_LIMITS.octets + 1]))
  })
})

describe('the files below a site', () => {
  it('are found near ones first, without links and what nobody looks into', async (test) => {
    const names = ['b/c/deep.yaml', 'b/near.yml', 'z.yaml', '.git/x.yaml', 'node_modules/x.yaml', 'readme.md']
    const { path } = folder(test, Object.fromEntries(names.map((name) => [name, ''])))
    symlinkSync(path, join(path, 'b/loop'))
    const { files, isWhole } = await yamlBelow(path)
    assert.deepEqual(
      files.map((file) => file.slice(path.length + 1)),
      ['z.yaml', 'b/near.yml', 'b/c/deep.yaml'],
    )
    assert.equal(isWhole, true)
    assert.deepEqual(await yamlBelow(join(path, 'nowhere')), { files: [], isWhole: true })
  })

  const few = { files: 5, entriesOfOne: 10, entries: 30 }
  const numbered = (count: number, name: (n: number) => string): Readonly<Record<string, string>> =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [name(n), '']))

  it('are no more than so many', async (test) => {
    const { path } = folder(
      test,
      numbered(6, (n) => `${n}.yaml`),
    )
    const { files, isWhole } = await yamlBelow(path, few)
    assert.deepEqual([files.length, isWhole], [5, false])
  })

  it('are looked for in so many entries of a directory, and the directories beside it are read', async (test) => {
    const { path } = folder(test, { 'rules/house.yaml': '', ...numbered(11, (n) => `mail/${n}`) })
    const { files, isWhole } = await yamlBelow(path, few)
    assert.deepEqual([files, isWhole], [[join(path, 'rules/house.yaml')], false])
  })

  it('are looked for in so many entries of all directories', async (test) => {
    const { path } = folder(test, { ...numbered(36, (n) => `${n % 6}/${n}`), '0/a.yaml': '', '5/z.yaml': '' })
    const { files, isWhole } = await yamlBelow(path, few)
    assert.deepEqual([files, isWhole], [[join(path, '0/a.yaml')], false])
    assert.equal((await yamlBelow(path)).isWhole, true)
  })

  it('are bounded for an editor', () => {
    assert.deepEqual(WALK_BOUNDS, { files: 2000, entriesOfOne: 5000, entries: 20_000 })
  })
})

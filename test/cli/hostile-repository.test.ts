/** A repository that would like to say what a comparison reads of it: by attributes, filters, names and links. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { openRevision, type Revision } from '../../src/cli/base-site.ts'
import { type Folder, folder } from './folder.ts'
import { commitAll } from './git.ts'

function git({ path }: Folder, words: readonly string[], input: Buffer | string = ''): string {
  const { status, stdout, stderr } = spawnSync('git', words, { cwd: path, input, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  return stdout.trim()
}

async function opened(context: TestContext, of: Folder, revision = 'HEAD'): Promise<(name: string) => string> {
  const found: Revision | undefined = await openRevision(revision, of.path)
  assert.ok(found)
  context.after(() => found.close())
  return (name) => found.moved(join(of.path, name))
}

describe('a repository that is compared with', () => {
  it('runs no filter, leaves nothing out, and writes no message of a commit into files', async (context) => {
    const house = '# $Format:%B$ $Id$\r\nplugin: house\n'
    const attributes = 'tests/** export-ignore\n*.yaml filter=evil export-subst ident text eol=crlf\n'
    const of = folder(context, { '.gitattributes': attributes, 'house.yaml': house, 'tests/one.yaml': 'suite: x\n' })
    git(of, ['init', '-q'])
    git(of, ['config', 'filter.evil.smudge', `touch '${join(of.path, 'ran')}'; cat`])
    git(of, ['-c', 'core.safecrlf=false', 'add', '.'])
    commitAll(of)
    const at = await opened(context, of)
    const stored = git(of, ['cat-file', 'blob', 'HEAD:house.yaml'])
    assert.match(stored, /\$Format:%B\$/)
    assert.equal(readFileSync(at('house.yaml'), 'utf8').trim(), stored)
    assert.equal(readFileSync(at('tests/one.yaml'), 'utf8'), 'suite: x\n')
    assert.ok(!existsSync(join(of.path, 'ran')))
  })

  it('has every file as it is: empty, of many octets, with odd names', async (context) => {
    const files = { 'a b\n"c': 'x', '-rf': '', 'sub/é': 'y\n', large: 'z\n'.repeat(200_000), '::x': '0000 blob 3\n' }
    const of = folder(context, files)
    commitAll(of)
    const at = await opened(context, of)
    for (const [name, text] of Object.entries(files)) assert.equal(readFileSync(at(name), 'utf8'), text)
  })

  it('has links as links', async (context) => {
    const of = folder(context, { 'lists/a': 'x' })
    symlinkSync('lists/a', join(of.path, 'b'))
    symlinkSync('/etc', join(of.path, 'away'))
    commitAll(of)
    const at = await opened(context, of)
    assert.equal(readlinkSync(at('b')), 'lists/a')
    assert.ok(lstatSync(at('away')).isSymbolicLink())
  })

  /** Trees that git itself does not write. */
  const committed = (of: Folder, entries: readonly (readonly [mode: string, name: string, id: string])[]): string => {
    const raw = entries.map(([mode, name, id]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, 'hex')]),
    )
    const tree = git(of, ['hash-object', '-t', 'tree', '-w', '--literally', '--stdin'], Buffer.concat(raw))
    return git(of, ['-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit-tree', tree, '-m', 'x'])
  }
  const CASES: Readonly<
    Record<string, (blob: string, link: string, below: string) => Parameters<typeof committed>[1]>
  > = {
    'a name that goes up': (_, __, below) => [['40000', '..', below]],
    'a name with slashes': (blob) => [['100644', '../x', blob]],
    'a file below a link': (_, link, below) => [
      ['120000', 'd', link],
      ['40000', 'd', below],
    ],
  }
  for (const [name, entries] of Object.entries(CASES))
    it(`writes nowhere else: ${name}`, async (context) => {
      const of = folder(context, { 'lists/a': 'x' })
      commitAll(of)
      const outside = folder(context, { kept: 'x' })
      const blob = git(of, ['hash-object', '-w', '--stdin'], 'pwned')
      const link = git(of, ['hash-object', '-w', '--stdin'], outside.path)
      const below = committedTree(of, blob)
      await assert.rejects(openRevision(committed(of, entries(blob, link, below)), of.path), /unpacked from git/)
      assert.deepEqual(readdirSync(outside.path), ['kept'])
    })

  function committedTree(of: Folder, blob: string): string {
    return git(of, ['mktree'], `100644 blob ${blob}\tx\n`)
  }

  it('is asked for no option in the place of a revision', async (context) => {
    const of = folder(context, { a: 'x' })
    commitAll(of)
    for (const revision of ['--output=pwned', '-h', '--help', '--git-dir=/', '', 'HEAD --all', 'HEAD^{commit}\n--x'])
      assert.equal(await openRevision(revision, of.path), undefined)
    assert.deepEqual(readdirSync(of.path).toSorted(), ['.git', 'a'])
  })
})

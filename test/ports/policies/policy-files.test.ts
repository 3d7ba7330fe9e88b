import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { SourceAnswer } from '../../../src/core/ports.ts'
import { allPolicyFiles, type FoundPolicyFile, policyFiles } from '../../../src/ports/policies/policy-files.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { immediate } from '../../support/immediate.ts'

const TEXT = 'settings: { newsletters: false }\n'
const KEY = 'alice@example.org'

interface Folder {
  readonly path: (name: string) => string
  readonly write: (name: string, text?: string, mode?: number) => string
  readonly lookup: (key?: string) => Promise<SourceAnswer>
  readonly outside: string
}

function folder(test: TestContext, { mostOctets = 1000, clock = fakeClock() } = {}): Folder {
  const root = mkdtempSync(join(tmpdir(), 'postern-policies-'))
  test.after(() => rmSync(root, { recursive: true }))
  const directory = join(root, 'policies')
  mkdirSync(join(directory, 'example.org'), { recursive: true })
  const outside = join(root, 'secret')
  writeFileSync(outside, 'settings: { secret: true }\n', { mode: 0o600 })
  const path = (name: string): string => join(directory, name)
  const source = policyFiles({ directory, clock, mostOctets })
  return {
    path,
    outside,
    lookup: (key = KEY) => source.lookup(key),
    write(name, text = TEXT, mode = 0o644) {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(name), text)
      chmodSync(path(name), mode)
      return path(name)
    },
  }
}

const notRoot = process.getuid?.() !== 0 && 'only root can give files away'
const refused = (because: string): SourceAnswer => ({ kind: 'failed', because })

describe('the directory of policies', () => {
  it('has the text of an address, of a domain, of the default', async (test) => {
    const { write, lookup } = folder(test)
    for (const name of ['example.org/alice.yaml', 'example.org.yaml', 'standard.yaml'])
      write(name, `summary: ${name}\n`)
    for (const [key, name] of [
      [KEY, 'example.org/alice.yaml'],
      ['example.org', 'example.org.yaml'],
      ['standard', 'standard.yaml'],
    ])
      assert.deepEqual(await lookup(key), { kind: 'found', values: [`summary: ${name}\n`] })
  })

  it('has nothing for other keys, whatever they are', async (test) => {
    const { write, lookup } = folder(test)
    write('example.org/alice.yaml')
    for (const key of ['bob@example.org', 'alice@example.net', '../secret', '../../secret@example.org', 'a\0@b', ''])
      assert.deepEqual(await lookup(key), { kind: 'none' })
  })

  it('that is not there is a fault', async (test) => {
    const { path } = folder(test)
    const source = policyFiles({ directory: path('none'), clock: fakeClock(), mostOctets: 10 })
    assert.equal((await source.lookup(KEY)).kind, 'failed')
  })
})

it('a policy that the group of its owner may write to is one', async (test) => {
  const { path, write, lookup } = folder(test)
  const { gid, uid } = statSync(write('example.org/alice.yaml', TEXT, 0o664))
  chmodSync(path('example.org'), 0o775)
  assert.equal((await lookup()).kind, gid === uid ? 'found' : 'failed')
})

describe('row 65: a policy that is', () => {
  it('a link out of the directory is not read', async (test) => {
    const { path, outside, lookup } = folder(test)
    symlinkSync(outside, path('example.org/alice.yaml'))
    assert.deepEqual(await lookup(), refused('it is a symbolic link'))
  })

  it('a link within the directory is not read either', async (test) => {
    const { path, write, lookup } = folder(test)
    symlinkSync(write('example.org/bob.yaml'), path('example.org/alice.yaml'))
    assert.deepEqual(await lookup(), refused('it is a symbolic link'))
  })

  it('reached through a link of a directory that leads out is not read', async (test) => {
    const { path, outside, lookup } = folder(test)
    mkdirSync(join(dirname(outside), 'elsewhere'))
    writeFileSync(join(dirname(outside), 'elsewhere', 'alice.yaml'), TEXT)
    symlinkSync(join(dirname(outside), 'elsewhere'), path('example.net'))
    assert.deepEqual(await lookup('alice@example.net'), refused('it lies outside its directory'))
  })

  it('reached through one that stays inside is', async (test) => {
    const { path, write, lookup } = folder(test)
    write('example.org/alice.yaml')
    symlinkSync(path('example.org'), path('example.net'))
    assert.deepEqual(await lookup('alice@example.net'), { kind: 'found', values: [TEXT] })
  })

  it('a pipe blocks nobody', async (test) => {
    const { path, lookup } = folder(test)
    execFileSync('mkfifo', [path('example.org/alice.yaml')])
    assert.deepEqual(await lookup(), refused('it is no regular file'))
  })

  it('a directory', async (test) => {
    const { path, lookup } = folder(test)
    mkdirSync(path('example.org/alice.yaml'))
    assert.deepEqual(await lookup(), refused('it is no regular file'))
  })

  for (const mode of [0o666, 0o646])
    it(`writable by others (${mode.toString(8)})`, async (test) => {
      const { write, lookup } = folder(test)
      write('example.org/alice.yaml', TEXT, mode)
      assert.deepEqual(await lookup(), refused('its group or everybody may write to it'))
    })

  it("writable by another group than its owner's", { skip: notRoot }, async (test) => {
    const { write, lookup } = folder(test)
    chownSync(write('example.org/alice.yaml', TEXT, 0o664), 0, 65534)
    assert.deepEqual(await lookup(), refused('its group or everybody may write to it'))
  })

  it('owned by somebody else', { skip: notRoot }, async (test) => {
    const { path, write, lookup } = folder(test)
    chownSync(write('example.org/alice.yaml'), 65534, 65534)
    assert.deepEqual(await lookup(), refused('it belongs to another user'))
    const offline = policyFiles({ directory: path('.'), clock: fakeClock(), mostOctets: 1000, isLenient: true })
    assert.equal((await offline.lookup(KEY)).kind, 'found')
  })

  for (const name of ['.', 'example.org'])
    for (const mode of [0o777, 0o1777])
      it(`in a directory that others may write to (${name}, ${mode.toString(8)})`, async (test) => {
        const { path, write, lookup } = folder(test)
        write('example.org/alice.yaml')
        chmodSync(path(name), mode)
        assert.deepEqual(await lookup(), refused('others may write to its directory'))
      })

  it('in a directory that another group may write to', { skip: notRoot }, async (test) => {
    const { path, write, lookup } = folder(test)
    write('example.org/alice.yaml')
    chownSync(path('example.org'), 0, 65534)
    chmodSync(path('example.org'), 0o775)
    assert.deepEqual(await lookup(), refused('others may write to its directory'))
  })

  it('in a directory of somebody else', { skip: notRoot }, async (test) => {
    const { path, write, lookup } = folder(test)
    write('example.org/alice.yaml')
    chownSync(path('example.org'), 65534, 65534)
    assert.deepEqual(await lookup(), refused('its directory belongs to another user'))
    const offline = policyFiles({ directory: path('.'), clock: fakeClock(), mostOctets: 1000, isLenient: true })
    assert.equal((await offline.lookup(KEY)).kind, 'found')
  })

  it('empty', async (test) => {
    const { write, lookup } = folder(test)
    write('example.org/alice.yaml', '')
    assert.deepEqual(await lookup(), refused('it is empty'))
  })

  it('limit policy_size: too large', async (test) => {
    const { write, lookup } = folder(test, { mostOctets: 10 })
    write('example.org/alice.yaml', 'x'.repeat(11))
    assert.deepEqual(await lookup(), refused('it has more than 10 octets'))
  })

  it('no text in UTF-8', async (test) => {
    const { write, lookup } = folder(test)
    writeFileSync(write('example.org/alice.yaml'), Buffer.from([0x61, 0xff]))
    assert.deepEqual(await lookup(), refused('it is not text in UTF-8'))
  })
})

describe('a policy that is being written to', () => {
  it('is read when it has been left alone for a moment', async (test) => {
    const clock = fakeClock()
    const { write, lookup } = folder(test, { clock })
    const half = write('example.org/alice.yaml', 'settings: {}\n')
    utimesSync(half, clock.now() / 1000, clock.now() / 1000)
    const answer = lookup()
    while (clock.pending() === 0) await immediate()
    write('example.org/alice.yaml')
    utimesSync(half, clock.now() / 1000, clock.now() / 1000)
    clock.advance(60)
    assert.deepEqual(await answer, { kind: 'found', values: [TEXT] })
  })

  it('all the time is not read', async (test) => {
    const clock = fakeClock()
    const { write, lookup } = folder(test, { clock })
    const file = write('example.org/alice.yaml')
    let over = false
    const answer = lookup().finally(() => (over = true))
    while (!over) {
      utimesSync(file, clock.now() / 1000, clock.now() / 1000)
      await immediate()
      if (clock.pending() > 0) {
        utimesSync(file, (clock.now() + 60) / 1000, (clock.now() + 60) / 1000)
        clock.advance(60)
      }
    }
    assert.deepEqual(await answer, refused('it is being written to all the time'))
  })
})

it('check sees every file, and says which nobody looks for', async (test) => {
  const { path, write, outside } = folder(test)
  write('example.org/alice.yaml')
  write('Readme.txt', 'x')
  write('.git/config', 'x')
  symlinkSync(outside, path('example.org/bob.yaml'))
  const files: FoundPolicyFile[] = []
  for await (const file of allPolicyFiles(path('.'), { mostOctets: 1000 })) files.push(file)
  assert.deepEqual(
    files.map(({ path: where, ...rest }) => [where.slice(path('.').length + 1), rest]),
    [
      ['Readme.txt', { isLookedFor: false, text: 'x' }],
      ['example.org/alice.yaml', { isLookedFor: true, text: TEXT }],
      ['example.org/bob.yaml', { isLookedFor: true, because: 'it is a symbolic link' }],
    ],
  )
})

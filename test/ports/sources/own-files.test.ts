/** Files of recipients' own: whose they are, what hostile recipients make of them, and what is kept. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { KeyedSource, SourceAnswer } from '../../../src/core/ports.ts'
import { readSource } from '../../../src/core/source.ts'
import { openSource } from '../../../src/ports/sources/open-source.ts'
import { OWN_MEMORY, ownDriver } from '../../../src/ports/sources/own-files.ts'
import { ownPathOf } from '../../../src/ports/sources/own-path.ts'
import { type FakeClock, fakeClock } from '../../support/fake-clock.ts'
import { immediate } from '../../support/immediate.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { testWorld, type TestWorld } from './world.ts'

const FILE = '.qpsmtpd/whitelisthosts'
const TEXT = '192.0.2.7\n'
const ANN = 'ann@example.org'

interface Homes {
  readonly root: string
  readonly clock: FakeClock
  readonly world: TestWorld
  readonly source: KeyedSource
  /** Of a user. Answers with its path. */
  readonly write: (user: string, text?: string, mode?: number) => string
  readonly lookup: (key?: string) => Promise<SourceAnswer>
}

function homes(test: TestContext, parameters = ''): Homes {
  const root = join(temporaryDirectory(test), 'home')
  mkdirSync(root)
  const clock = fakeClock()
  const world = testWorld({ clock })
  const url = `own:${root}/%u/${FILE}${parameters}`
  const source = openSource(readSource({ url, kind: 'ip', directory: '/' }), world)
  return {
    root,
    clock,
    world,
    source,
    lookup: (key = ANN) => source.lookup(key),
    write(user, text = TEXT, mode = 0o644) {
      const path = join(root, user, FILE)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      chmodSync(path, mode)
      return path
    },
  }
}

function because(answer: SourceAnswer): string {
  assert.equal(answer.kind, 'failed')
  return answer.kind === 'failed' ? answer.because : ''
}

describe('the path of a recipient’s own file', () => {
  const pathOf = ownPathOf('/srv/%h/%u/%a.list', '/')

  it('has the parts of the address in it', () =>
    assert.deepEqual(pathOf(ANN), {
      path: '/srv/example.org/ann/ann@example.org.list',
      fixed: '/srv',
      root: '/srv/example.org',
    }))

  it('is below the directory of the site when it begins nowhere', () =>
    assert.equal(ownPathOf('own/%u', '/etc/postern')(ANN)?.path, '/etc/postern/own/ann'))

  it('is none of what is no address', () => {
    for (const key of ['postmaster', '@example.org', '']) assert.equal(pathOf(key), undefined)
  })

  for (const name of [
    '..',
    '.',
    '../..',
    'a/b',
    'a\\b',
    'a\0b',
    '.ssh',
    '%u',
    '%h',
    '$HOME',
    '~root',
    'con',
    'x'.repeat(300),
  ])
    it(`row 64: of ${JSON.stringify(name.slice(0, 20))} has a digest in it`, () =>
      assert.match(
        pathOf(`${name}@example.org`)?.path ?? '',
        /^\/srv\/example\.org\/~[0-9a-f]{64}\/~[0-9a-f]{64}\.list$/,
      ))

  it('row 64: leads nowhere but to a file of its own, whatever the recipient', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('..', '.', '/', '%u', '%h', '~', '\0', 'a'))
    const key = fc.tuple(fc.array(part, { minLength: 1, maxLength: 3 }), part)
    fc.assert(
      fc.property(key, ([local, domain]) => {
        const path = pathOf(`${local.join('')}@${domain}`)?.path
        if (path === undefined) return
        assert.equal(posix.normalize(path), path)
        assert.match(path, /^\/srv\/[^/\0]+\/[^/\0]+\/[^/\0]+\.list$/)
      }),
    )
  })

  it('row 64: is not one for two addresses', () => {
    const local = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('a', 'a.b', '..', '~a'))
    fc.assert(
      fc.property(local, local, (one, other) => {
        const [first, second] = [one, other].map((name) => pathOf(`${name}@example.org`)?.path)
        assert.equal(first === second, one === other)
      }),
    )
  })
})

describe('a recipient’s own file', () => {
  it('is found, and where', async (test) => {
    const { write, lookup } = homes(test)
    const at = write('ann')
    assert.deepEqual(await lookup(), { kind: 'found', values: [TEXT], at })
    assert.deepEqual(await lookup('bob@example.org'), { kind: 'none' })
    assert.deepEqual(await lookup('postmaster'), { kind: 'none' })
  })

  it('may be empty', async (test) => {
    const { write, lookup } = homes(test)
    const at = write('ann', '')
    assert.deepEqual(await lookup(), { kind: 'found', values: [''], at })
  })

  it('may lie in a home that is a link', async (test) => {
    const { root, write, lookup } = homes(test)
    write('disk7')
    symlinkSync(join(root, 'disk7'), join(root, 'ann'))
    assert.equal((await lookup()).kind, 'found')
  })

  it('may be written by a group that is its owner’s alone', async (test) => {
    const { write, lookup } = homes(test)
    const { uid, gid } = statSync(write('ann', TEXT, 0o664))
    assert.equal((await lookup()).kind, uid === gid ? 'found' : 'failed')
  })

  it('that is replaced is seen within a second, whole', async (test) => {
    const { write, lookup, clock } = homes(test)
    const path = write('ann')
    const first = await lookup()
    writeFileSync(`${path}.new`, '192.0.2.8\n')
    renameSync(`${path}.new`, path)
    assert.deepEqual(await lookup(), first)
    clock.advance(1000)
    assert.deepEqual(await lookup(), { kind: 'found', values: ['192.0.2.8\n'], at: path })
    rmSync(path)
    clock.advance(1000)
    assert.deepEqual(await lookup(), { kind: 'none' })
  })

  it('that is being written to is waited for', async (test) => {
    const { write, lookup, clock } = homes(test)
    const path = write('ann', '192.0.2.')
    utimesSync(path, clock.now() / 1000, clock.now() / 1000)
    const answer = lookup()
    // The limit on the time for a key waits too.
    while (clock.pending() < 2) await immediate()
    writeFileSync(path, TEXT)
    utimesSync(path, clock.now() / 1000, clock.now() / 1000)
    clock.advance(60)
    assert.deepEqual(await answer, { kind: 'found', values: [TEXT], at: path })
  })

  it('that stays the same is the same, so that nobody reads its entries twice', async (test) => {
    const { write, lookup, clock } = homes(test)
    write('ann')
    const first = await lookup()
    clock.advance(5000)
    const second = await lookup()
    assert.ok(first.kind === 'found' && second.kind === 'found')
    assert.equal(first.values, second.values)
  })
})

describe('row 65: a recipient’s own file that is', () => {
  it('a link, to whatever, is not read', async (test) => {
    const { root, write, lookup } = homes(test)
    const bob = write('bob')
    mkdirSync(join(root, 'ann/.qpsmtpd'), { recursive: true })
    symlinkSync(bob, join(root, 'ann', FILE))
    assert.match(because(await lookup()), /whitelisthosts: it is a symbolic link$/)
  })

  it('reached through a link to somebody else’s directory is not read', async (test) => {
    const { root, write, lookup } = homes(test)
    write('bob')
    mkdirSync(join(root, 'ann'))
    symlinkSync(join(root, 'bob/.qpsmtpd'), join(root, 'ann/.qpsmtpd'))
    assert.match(because(await lookup()), /: it lies outside its directory$/)
  })

  it('a pipe blocks nobody', async (test) => {
    const { write, lookup } = homes(test)
    const path = write('ann')
    rmSync(path)
    execFileSync('mkfifo', [path])
    assert.match(because(await lookup()), /: it is no regular file$/)
  })

  it('a directory is not read', async (test) => {
    const { root, lookup } = homes(test)
    mkdirSync(join(root, 'ann', FILE), { recursive: true })
    assert.match(because(await lookup()), /: it is no regular file$/)
  })

  it('open to everybody is not read', async (test) => {
    const { write, lookup } = homes(test)
    write('ann', TEXT, 0o666)
    assert.match(because(await lookup()), /: its group or everybody may write to it$/)
  })

  it('larger than `size` is not read', async (test) => {
    const { write, lookup } = homes(test, '#size=20')
    write('ann', '#'.repeat(21))
    assert.match(because(await lookup()), /: it has more than 20 octets$/)
  })

  it('no text in UTF-8 is not read', async (test) => {
    const { write, lookup } = homes(test)
    writeFileSync(write('ann'), Buffer.from([0x61, 0xff]))
    assert.match(because(await lookup()), /: it is not text in UTF-8$/)
  })

  const needsRoot = { skip: process.getuid?.() !== 0 && 'only root can give files away' }
  it('somebody else’s than who has the directory is not read', needsRoot, async (test) => {
    const { root, write, lookup, clock } = homes(test)
    const path = write('ann')
    chownSync(path, 65_534, 65_534)
    assert.match(because(await lookup()), /: it belongs to another user$/)
    chownSync(join(root, 'ann'), 65_534, 65_534)
    clock.advance(1000)
    assert.equal((await lookup()).kind, 'found')
  })

  it('not to be read is said once, with its path and without what it holds', async (test) => {
    const { write, lookup, clock, world } = homes(test)
    const at = write('ann', 'secret\n', 0o666)
    for (let count = 0; count < 3; count += 1) {
      await lookup()
      clock.advance(1000)
    }
    assert.deepEqual(world.said, [
      {
        level: 'warn',
        fields: { at, because: 'its group or everybody may write to it' },
        text: "a recipient's own file does not count",
      },
    ])
  })
})

describe('recipients’ own files', () => {
  it('are unknown while the directory of all of them is away', async (test) => {
    const { root, lookup } = homes(test)
    rmSync(root, { recursive: true })
    assert.match(because(await lookup()), new RegExp(`: there is no directory ${root}$`))
  })

  it('are kept in so many octets, whatever recipients strangers invent', async (test) => {
    const root = temporaryDirectory(test)
    const world = testWorld({ clock: fakeClock() })
    const text = '#'.repeat(60_000)
    const count = Math.ceil(OWN_MEMORY / (6 * text.length)) + 2
    for (let index = 0; index < count; index += 1) writeFileSync(join(root, `u${index}`), text, { mode: 0o644 })
    const source = ownDriver.read(readSource({ url: `own:${root}/%u`, kind: 'ip', directory: '/' }))(world)
    const ask = (user: string): Promise<readonly string[] | undefined> =>
      source.ask(`${user}@example.org`, new AbortController().signal)
    const first = await ask('u0')
    assert.equal(await ask('u0'), first)
    for (let index = 1; index < count; index += 1) await ask(`u${index}`)
    const again = await ask('u0')
    assert.deepEqual(again, first)
    assert.notEqual(again, first)
    assert.equal(await ask(`u${count - 1}`), await ask(`u${count - 1}`))
    await source.close()
  })
})

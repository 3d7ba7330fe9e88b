import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { listFiles } from '../../src/ports/list-files.ts'

async function all(pieces: AsyncIterable<string>): Promise<readonly string[]> {
  const texts: string[] = []
  for await (const piece of pieces) texts.push(piece)
  return texts
}

describe('listFiles', () => {
  let directory = ''
  const files = listFiles()
  const at = (name: string): string => join(directory, name)

  before(async () => (directory = await mkdtemp(join(tmpdir(), 'postern-files-'))))
  after(() => rm(directory, { recursive: true }))

  it('reads text, without its byte order mark', async () => {
    await writeFile(at('list'), '\ufeffé.example\r\n')
    assert.equal(await files.read(at('list')), 'é.example\r\n')
    await writeFile(at('empty'), '')
    assert.equal(await files.read(at('empty')), '')
  })

  it('follows symbolic links', async () => {
    await writeFile(at('target'), 'x')
    await symlink(at('target'), at('link'))
    assert.equal(await files.read(at('link')), 'x')
  })

  it('says undefined when there is none', async () => {
    assert.equal(await files.read(at('nowhere')), undefined)
    await writeFile(at('plain'), '')
    assert.equal(await files.read(at('plain/below')), undefined)
  })

  it('refuses what is no regular file, and does not wait for it', async () => {
    execFileSync('mkfifo', ['--', at('pipe')])
    await assert.rejects(files.read(at('pipe')), { message: `${at('pipe')} is a special file, not a file` })
    await assert.rejects(files.read('/dev/null'), { message: '/dev/null is a special file, not a file' })
    await assert.rejects(files.read(directory), { message: `${directory} is a directory, not a file` })
  })

  it('leaves the rest out where the start is enough, and cuts no character', async () => {
    for (const letter of ['x', 'é', '€', '😀']) {
      await writeFile(at('long'), letter.repeat(1000))
      const start = (await files.read(at('long'), 101)) ?? ''
      assert.ok(Buffer.byteLength(start) > 100 && start.length < 1000, `${start.length} of ${letter}`)
      assert.equal(start, letter.repeat(start.length / letter.length))
    }
    assert.equal((await files.read(at('long'), 4000))?.length, 2000)
  })

  it('reads in pieces of whole lines what it reads at once', async () => {
    const lines = Array.from({ length: 60_000 }, (_, number) => `${number} é€😀 ${'x'.repeat(number % 50)}`)
    for (const text of ['', 'a', 'a\n', `\ufeff${lines.join('\r\n')}`, `${lines.join('\n')}\n`]) {
      await writeFile(at('pieces'), text)
      const opened = (await files.pieces?.(at('pieces'))) ?? assert.fail('no pieces')
      const pieces = await all(opened)
      assert.equal(opened.octets, Buffer.byteLength(text))
      assert.equal(pieces.join(''), await files.read(at('pieces')))
      assert.ok(pieces.slice(0, -1).every((piece) => piece.endsWith('\n')))
      assert.equal(pieces.length > 1, text.length > 1024 * 1024)
    }
  })

  it('finds in pieces what is wrong with a file', async () => {
    const pieces = async (octets: Buffer): Promise<unknown> => {
      await writeFile(at('bad'), octets)
      return all((await files.pieces?.(at('bad'))) ?? assert.fail('no pieces'))
    }
    const long = Buffer.from('some line\n'.repeat(150_000))
    await assert.rejects(pieces(Buffer.concat([long, Buffer.from('a\n\xe9\n', 'latin1')])), {
      message: `${at('bad')}:150002 is not text in UTF-8`,
    })
    await assert.rejects(pieces(Buffer.alloc(3 * 1024 * 1024, 'x')), /has a line of more than 1048576 octets/)
    await assert.rejects(files.pieces?.(directory) ?? Promise.resolve(), /is a directory, not a file/)
    assert.equal(await files.pieces?.(at('nowhere')), undefined)
  })

  it('names the line that is not UTF-8', async () => {
    await writeFile(at('latin'), Buffer.from('a\né\nb\n', 'latin1'))
    await assert.rejects(files.read(at('latin')), { message: `${at('latin')}:2 is not text in UTF-8` })
  })

  it('says why it may not read', { skip: process.getuid?.() === 0 && 'root may read everything' }, async () => {
    await writeFile(at('secret'), 'x')
    await chmod(at('secret'), 0)
    await assert.rejects(files.read(at('secret')), { message: `${at('secret')} cannot be opened: permission denied` })
  })

  it('gives the reason in words for other faults', async () => {
    await symlink(at('loop'), at('loop'))
    await assert.rejects(files.read(at('loop')), {
      message: `${at('loop')} cannot be opened: too many symbolic links encountered`,
    })
  })
})

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { listFiles } from '../../src/ports/list-files.ts'

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

/** Spool files on a real file system: nobody else reads them, nothing is left of them, and a full disk is an answer. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import type { SpoolFile } from '../../src/core/ports.ts'
import { type OpenSpool, openSpool } from '../../src/ports/spool.ts'

interface Case {
  readonly base: string
  readonly spool: OpenSpool
  readonly warnings: string[]
}

function spoolIn(test: TestContext, base = mkdtempSync(join(tmpdir(), 'spool-test-'))): Case {
  const warnings: string[] = []
  const spool = openSpool(base, { write: (_level, fields) => warnings.push(String(fields['because'])) })
  test.after(async () => {
    await spool.close()
    rmSync(base, { recursive: true, force: true })
  })
  return { base, spool, warnings }
}

async function contentOf(file: SpoolFile): Promise<string> {
  const blocks: Uint8Array[] = []
  for await (const block of file.read()) blocks.push(block)
  return Buffer.concat(blocks).toString()
}

function filesBelow(base: string): string[] {
  return readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.name.startsWith('postern-'))
    .map(({ name }) => name)
}

const modeOf = (path: string): number => statSync(path).mode & 0o777

describe('a spool file', () => {
  it('holds what was appended, and can be read several times, also between', async (test) => {
    const room = spoolIn(test).spool.begin()
    const file = await room.store()
    await file.append(Buffer.from('a'.repeat(100_000)))
    assert.equal((await contentOf(file)).length, 100_000)
    await file.append(Buffer.from('b'))
    assert.equal(await contentOf(file), `${'a'.repeat(100_000)}b`)
    assert.equal(await contentOf(file), `${'a'.repeat(100_000)}b`)
    await room.end()
  })

  it('has no name that anybody could open, in a directory that nobody else may enter', async (test) => {
    const { base, spool } = spoolIn(test)
    const room = spool.begin()
    await (await room.store()).append(Buffer.from('secret'))
    assert.deepEqual(filesBelow(base), [])
    const [directory = ''] = readdirSync(base)
    assert.match(directory, new RegExp(`^postern-${process.pid}-\\w{6}$`))
    assert.equal(modeOf(join(base, directory)), 0o700)
    await room.end()
  })

  it('cannot be read after the end of its transaction', async (test) => {
    const room = spoolIn(test).spool.begin()
    const file = await room.store()
    await file.append(Buffer.from('x'))
    await room.end()
    await assert.rejects(contentOf(file), /closed/)
    await assert.rejects(room.store(), /the transaction is over/)
  })

  it('is made anew when somebody has taken the directory away', async (test) => {
    const { base, spool } = spoolIn(test)
    const room = spool.begin()
    await room.store()
    for (const name of readdirSync(base)) rmSync(join(base, name), { recursive: true })
    await (await room.store()).append(Buffer.from('x'))
    await room.end()
  })
})

describe('temporary files of plugins', () => {
  it('are empty, private, and gone with the transaction, with all that was put into them', async (test) => {
    const { base, spool } = spoolIn(test)
    const room = spool.begin()
    const [file, directory] = [await room.file(), await room.directory()]
    assert.deepEqual([modeOf(file), modeOf(directory), readFileSync(file).length], [0o600, 0o700, 0])
    writeFileSync(join(directory, 'part'), 'x')
    await room.end()
    assert.deepEqual(filesBelow(base), [])
  })

  it('cost nothing when nobody wants one', (test) => {
    const { base, spool } = spoolIn(test)
    assert.equal(spool.begin().end(), undefined)
    assert.deepEqual(readdirSync(base), [])
  })

  it('may be gone already', async (test) => {
    const { spool, warnings } = spoolIn(test)
    const room = spool.begin()
    rmSync(await room.file())
    rmSync(await room.directory(), { recursive: true })
    await room.end()
    assert.deepEqual(warnings, [])
  })
})

describe('at the start', () => {
  it('what a process left behind that is no more is taken away, and nothing else', async (test) => {
    const base = mkdtempSync(join(tmpdir(), 'spool-test-'))
    const dead = execFileSync('sh', ['-c', 'echo $$']).toString().trim()
    const names = [`postern-${dead}-abcdef`, `postern-${process.pid}-abcdef`, `postern-${dead}-report.txt`, 'other']
    for (const name of names) mkdirSync(join(base, name, 'inner'), { recursive: true })
    const { spool } = spoolIn(test, base)
    await spool.cleaned
    assert.deepEqual(readdirSync(base).toSorted(), names.slice(1).toSorted())
  })

  it('the directory may not be there yet', async (test) => {
    const base = join(mkdtempSync(join(tmpdir(), 'spool-test-')), 'below', 'it')
    const { spool } = spoolIn(test, base)
    await spool.cleaned
    const room = spool.begin()
    await room.store()
    await room.end()
    assert.equal(modeOf(base), 0o700)
  })
})

describe('without room', () => {
  it('a directory that cannot be made rejects, and is tried again', async (test) => {
    const base = join(mkdtempSync(join(tmpdir(), 'spool-test-')), 'file')
    writeFileSync(base, '')
    const { spool } = spoolIn(test, base)
    await assert.rejects(spool.begin().store(), /EEXIST|ENOTDIR/)
    rmSync(base)
    const room = spool.begin()
    await room.store()
    await room.end()
  })

  it('a full disk rejects, and the next one is taken when there is room again', async (test) => {
    const base = mkdtempSync(join(tmpdir(), 'spool-test-'))
    if (!mounted(base)) {
      test.skip('a small file system cannot be mounted here')
      return
    }
    test.after(() => execFileSync('umount', ['-l', base]))
    const spool = openSpool(base, { write: () => undefined })
    const room = spool.begin()
    const file = await room.store()
    await assert.rejects(file.append(Buffer.alloc(2_000_000)), /ENOSPC/)
    await room.end()
    const next = spool.begin()
    await (await next.store()).append(Buffer.alloc(500_000))
    await next.end()
    await spool.close()
  })
})

function mounted(directory: string): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/proc/mounts')) return false
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'spool-test', directory], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

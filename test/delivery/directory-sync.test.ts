import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { describe, it } from 'node:test'
import { DirectorySync } from '../../src/delivery/directory-sync.ts'

describe('DirectorySync', () => {
  it('lets those who come while one runs wait for the next, together', async () => {
    const order: string[] = []
    const directories = new DirectorySync()
    const wait = (name: string): Promise<unknown> => directories.sync(tmpdir()).then(() => order.push(name))
    const first = directories.sync(tmpdir())
    const joined = directories.sync(tmpdir())
    // Nothing has begun yet: the second caller's name is covered too.
    assert.equal(joined, first)
    await Promise.resolve()
    await Promise.resolve()
    const second = directories.sync(tmpdir())
    assert.notEqual(second, first)
    assert.equal(directories.sync(tmpdir()), second)
    await Promise.all([first.then(() => order.push('first')), second.then(() => order.push('second')), wait('third')])
    assert.equal(order[0], 'first')
    assert.equal(order.length, 3)
  })

  it('fails for those who waited for it, and not for the next', async () => {
    const directories = new DirectorySync()
    await assert.rejects(directories.sync('/nowhere/at/all'), { code: 'ENOENT' })
    const failing = directories.sync('/nowhere/at/all')
    await Promise.resolve()
    await Promise.resolve()
    const next = directories.sync('/nowhere/at/all')
    await assert.rejects(failing, { code: 'ENOENT' })
    await assert.rejects(next, { code: 'ENOENT' })
    await directories.sync(tmpdir())
  })
})

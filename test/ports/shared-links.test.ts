/** Connections that are shared: one for each key, closed when nobody has it any more. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { SharedLinks } from '../../src/ports/shared-links.ts'

it('a connection is shared by all who say the same of it, and closed by the last', async () => {
  const [links, said] = [new SharedLinks(), [] as string[]]
  const open = (name: string) => () => {
    said.push(`open ${name}`)
    return { close: async () => void said.push(`close ${name}`) }
  }
  const [one, same, other] = [links.take('a', open('a')), links.take('a', open('again')), links.take('b', open('b'))]
  assert.equal(one.link, same.link)
  assert.notEqual(one.link, other.link)
  await one.release()
  assert.deepEqual(said, ['open a', 'open b'])
  await same.release()
  assert.deepEqual(said, ['open a', 'open b', 'close a'])
  await links.take('a', open('a')).release()
  assert.deepEqual(said, ['open a', 'open b', 'close a', 'open a', 'close a'])
})

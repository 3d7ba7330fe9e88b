/** A directory with a file for each key: the text is the value, and no key leads out of it. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { temporaryDirectory } from '../../support/temporary-directory.ts'
import { sourceAt } from './world.ts'

const directory = temporaryDirectory({ after })
mkdirSync(join(directory, 'help'))
mkdirSync(join(directory, 'help/inner'))
writeFileSync(join(directory, 'secret'), 'secret')
writeFileSync(join(directory, 'help/mail'), 'MAIL FROM:<address>\nbegins a message\n\n')
writeFileSync(join(directory, 'help/empty'), '')
writeFileSync(join(directory, 'help/.hidden'), 'hidden')
writeFileSync(join(directory, 'help/large'), 'x'.repeat(2000))
writeFileSync(join(directory, 'help/open'), 'everybody may write here')
chmodSync(join(directory, 'help/open'), 0o666)
symlinkSync(join(directory, 'secret'), join(directory, 'help/link'))

const URL = `files:${directory}/help#size=1 KiB`

async function answerTo(key: string, url = URL): Promise<unknown> {
  const source = sourceAt(url, {}, 'string')
  const answer = await source.lookup(key)
  await source.close()
  return answer.kind === 'found' ? answer.values : answer.kind
}

describe('a directory of texts', () => {
  it('has the text of the file that a key names', async () => {
    assert.deepEqual(await answerTo('mail'), ['MAIL FROM:<address>\nbegins a message'])
    assert.deepEqual(await answerTo('empty'), [''])
  })

  it('has nothing for other keys, wherever they lead', async () => {
    for (const key of ['rcpt', '../secret', 'inner/../mail', '.hidden', '', 'mail\0', 'a/b'])
      assert.equal(await answerTo(key), 'none', key)
  })

  it('says nothing of what is not to be trusted', async () => {
    for (const key of ['inner', 'large', 'open', 'link']) assert.equal(await answerTo(key), 'failed', key)
  })

  it('that is not there cannot be asked', async () => {
    assert.equal(await answerTo('mail', `files:${directory}/nowhere`), 'failed')
  })
})

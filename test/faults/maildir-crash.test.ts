/** kill -9 at a random moment: what was promised is there, and what is there is whole. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { TRIPWIRE } from '../support/no-network.ts'

const SUPPORT = new URL('../support/delivery-job.ts', import.meta.url).href
const MAILDIR = new URL('../../src/delivery/maildir.ts', import.meta.url).href

/** Delivers without end, eight at a time, and prints the number of each message that was delivered. */
const PROGRAM = `
  import { deliveryJob } from ${JSON.stringify(SUPPORT)}
  import { maildir } from ${JSON.stringify(MAILDIR)}
  const target = maildir.compile({ path: process.env.ROOT, subdirectory: '%l', permissions: '700' })
  let number = 0
  const work = async () => {
    for (;;) {
      const id = String((number += 1))
      const content = 'Subject: ' + id + '\\r\\n\\r\\n' + 'line\\r\\n'.repeat(5000) + 'end ' + id + '\\r\\n'
      const { kind } = await target.deliver(deliveryJob({ id, to: ['bob@example.org', 'eve@example.org'], content }))
      if (kind === 'delivered') process.stdout.write(id + '\\n')
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))`

async function promisesUntilKilled(root: string, enough: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [...TRIPWIRE, '--input-type=module', '--eval', PROGRAM], {
    env: { ...process.env, ROOT: root },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += String(chunk)
    if (output.split('\n').length > enough) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return output.split('\n').slice(0, -1)
}

async function stored(maildir: string): Promise<readonly string[]> {
  const names = await readdir(join(maildir, 'new'))
  const texts = await Promise.all(names.map((name) => readFile(join(maildir, 'new', name), 'utf8')))
  return texts.map((text) => {
    const [, id] = /\nSubject: (\d+)\n\n(?:line\n){5000}end \1\n$/.exec(text) ?? []
    assert.ok(id !== undefined, 'a file in new is not whole')
    return id
  })
}

for (const enough of [1, 7, 40])
  it(`killed after ${enough} messages`, async () => {
    const root = await mkdtemp(join(tmpdir(), 'postern-crash-'))
    try {
      const promised = await promisesUntilKilled(root, enough)
      assert.ok(promised.length >= enough)
      for (const recipient of ['bob', 'eve']) {
        const there = new Set(await stored(join(root, recipient)))
        assert.deepEqual(
          promised.filter((id) => !there.has(id)),
          [],
        )
      }
    } finally {
      await rm(root, { recursive: true })
    }
  })

/** Half a file never counts: whoever writes while a site is read is waited for. */
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { listFiles } from '../../../src/ports/list-files.ts'
import { readSteadily, type Steady } from '../../../src/server/life/steady-read.ts'
import { temporaryDirectory } from '../../support/temporary-directory.ts'

interface Folder {
  readonly path: (name: string) => string
  readonly write: (name: string, text: string) => void
}

function folder(test: TestContext): Folder {
  const root = temporaryDirectory(test)
  const path = (name: string): string => join(root, name)
  return { path, write: (name, text) => writeFileSync(path(name), text) }
}

/** Time passes at once, after `meanwhile` had its turn. */
function passing(meanwhile: (pause: number) => void = () => undefined) {
  let pauses = 0
  return {
    after(_milliseconds: number, callback: () => void) {
      meanwhile((pauses += 1))
      setImmediate(callback)
      return () => undefined
    },
  }
}

function read(path: string, clock = passing(), attempts = 5): Promise<Steady<string | undefined>> {
  return readSteadily({ files: listFiles(), clock, quiet: 200, attempts }, (files) => files.read(path))
}

describe('reading steadily', () => {
  it('takes what lies still', async (test) => {
    const { path, write } = folder(test)
    write('a.yaml', 'whole')
    const steady = await read(path('a.yaml'))
    assert.deepEqual(steady.kind === 'steady' && [steady.value, [...steady.marks.keys()]], ['whole', [path('a.yaml')]])
  })

  it('reads again what was written to behind its back', async (test) => {
    const { path, write } = folder(test)
    write('a.yaml', 'half')
    const clock = passing((pause) => {
      if (pause === 1) appendFileSync(path('a.yaml'), ' and half')
    })
    const steady = await read(path('a.yaml'), clock)
    assert.equal(steady.kind === 'steady' && steady.value, 'half and half')
  })

  it('notices a file that is replaced, removed, or comes', async (test) => {
    const { path, write } = folder(test)
    write('a.yaml', 'old')
    const changes: readonly (() => void)[] = [
      () => {
        write('new', 'new')
        renameSync(path('new'), path('a.yaml'))
      },
      () => rmSync(path('a.yaml')),
      () => write('a.yaml', 'back'),
    ]
    const clock = passing((pause) => changes[pause - 1]?.())
    const steady = await read(path('a.yaml'), clock)
    assert.equal(steady.kind === 'steady' && steady.value, 'back')
  })

  it('gives up on a file that never lies still, and names it', async (test) => {
    const { path, write } = folder(test)
    write('a.yaml', '')
    const clock = passing(() => appendFileSync(path('a.yaml'), 'x'))
    assert.deepEqual(await read(path('a.yaml'), clock, 3), { kind: 'changing', paths: [path('a.yaml')] })
  })

  it('remembers files that somebody else reads', async (test) => {
    const { path, write } = folder(test)
    write('plugin.ts', 'export {}')
    mkdirSync(path('folder'))
    const steady = await readSteadily(
      { files: listFiles(), clock: passing(), quiet: 0, attempts: 1 },
      async (files) => {
        await files.note(path('plugin.ts'))
        await files.note(path('folder/missing'))
      },
    )
    assert.deepEqual(steady.kind === 'steady' && [...steady.marks.keys()], [path('plugin.ts'), path('folder/missing')])
  })
})

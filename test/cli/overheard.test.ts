/** What a check asks of the machine: all of it has to be known, or nothing can be said about its report. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { inOnePiece } from '../../src/compiler/lists/index-list-file.ts'
import type { FileWorld } from '../../src/cli/file-world.ts'
import { fileState, settledState } from '../../src/cli/saved-checks/file-state.ts'
import { askAgain, Book, overheard } from '../../src/cli/saved-checks/overheard.ts'
import { folder } from './folder.ts'

/** Files by path; reading one that holds `fault` fails. */
function worldOf(texts: ReadonlyMap<string, string>): FileWorld {
  const read = async (path: string): Promise<string | undefined> => {
    if (texts.get(path) === 'fault') throw new Error('it cannot be read')
    return texts.get(path)
  }
  return {
    files: {
      read: async (path, most) => (await read(path))?.slice(0, most),
      pieces: async (path) => {
        const text = await read(path)
        return text === undefined ? undefined : inOnePiece(text)
      },
    },
    machine: { hostname: 'mx', names: async () => [...texts.keys()] },
    policySource: (directory) => ({
      placeOf: (key) => `${directory}/${key}`,
      lookup: async (key) => ({ kind: texts.has(key) ? 'found' : 'none', values: [texts.get(key) ?? ''] }) as const,
      close: async () => undefined,
    }),
    async *allPolicies() {
      for (const [path, text] of texts) yield { path, text, isLookedFor: true }
    },
  }
}

const unsettled = (): undefined => undefined

const PATHS = ['a', 'b', 'c'] as const

type Ask = (world: FileWorld, path: string) => Promise<unknown>

const ASKS: readonly Ask[] = [
  ({ files }, path) => files.read(path),
  ({ files }, path) => files.read(path, 1),
  async ({ files }, path) => {
    for await (const _ of (await files.pieces?.(path)) ?? []) continue
  },
  ({ machine }, path) => machine.names(path),
  ({ policySource }, path) => policySource('/', 10).lookup(path),
  async ({ allPolicies }, path) => {
    for await (const _ of allPolicies(path, 10)) continue
  },
]

describe('what was asked', () => {
  const texts = fc.dictionary(fc.constantFrom(...PATHS), fc.constantFrom('', 'x', 'xy', 'fault'))
  const questions = fc.array(fc.tuple(fc.constantFrom(...ASKS), fc.constantFrom(...PATHS)))
  const answers = (ask: Ask, path: string, files: object): Promise<unknown> =>
    ask(worldOf(new Map(Object.entries(files))), path).catch((fault: unknown) => fault)

  it('has the same answers in the same world', () =>
    fc.assert(
      fc.asyncProperty(texts, questions, async (files, asked) => {
        const [book, world] = [new Book(unsettled), worldOf(new Map(Object.entries(files)))]
        for (const [ask, path] of asked) await ask(overheard(world, book), path).catch(() => undefined)
        assert.deepEqual(await askAgain(book.heard ?? [], world, unsettled), book.heard)
      }),
    ))

  it('has another answer where a reader would hear another one', () =>
    fc.assert(
      fc.asyncProperty(texts, texts, fc.constantFrom(ASKS[0], ASKS[1], ASKS[4]), async (before, now, ask) => {
        for (const path of PATHS) {
          if (!ask) continue
          const book = new Book(unsettled)
          await ask(overheard(worldOf(new Map(Object.entries(before))), book), path).catch(() => undefined)
          const [one, other] = [await answers(ask, path, before), await answers(ask, path, now)]
          const isSame = JSON.stringify([one, String(one)]) === JSON.stringify([other, String(other)])
          const again = await askAgain(book.heard ?? [], worldOf(new Map(Object.entries(now))), unsettled)
          assert.equal(again !== undefined, isSame)
        }
      }),
    ))
})

describe('a book is of no use', () => {
  it('when a file had two texts', async () => {
    const [book, texts] = [new Book(unsettled), new Map([['a', 'x']])]
    const { files } = overheard(worldOf(texts), book)
    await files.read('a')
    texts.set('a', 'y')
    await files.read('a')
    assert.equal(book.heard, undefined)
  })

  it('when a list was not read to its end', async () => {
    const book = new Book(unsettled)
    await overheard(worldOf(new Map([['a', 'x']])), book).files.pieces?.('a')
    assert.equal(book.heard, undefined)
  })

  it('when something else was asked', () => {
    const book = new Book(unsettled)
    book.giveUp()
    assert.equal(book.heard, undefined)
  })
})

describe('the state of a file', () => {
  const before = worldOf(new Map([['a', 'x']]))
  const after = worldOf(new Map([['a', 'y']]))

  async function heardWith(...states: (string | undefined)[]): Promise<Book> {
    const book = new Book(() => states.shift())
    await overheard(before, book).files.read('a')
    return book
  }

  it('stands for its text while it stays', async () => {
    const { heard = [] } = await heardWith('1', '1')
    assert.deepEqual(await askAgain(heard, after, () => '1'), heard)
    assert.equal(await askAgain(heard, after, () => '2'), undefined)
    assert.equal(await askAgain(heard, after, unsettled), undefined)
  })

  it('is noted once it has settled', async () => {
    const { heard = [] } = await heardWith(undefined, '1')
    assert.deepEqual(heard[0]?.length, 2)
    const again = await askAgain(heard, before, () => '2')
    assert.equal(again?.[0]?.[2], '2')
  })

  it('says nothing where it changed while the file was read', async () => {
    const { heard = [] } = await heardWith('1', '2')
    assert.equal(heard[0]?.length, 2)
    assert.equal(await askAgain(heard, after, () => '2'), undefined)
  })

  it('is another one after each write, and none for what is young or missing', (context) => {
    const { path } = folder(context, { list: 'a' })
    const file = join(path, 'list')
    const first = fileState(file)
    assert.equal(settledState(file, first.changed + 10_000), first.text)
    assert.equal(settledState(file, first.changed + 1000), undefined)
    assert.equal(settledState(join(path, 'other'), Date.now()), undefined)
    writeFileSync(file, 'ab')
    assert.notEqual(fileState(file).text, first.text)
  })
})

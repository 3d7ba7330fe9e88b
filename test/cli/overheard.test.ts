/** What a check asks of the machine: all of it has to be known, or nothing can be said about its report. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { inOnePiece } from '../../src/compiler/index-list-file.ts'
import type { FileWorld } from '../../src/cli/file-world.ts'
import { askAgain, Book, overheard } from '../../src/cli/saved-checks/overheard.ts'

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
        const [book, world] = [new Book(), worldOf(new Map(Object.entries(files)))]
        for (const [ask, path] of asked) await ask(overheard(world, book), path).catch(() => undefined)
        assert.equal(await askAgain(book.heard ?? [], world), true)
      }),
    ))

  it('has another answer where a reader would hear another one', () =>
    fc.assert(
      fc.asyncProperty(texts, texts, fc.constantFrom(ASKS[0], ASKS[1], ASKS[4]), async (before, now, ask) => {
        for (const path of PATHS) {
          if (!ask) continue
          const book = new Book()
          await ask(overheard(worldOf(new Map(Object.entries(before))), book), path).catch(() => undefined)
          const [one, other] = [await answers(ask, path, before), await answers(ask, path, now)]
          const isSame = JSON.stringify([one, String(one)]) === JSON.stringify([other, String(other)])
          assert.equal(await askAgain(book.heard ?? [], worldOf(new Map(Object.entries(now)))), isSame)
        }
      }),
    ))
})

describe('a book is of no use', () => {
  it('when a file had two texts', async () => {
    const [book, texts] = [new Book(), new Map([['a', 'x']])]
    const { files } = overheard(worldOf(texts), book)
    await files.read('a')
    texts.set('a', 'y')
    await files.read('a')
    assert.equal(book.heard, undefined)
  })

  it('when a list was not read to its end', async () => {
    const book = new Book()
    await overheard(worldOf(new Map([['a', 'x']])), book).files.pieces?.('a')
    assert.equal(book.heard, undefined)
  })

  it('when something else was asked', () => {
    const book = new Book()
    book.giveUp()
    assert.equal(book.heard, undefined)
  })
})

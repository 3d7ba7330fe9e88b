/**
 * Listens to what a check asks of the machine. The same questions with the same answers make the same report, so whoever
 * has both can tell whether a report still holds: `askAgain` asks all of them once more, in the same way.
 */
import { createHash } from 'node:crypto'
import type { Files, TextPieces } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import type { FileWorld } from '../file-world.ts'

/** The kind, then what it is asked about. */
export type Question =
  | readonly [kind: 'read', path: string, most: number | null]
  | readonly [kind: 'pieces', path: string]
  | readonly [kind: 'names', directory: string]
  | readonly [kind: 'policy', directory: string, most: number, key: string]
  | readonly [kind: 'policies', directory: string, most: number]

/** A question, the digest of its answer, and the state of the file that gave it, where that is enough to tell. */
export type Heard = readonly [question: Question, answer: string, state?: string]

/** What changes with each write to a file; undefined where that cannot be told. */
export type StateOf = (path: string) => string | undefined

/** Undefined, and a fault with its sentence, are answers too. */
type Answer = { readonly value: string | undefined } | { readonly fault: string }

export class Book {
  readonly #heard = new Map<string, Heard>()
  /** How often a question has been asked and not been answered yet. */
  readonly #open = new Map<string, number>()
  /** Of files when they were first asked. */
  readonly #states = new Map<string, string | undefined>()
  readonly #stateOf: StateOf
  #isVague = false

  constructor(stateOf: StateOf) {
    this.#stateOf = stateOf
  }

  begin(question: Question): void {
    const key = JSON.stringify(question)
    this.#open.set(key, (this.#open.get(key) ?? 0) + 1)
    if (!this.#states.has(key)) this.#states.set(key, stateBehind(question, this.#stateOf))
  }

  note(question: Question, answer: Answer): void {
    const key = JSON.stringify(question)
    const digest = digestOf(JSON.stringify(answer))
    this.#open.set(key, (this.#open.get(key) ?? 0) - 1)
    const before = this.#heard.get(key)
    if (before && before[1] !== digest) this.#isVague = true
    const state = stateBehind(question, this.#stateOf)
    const isStill = state !== undefined && state === this.#states.get(key)
    this.#heard.set(key, isStill ? [question, digest, state] : [question, digest])
  }

  /** Something was asked that cannot be asked again. */
  readonly giveUp = (): void => {
    this.#isVague = true
  }

  /** Undefined where that is not all that was asked, or where answers changed on the way. */
  get heard(): readonly Heard[] | undefined {
    const isAnswered = [...this.#open.values()].every((count) => count === 0)
    return this.#isVague || !isAnswered ? undefined : [...this.#heard.values()]
  }
}

/** A directory has none: files in it may change without it. */
function stateBehind([kind, path]: Question, stateOf: StateOf): string | undefined {
  return kind === 'read' || kind === 'pieces' ? stateOf(path) : undefined
}

export function overheard(world: FileWorld, book: Book): FileWorld {
  const { machine } = world
  return {
    files: overheardFiles(world.files, book),
    machine: {
      hostname: machine.hostname,
      names: (directory) => noted(['names', directory], () => machine.names(directory), book),
    },
    policySource: (directory, most) => {
      const source = world.policySource(directory, most)
      const lookup = (key: string) => noted(['policy', directory, most, key], () => source.lookup(key), book)
      return { placeOf: (key) => source.placeOf(key), lookup, close: () => source.close() }
    },
    async *allPolicies(directory, most) {
      const all = () => allOf(world.allPolicies(directory, most))
      yield* await noted(['policies', directory, most], all, book)
    },
  }
}

function overheardFiles(files: Files, book: Book): Files {
  return {
    read: (path, most) => noted(['read', path, most ?? null], () => files.read(path, most), book),
    ...(files.pieces && {
      pieces: async (path: string) => {
        const question = ['pieces', path] as const
        book.begin(question)
        const found = await files.pieces?.(path).catch((fault: unknown) => failed(question, fault, book))
        if (!found) book.note(question, { value: undefined })
        return found && overheardPieces(found, question, book)
      },
    }),
  }
}

/** The answer is known when the last piece has been taken. */
function overheardPieces(pieces: TextPieces, question: Question, book: Book): TextPieces {
  return {
    octets: pieces.octets,
    async *[Symbol.asyncIterator]() {
      const hash = createHash('sha256')
      try {
        for await (const piece of pieces) {
          hash.update(piece)
          yield piece
        }
        book.note(question, { value: hash.digest('hex') })
      } catch (fault) {
        failed(question, fault, book)
      }
    },
  }
}

async function noted<T>(question: Question, ask: () => Promise<T>, book: Book): Promise<T> {
  book.begin(question)
  const answer = await ask().catch((fault: unknown) => failed(question, fault, book))
  book.note(question, { value: typeof answer === 'string' ? answer : JSON.stringify(answer) })
  return answer
}

function failed(question: Question, fault: unknown, book: Book): never {
  book.note(question, { fault: reasonOf(fault) })
  throw fault
}

async function allOf<T>(some: AsyncIterable<T> | Iterable<T>): Promise<readonly T[]> {
  const all: T[] = []
  for await (const one of some) all.push(one)
  return all
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}

/** Open files at a time. */
const AT_ONCE = 64

/**
 * The same questions with the states of today, where every answer is what it was; those that were right are the very same.
 * Stops at the first ones that are not.
 */
export async function askAgain(
  heard: readonly Heard[],
  world: FileWorld,
  stateOf: StateOf,
): Promise<readonly Heard[] | undefined> {
  const again: Heard[] = []
  for (let start = 0; start < heard.length; start += AT_ONCE) {
    const some = heard.slice(start, start + AT_ONCE)
    const same = await Promise.all(some.map((one) => answeredAgain(one, world, stateOf)))
    const known = same.filter((one) => one !== undefined)
    if (known.length < same.length) return undefined
    again.push(...known)
  }
  return again
}

/** Undefined where the answer is another one. */
async function answeredAgain(one: Heard, world: FileWorld, stateOf: StateOf): Promise<Heard | undefined> {
  const [question, answer, state] = one
  if (state !== undefined && state === stateBehind(question, stateOf)) return one
  const book = new Book(stateOf)
  await put(question, overheard(world, book)).catch(() => undefined)
  const [heard] = book.heard ?? []
  return heard?.[1] === answer ? heard : undefined
}

async function put(question: Question, { files, machine, policySource, allPolicies }: FileWorld): Promise<unknown> {
  switch (question[0]) {
    case 'read':
      return files.read(question[1], question[2] ?? undefined)
    case 'pieces':
      return allOf((await files.pieces?.(question[1])) ?? [])
    case 'names':
      return machine.names(question[1])
    case 'policy':
      return policySource(question[1], question[2]).lookup(question[3])
    case 'policies':
      return allOf(allPolicies(question[1], question[2]))
  }
}

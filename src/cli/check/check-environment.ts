/**
 * What `check` compiles with: everything it asks of this machine goes through a witness, who can say whether a report
 * still holds.
 */
import type { Vocabulary } from '../../core/word.ts'
import { fileWorld } from '../file-world.ts'
import type { Witness } from '../saved-checks/index.ts'
import { type CommandEnvironment, compileEnvironment } from '../wiring.ts'

/** Nobody wants to know. */
function unwatched(): Witness {
  return { world: fileWorld(), giveUp: () => undefined, turnsAt: () => undefined }
}

/**
 * `computes`: the answer is in the question. `watched`: it comes from the witness. A part that is new has to be one of them, or
 * a report might be shown that holds no longer.
 */
const PARTS: Readonly<Record<keyof CommandEnvironment, 'computes' | 'watched'>> = {
  files: 'watched',
  machine: 'watched',
  namesIn: 'watched',
  policySource: 'watched',
  allPolicies: 'watched',
  importModule: 'watched',
  vocabulary: 'watched',
  turnsAt: 'watched',
  // Its day and its turns are the witness's.
  now: 'computes',
  report: 'computes',
  sources: 'computes',
  trees: 'computes',
  builtins: 'computes',
  breathe: 'computes',
  indexed: 'computes',
  lists: 'computes',
  outside: 'computes',
  guardCode: 'computes',
  sourceFault: 'computes',
  questionFault: 'computes',
  storeFault: 'computes',
  tlsFault: 'computes',
  offline: 'computes',
  foreign: 'computes',
}

export function checkEnvironment({ world, giveUp, turnsAt }: Witness = unwatched()): CommandEnvironment {
  const plain = compileEnvironment()
  const { report, sources, builtins } = plain
  const computing = Object.fromEntries(Object.entries(plain).filter(([name]) => isComputing(name)))
  return {
    ...computing,
    report,
    sources,
    builtins,
    trees: new Map(),
    ...world,
    namesIn: async (directory) => (await world.machine.names(directory)) ?? [],
    turnsAt,
    importModule: (path) => {
      giveUp()
      return plain.importModule(path)
    },
    vocabulary: watchedWords(plain.vocabulary, giveUp),
  }
}

function isComputing(name: string): boolean {
  return new Map(Object.entries(PARTS)).get(name) === 'computes'
}

/** These read a file of their own when they are compiled. */
export const READING_WORDS = ['auth_file'] as const

function watchedWords({ matchers, deliveries }: Vocabulary, giveUp: () => void): Vocabulary {
  const watched = new Map(matchers)
  for (const name of READING_WORDS) {
    const word = matchers.get(name)
    if (word)
      watched.set(name, {
        ...word,
        compile: (options, tools) => {
          giveUp()
          return word.compile(options, tools)
        },
      })
  }
  return { matchers: watched, deliveries }
}

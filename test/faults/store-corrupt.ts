/**
 * A file of the store that is damaged, cut, no database, or a directory, before a start (FI-5).
 *
 *     node test/faults/run.ts store-corrupt [ROUNDS]
 *
 * The server starts, says what it did when it saw the damage, and answers by its rules.
 */
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { randomFrom } from '../support/random.ts'
import { countingSite, isAway, isServed, tellBoth } from '../support/store-house.ts'
import type { Figure } from './run.ts'
import { startProcess } from './server.ts'

const ROUNDS = 10
const SEED = 20261120
const STARTED_WITHIN = 5000

type Harm = (path: string, random: () => number) => void

const HARMS: Readonly<Record<string, { readonly harm: Harm; readonly serves: boolean }>> = {
  'sixteen octets of its first 4096 are others': { harm: overwrite, serves: true },
  'it is cut': { harm: (path, random) => truncateSync(path, Math.floor(random() * statSync(path).size)), serves: true },
  'it is no database': { harm: (path) => writeFileSync(path, 'no database\n'.repeat(1000)), serves: true },
  'a directory has its name': {
    harm: (path) => {
      rmSync(path)
      mkdirSync(path)
    },
    serves: false,
  },
}

function overwrite(path: string, random: () => number): void {
  const file = openSync(path, 'r+')
  writeSync(
    file,
    Buffer.from(Array.from({ length: 16 }, () => Math.floor(random() * 256))),
    0,
    16,
    Math.floor(random() * 4080),
  )
  closeSync(file)
}

export async function inject([given = String(ROUNDS)]: readonly string[]): Promise<Figure> {
  const random = randomFrom(SEED)
  const all: Round[] = []
  for (const [name, { harm, serves }] of Object.entries(HARMS))
    for (let round = 0; round < Number(given); round += 1) all.push({ name, serves, ...(await oneRound(harm, random)) })
  const lines = Object.keys(HARMS).map((name) => lineOf(all.filter((one) => one.name === name)))
  return { met: lines.every(({ met }) => met), lines: [`seed ${SEED}`, ...lines.map(({ line }) => line)] }
}

interface Round {
  readonly name: string
  readonly serves: boolean
  readonly started: boolean
  readonly answers: 'served' | 'away' | 'wrong'
  /** Set aside or not openable, and said. */
  readonly said: boolean
  /** There was no damage to see. */
  readonly unharmed: boolean
}

async function oneRound(harm: Harm, random: () => number): Promise<Omit<Round, 'name' | 'serves'>> {
  const site = countingSite('sqlite:state/postern.db')
  const path = join(site.directory, 'state/postern.db')
  const first = await startProcess(site)
  for (let count = 0; count < 20; count += 1) await tellBoth(first.port)
  first.child.kill('SIGTERM')
  await first.exited
  harm(path, random)
  const began = performance.now()
  const server = await startProcess(site).catch(() => undefined)
  const started = server !== undefined && performance.now() - began < STARTED_WITHIN
  const told = server && (await tellBoth(server.port))
  const output = server?.output() ?? ''
  server?.child.kill('SIGTERM')
  await server?.exited
  const aside = readdirSync(join(site.directory, 'state')).some((name) => name.includes('.damaged-'))
  const said = /the store was damaged|the store cannot be opened/.test(output)
  rmSync(site.directory, { recursive: true })
  return {
    started,
    answers: told && isServed(told) ? 'served' : told && isAway(told) ? 'away' : 'wrong',
    said,
    unharmed: !aside && !said,
  }
}

function lineOf(rounds: readonly Round[]): { readonly met: boolean; readonly line: string } {
  const count = (test: (round: Round) => boolean): number => rounds.filter(test).length
  const started = count((round) => round.started)
  const right = count(({ answers, serves }) => answers === (serves ? 'served' : 'away'))
  const silent = count(({ said, unharmed }) => !said && !unharmed)
  return {
    met: started === rounds.length && right === rounds.length && silent === 0,
    line: [
      `${rounds[0]?.name}: started ${started} of ${rounds.length} (bar all), answered by its rules ${right} (bar all)`,
      `said so ${count(({ said }) => said)}, harmless ${count(({ unharmed }) => unharmed)}, set aside without a word ${silent} (bar 0)`,
    ].join('; '),
  }
}

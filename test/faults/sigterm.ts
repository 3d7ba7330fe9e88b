/**
 * SIGTERM under load: nothing that had its 250 is lost, nobody is cut off without a word, the end comes in time.
 *
 * Every other round has two workers.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Ledger, newLedger, sendAll } from '../support/load-client.ts'
import { randomFrom } from '../support/random.ts'
import type { Figure } from './run.ts'
import { type SiteFiles, startProcess, writeSite } from './server.ts'

const ROUNDS = 10
const CLIENTS = 8
const SEED = 20_261_120
const GRACE = 10

export async function inject([rounds = String(ROUNDS)]: readonly string[]): Promise<Figure> {
  const random = randomFrom(SEED)
  const [ledger, seconds, codes] = [newLedger(), [] as number[], [] as (number | string)[]]
  let lost = 0
  for (let round = 0; round < Number(rounds); round += 1) {
    const site = writeSite([], `workers: ${1 + (round % 2)}\nlimits: { shutdown_grace: ${GRACE} }`)
    const { accepted, ...end } = await oneRound(`r${round}`, site, ledger, 300 + random() * 600)
    const arrived = delivered(site.maildir)
    lost += accepted.filter((token) => !arrived.has(token)).length
    seconds.push(end.seconds)
    codes.push(end.code)
  }
  const slowest = Math.max(...seconds)
  return {
    met:
      lost === 0 &&
      ledger.cut === 0 &&
      slowest <= GRACE &&
      codes.every((code) => code === 0) &&
      ledger.accepted.size > 0,
    lines: [
      `${rounds} rounds, ${CLIENTS} clients, 1 and 2 workers in turn; seed ${SEED}`,
      `250 read ${ledger.accepted.size}, lost ${lost} (bar 0)`,
      `sessions ended with 221 or 421: ${ledger.ended}, cut without a word ${ledger.cut} (bar 0), connections never greeted ${ledger.unheard}`,
      `seconds to the exit: at most ${slowest.toFixed(2)} (bar ${GRACE})`,
      `exit codes other than 0: ${codes.filter((code) => code !== 0).length} (bar 0)`,
      ...[...ledger.surprises].map(([reply, count]) => `unexpected ${count} × ${reply}`),
    ],
  }
}

interface Round {
  readonly accepted: readonly string[]
  readonly seconds: number
  readonly code: number | string
}

async function oneRound(name: string, site: SiteFiles, ledger: Ledger, wait: number): Promise<Round> {
  const server = await startProcess(site)
  const before = new Set(ledger.accepted)
  let over = false
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    sendAll({ port: server.port, name: `${name}c${index}`, ledger }, () => over),
  )
  await new Promise((resolve) => setTimeout(resolve, wait))
  const began = performance.now()
  server.child.kill('SIGTERM')
  const code = await server.exited
  const seconds = (performance.now() - began) / 1000
  over = true
  await Promise.all(clients)
  return { accepted: [...ledger.accepted].filter((token) => !before.has(token)), seconds, code }
}

function delivered(maildir: string): ReadonlySet<string> {
  const texts = readdirSync(join(maildir, 'new')).map((name) => readFileSync(join(maildir, 'new', name), 'latin1'))
  return new Set(texts.map((text) => /^Subject: (\S+)/m.exec(text)?.[1] ?? ''))
}

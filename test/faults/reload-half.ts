/**
 * Reload while the rules are being written to: never an answer by half a set.
 *
 * A writer leaves the file cut off, often between two rules so that it would be valid, says SIGHUP, writes it whole, says SIGHUP
 * again, with pauses of a few milliseconds; now and then it rests. Every sender in use is refused by some rule of the
 * whole set, the last one by the last.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { newLedger, sendAll } from '../support/load-client.ts'
import { percentile } from '../support/process-figures.ts'
import { randomFrom } from '../support/random.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const SECONDS = 20
const RULES = 40
const CLIENTS = 4
const SEED = 20_261_120

const HEAD = 'plugin: house\nhooks:\n  mail:\n'
const RULE_TEXTS = Array.from(
  { length: RULES },
  (_, number) =>
    `    - { id: r${number}, match: { sender.domain: s${number}.example }, return: DENY, message: No ${number} }\n`,
)
const WHOLE = HEAD + RULE_TEXTS.join('')

export async function inject([seconds = String(SECONDS)]: readonly string[]): Promise<Figure> {
  const random = randomFrom(SEED)
  const site = writeSite(['./house.yaml'])
  const file = join(site.directory, 'house.yaml')
  writeFileSync(file, WHOLE)
  const server = await startProcess(site)
  const ledger = newLedger()
  let over = false
  const sender = (number: number): string => `a@s${(number * 7) % RULES}.example`
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    sendAll({ port: server.port, name: `c${index}`, ledger, sender }, () => over),
  )
  const hangUps = await writeHalves(file, Number(seconds) * 1000, random, () => server.child.kill('SIGHUP'))
  over = true
  await Promise.all(clients)
  server.child.kill('SIGTERM')
  const code = await server.exited
  return judge(server.output(), ledger, { hangUps, code, seconds })
}

async function writeHalves(file: string, time: number, random: () => number, hangUp: () => void): Promise<number> {
  const end = performance.now() + time
  let count = 0
  for (; performance.now() < end; count += 2) {
    writeFileSync(file, half(random))
    hangUp()
    await pause(random() * 20)
    writeFileSync(file, WHOLE)
    hangUp()
    await pause(random() < 0.1 ? 600 : random() * 20)
  }
  return count
}

function half(random: () => number): string {
  if (random() < 0.5) return WHOLE.slice(0, Math.floor(random() * WHOLE.length))
  return HEAD + RULE_TEXTS.slice(0, 1 + Math.floor(random() * (RULES - 1))).join('')
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

interface Run {
  readonly hangUps: number
  readonly code: number | string
  readonly seconds: string
}

function judge(output: string, ledger: ReturnType<typeof newLedger>, { hangUps, code, seconds }: Run): Figure {
  const lines = output.split('\n')
  const took = lines.flatMap((line) => /"took_ms":(\d+).*"msg":"the site was loaded again"/.exec(line)?.[1] ?? [])
  const refused = lines.filter((line) => line.includes('the reload was refused')).length
  const replies = [...ledger.surprises]
  const refusals = replies.filter(([reply]) => /^550 5\.7\.1 No \d+$/.test(reply))
  const others = replies.filter((one) => !refusals.includes(one))
  const answered = refusals.reduce((sum, [, count]) => sum + count, 0)
  return {
    met:
      ledger.accepted.size === 0 &&
      others.length === 0 &&
      ledger.cut === 0 &&
      code === 0 &&
      answered > 0 &&
      took.length > 0,
    lines: [
      `${seconds} s, ${hangUps} SIGHUP while writing; seed ${SEED}`,
      `answers ${answered}, of which by half a set ${ledger.accepted.size} (bar 0)`,
      `other replies (451 and the like) ${others.length} (bar 0)${others.map(([reply]) => ` ${reply}`).join()}`,
      `sessions cut ${ledger.cut} (bar 0), exit code ${code}`,
      `reloads that succeeded ${took.length}, refused ${refused}; p99 ${percentile(took.map(Number), 0.99)} ms, of which 200 are waiting`,
    ],
  }
}

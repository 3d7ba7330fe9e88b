/**
 * `node test/differential/run.ts --sessions 600 [--seed 1]`: many sessions, with a report of every kind of difference.
 * Exits with 1 when one is not explained, or when a row of the table was not seen.
 */
import { parseArgs } from 'node:util'
import { compare, describeFound, DIALOGUES } from './differential.ts'
import { CONFIGURATIONS } from './generate.ts'
import { qpsmtpdMissing } from './qpsmtpd.ts'
import { shownReply } from './reply.ts'

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Names and numbers aside, one kind of difference is one. */
function general(text: string): string {
  return text.replace(/<[^>]*>|\S*@\S+|\[[\d.]+\]|\d{9,}\S*/g, '…')
}

const { values } = parseArgs({
  options: { sessions: { type: 'string', default: '600' }, seed: { type: 'string', default: '1' } },
})
const missing = qpsmtpdMissing()
if (missing !== false) throw new Error(missing)
const began = performance.now()
const plan = {
  seed: Number(values.seed),
  // All forms of plugins, or rows of the table would be missing.
  configurations: Math.max(CONFIGURATIONS, Math.ceil(Number(values.sessions) / DIALOGUES)),
  dialogues: DIALOGUES,
}
const { sessions, exchanges, unexplained, seen } = await compare(plan)

const kinds = new Map<string, { count: number; first: string }>()
for (const found of unexplained) {
  const last = found.exchanges.at(-1)
  const kind = last ? general(`${last.at} | ${shownReply(last.theirs)} | ${shownReply(last.ours)}`) : ''
  const known = kinds.get(kind)
  kinds.set(kind, { count: (known?.count ?? 0) + 1, first: known?.first ?? describeFound(found) })
}
for (const [kind, { count, first }] of [...kinds].toSorted(([, a], [, b]) => b.count - a.count))
  print(`${count} × ${kind}\n${first}\n`)
for (const [{ row }, count] of seen) print(`${String(count).padStart(6)} ${row}`)
const idle = [...seen.values()].filter((count) => count === 0).length
const seconds = Math.round((performance.now() - began) / 1000)
print(
  `${sessions} sessions, ${exchanges} replies each, ${seconds} s; unexplained: ${unexplained.length} of ${kinds.size} kinds; rows not seen: ${idle}`,
)
process.exitCode = unexplained.length > 0 || idle > 0 ? 1 : 0

/**
 * How fast `postern replay` makes recorded decisions again: decisions a second on one processor, as a ratio to reading the
 * same lines and parsing their JSON, which no replay can do without.
 *
 *     node bench/replay.ts [decisions]
 */
import { resolve } from 'node:path'
import { loadSite } from '../src/compiler/load-site.ts'
import { compileEnvironment } from '../src/cli/wiring.ts'
import { offlineWorld } from '../src/cli/offline.ts'
import { createDispatcher } from '../src/engine/dispatch.ts'
import { Envelopes, judge, type LoggedDecision, recordedVerdict } from '../src/testing/replay.ts'
import { ReplayTally } from '../src/testing/replay-summary.ts'

const COUNT = Number(process.argv[2] ?? 20_000)

const { site } = await loadSite(resolve('examples/02-own-rules/postern.yaml'), compileEnvironment())
if (!site) throw new Error('the example does not load')
const { program, hostname, limits } = site
const judges = {
  dispatch: createDispatcher(program, { deadline: limits.handler_deadline, trace: false }),
  hostname,
  split: program.split,
  world: offlineWorld(),
}

/** One in ten is a bulk sender, as the rules have it. */
function line(number: number): string {
  const domain = number % 10 === 0 ? 'bulk.example' : 'friend.example'
  const record = {
    v: 1,
    id: `c${number}.3`,
    time: '2026-11-20T12:00:00.000Z',
    rules_revision: program.revision,
    connection: `c${number}`,
    transaction: `t${number}`,
    hook: 'rcpt',
    facts: {
      remote_ip: `192.0.${(number >> 8) & 255}.${number & 255}`,
      remote_port: 40_000,
      local_ip: '198.51.100.1',
      local_port: 25,
      listener: 'mx',
      remote_host: `mx${number}.friend.example`,
      helo: `mx${number}.friend.example`,
      sender: `user${number}@${domain}`,
      rcpt: ['bob@example.org'],
      notes: { connection: {}, transaction: {} },
      now: '2026-11-20T12:00:00.000Z',
    },
    path: [],
    decision: {
      return: 'OK',
      meaning: 'accept',
      plugin: 'rcpt_ok',
      rule: 'local-domain',
      at: 'rcpt_ok.yaml:1:1',
      rcpt: 'bob@example.org',
    },
    took_us: 100,
  }
  return JSON.stringify(record)
}

const lines = Array.from({ length: COUNT }, (_, index) => line(index))

function parsing(): number {
  const began = process.hrtime.bigint()
  for (const text of lines) JSON.parse(text)
  return Number(process.hrtime.bigint() - began) / 1e9
}

async function replaying(): Promise<number> {
  const [tally, envelopes] = [new ReplayTally(), new Envelopes()]
  const began = process.hrtime.bigint()
  for (const text of lines) {
    const record = envelopes.complete(JSON.parse(text) as LoggedDecision)
    tally.add(record, recordedVerdict(record), await judge(record, judges))
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  const { outcomes } = tally.summary()
  if (outcomes.changed !== COUNT / 10) throw new Error(`not what was to be measured: ${JSON.stringify(outcomes)}`)
  return seconds
}

await replaying()
const pairs = []
for (let round = 0; round < 5; round += 1) pairs.push({ parsed: parsing(), replayed: await replaying() })
const best = pairs.toSorted((one, other) => one.replayed - other.replayed)[0]
if (!best) throw new Error('nothing was measured')
console.log(
  `${COUNT} decisions: ${Math.round(COUNT / best.replayed)} a second, ${(best.replayed / best.parsed).toFixed(1)} x parsing alone (bar: 20000 a second)`,
)

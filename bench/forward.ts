/**
 * smtp_forward with connections that wait, beside one connection a message: messages per second and CPU time.
 *
 *     smtp-sink 127.0.0.1:2526 100 &
 *     npm exec -- node bench/forward.ts 127.0.0.1:2526 [MESSAGES] [OPTIONS AS JSON]
 *
 * Both run in turns against the same next server, alone and ten at a time. Every message must be taken. The ratio is the
 * figure; with TLS (`{"tls":"required","verify":false}`) it is another one.
 */
import assert from 'node:assert/strict'
import { cpus } from 'node:os'
import type { DeliveryJob, DeliveryTarget } from '../src/core/delivery.ts'
import { parseMailbox } from '../src/core/mail/address.ts'
import { Message } from '../src/core/mail/message.ts'
import { smtpForward } from '../src/delivery/smtp-forward.ts'
import { Report } from '../src/language/diagnostic.ts'
import { toOptions } from '../src/language/schema/check.ts'
import { parseYaml } from '../src/language/yaml/parse.ts'
import { systemClock } from '../src/ports/system-clock.ts'

const [host, count = '2000', extra = '{}'] = process.argv.slice(2)
assert.ok(host !== undefined, 'name the next server: 127.0.0.1:2526')
const MESSAGES = Number(count)
const ROUNDS = 3

const [sender, recipient] = ['ann@example.net', 'joe@example.org'].map(parseMailbox)
assert.ok(sender !== undefined && recipient !== undefined)

const job: DeliveryJob = {
  id: 'bench',
  sender,
  mailParams: new Map(),
  recipients: [{ address: recipient, params: new Map() }],
  message: Message.parse(Buffer.from(`Subject: bench\r\n\r\n${'a line of an ordinary message\r\n'.repeat(140)}`)),
  hostname: 'mx.example.org',
  client: { ip: '192.0.2.7', port: 40_000, host: undefined, hello: undefined, user: undefined },
  repliesEach: false,
  ports: {
    clock: systemClock(),
    resolver: { resolve: async () => ({ kind: 'none' }) },
    log: { write: (_level, _fields, text) => process.stderr.write(`${text}\n`) },
  },
}

function target(idle: number): DeliveryTarget {
  const options = { ...(JSON.parse(extra) as object), host, idle_connections: idle }
  const node = parseYaml(JSON.stringify(options), 'options', new Report())
  assert.ok(node !== undefined)
  return smtpForward.compile(toOptions(node, smtpForward.options))
}

interface Figure {
  readonly perSecond: number
  /** Milliseconds of this process for a message. */
  readonly cpu: number
}

async function measure(to: DeliveryTarget, atOnce: number): Promise<Figure> {
  let left = MESSAGES
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      assert.equal((await to.deliver(job)).kind, 'delivered')
    }
  }
  const [began, before] = [performance.now(), process.cpuUsage()]
  await Promise.all(Array.from({ length: atOnce }, work))
  const { user, system } = process.cpuUsage(before)
  return { perSecond: (MESSAGES / (performance.now() - began)) * 1000, cpu: (user + system) / 1000 / MESSAGES }
}

const median = (values: readonly number[]): number =>
  values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0

process.stdout.write(`${MESSAGES} messages, ${ROUNDS} rounds, Node ${process.version}, ${cpus()[0]?.model}\n`)
for (const atOnce of [1, 10]) {
  const [kept, fresh]: [Figure[], Figure[]] = [[], []]
  for (let round = 0; round < ROUNDS; round += 1) {
    kept.push(await measure(target(atOnce), atOnce))
    fresh.push(await measure(target(0), atOnce))
  }
  const [reused, single] = [kept, fresh].map((figures) => ({
    perSecond: median(figures.map(({ perSecond }) => perSecond)),
    cpu: median(figures.map(({ cpu }) => cpu)),
  }))
  assert.ok(reused !== undefined && single !== undefined)
  const say = ({ perSecond, cpu }: Figure): string => `${perSecond.toFixed(0)}/s, ${cpu.toFixed(2)} ms CPU`
  process.stdout.write(
    `${atOnce} at a time: kept ${say(reused)}; one each ${say(single)}; ratio ${(reused.perSecond / single.perSecond).toFixed(2)}\n`,
  )
}

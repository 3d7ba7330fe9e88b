/** Every limit that is hit leaves a line in the log that names it: an admin sees who ran into which. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { it, type TestContext } from 'node:test'
import { type LimitName, LIMITS, type Limits } from '../../src/core/limits.ts'
import { emptied, greeted, house, type HouseOptions, inContent } from '../server/house.ts'
import { addresses, speaking } from '../server/tls-house.ts'
import type { SmtpClient } from '../support/smtp-client.ts'
import { immediate } from '../support/immediate.ts'
import { ACCEPTING, contentRig, ENVELOPE, greetedRig, type LogLine } from '../support/smtp-rig.ts'

/** How a client runs into it, and what was logged; or why nobody can. */
type Case = ((test: TestContext, limits: Partial<Limits>) => Promise<readonly LogLine[]>) | string

function saying(...said: readonly string[]): Case {
  return async (_test, limits) => {
    const rig = await greetedRig({ limits, policy: ACCEPTING })
    for (const octets of said) await rig.say(octets)
    return rig.log
  }
}

function content(octets: string): Case {
  return async (_test, limits) => {
    const rig = await contentRig({ limits })
    await rig.say(octets)
    return rig.log
  }
}

/** A client that is connected and says nothing while the time goes by. */
function silent(seconds: number, services: HouseOptions['services'] = {}, said = ''): Case {
  return async (test, limits) => {
    const rig = await house(test, { limits, services })
    const client = rig.client()
    await once(client.socket, 'connect')
    if (said === '') for (let turn = 0; turn < 50; turn += 1) await immediate()
    else {
      await client.hear('ready\r\n')
      client.say(said)
      await client.hear('\r\n')
    }
    rig.clock.advance(seconds * 1000)
    await client.rest()
    await emptied(rig)
    return rig.log
  }
}

function connections(count: number): Case {
  return async (test, limits) => {
    const rig = await house(test, { limits })
    const clients: SmtpClient[] = []
    for (let index = 0; index < count; index += 1) clients.push(await greeted(rig))
    await rig.client().rest()
    return rig.log
  }
}

/** A mail server that asks a policy service. */
function asking(said: string, seconds = 0): Case {
  return async (test, limits) => {
    const rig = await house(test, { limits, services: { mx: { position: 'policy' } } })
    const client = rig.client()
    await once(client.socket, 'connect')
    client.say(said)
    for (let turn = 0; turn < 50; turn += 1) await immediate()
    if (seconds > 0) rig.clock.advance(seconds * 1000)
    await client.rest()
    await emptied(rig)
    return rig.log
  }
}

const MEASURE = 'nobody runs into it: it is what another limit is measured by'

const CASES: Readonly<Record<LimitName, Case>> = {
  command_length: saying(`NOOP ${'x'.repeat(600)}\r\n`),
  text_line_length: content(`Subject: hi\r\n\r\n${'x'.repeat(2000)}\r\n.\r\n`),
  header_size: content(`Subject: ${'x '.repeat(33_000)}\r\n\r\n.\r\n`),
  header_fields: content(`${'A: b\r\n'.repeat(101)}\r\n.\r\n`),
  hops: content(`${'Received: x\r\n'.repeat(11)}\r\n.\r\n`),
  message_size: content(`Subject: hi\r\n\r\n${`${'x'.repeat(998)}\r\n`.repeat(70)}.\r\n`),
  spool_threshold: 'nobody runs into it: the rest goes to a file',
  recipients: saying(`MAIL FROM:<>\r\n${'RCPT TO:<c@example.org>\r\n'.repeat(101)}`),
  deliveries: 'test/smtp/expansion.test.ts',
  transactions: saying(`${ENVELOPE}RSET\r\n`.repeat(11)),
  errors: saying('NONSENSE\r\n'.repeat(3)),
  junk_commands: saying('NOOP\r\n'.repeat(11)),
  auth_failures: 'test/smtp/authentication.test.ts',
  auth_delay: 'nobody runs into it: every failure takes as long',
  connections: connections(1),
  connections_per_client: connections(1),
  command_timeout: silent(1, {}, 'NOOP\r\n'),
  tls_timeout: silent(1, speaking('implicit')),
  proxy_timeout: silent(1, { mx: { proxies: addresses('127.0.0.1') } }),
  data_timeout: async (test, limits) => {
    const rig = await house(test, { limits, policy: ACCEPTING })
    const client = await inContent(rig)
    rig.clock.advance(1000)
    await client.rest()
    return rig.log
  },
  data_rate: async (_test, limits) => {
    const rig = await contentRig({ limits })
    rig.clock.advance(60_000)
    await rig.settle()
    return rig.log
  },
  data_grace: MEASURE,
  handler_deadline: 'test/engine/failures.test.ts',
  hook_deadline: 'test/engine/hook-time.test.ts',
  load_deadline: 'nobody runs into it: a site that loads too long does not load',
  policy_size: 'nobody runs into it: a policy that is too large has its line in the log',
  policy_entries: 'nobody runs into it: a policy with too many entries has its line in the log',
  policy_memory: 'nobody runs into it: what is used least is read again',
  request_line_length: asking(`a=${'b'.repeat(1024)}`),
  request_attributes: asking('a=b\n'.repeat(51)),
  attach_timeout: asking('', 60),
  log_kept: 'test/ports/kept-log.test.ts',
  shutdown_grace: async (test) => {
    const rig = await house(test, { policy: ACCEPTING })
    const client = await inContent(rig)
    const closed = rig.server.close({ grace: 0 })
    rig.clock.advance(0)
    await Promise.all([client.rest(), closed])
    return rig.log
  },
}

for (const [name, run] of Object.entries(CASES) as [LimitName, Case][]) {
  if (typeof run === 'string') continue
  it(`${name}: who runs into it is in the log, and so is its name`, async (test) => {
    const log = await run(test, { [name]: LIMITS[name].minimum })
    assert.deepEqual(
      log
        .filter(({ fields }) => fields['limit'] !== undefined)
        .map(({ fields }) => fields['limit'])
        .slice(0, 1),
      [name],
      JSON.stringify(log),
    )
  })
}

it('STARTTLS without a handshake names tls_timeout', async (test) => {
  const run = silent(1, speaking('starttls'), 'STARTTLS\r\n')
  assert.ok(typeof run === 'function')
  const log = await run(test, { tls_timeout: 1 })
  assert.ok(
    log.some(({ fields }) => fields['limit'] === 'tls_timeout'),
    JSON.stringify(log),
  )
})

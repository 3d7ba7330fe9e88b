/** `postern monitor`: the log of a real server with rules on trial, and what it says of them. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, it, type TestContext } from 'node:test'
import type { TrialReport } from '../../src/testing/trials.ts'
import { greeted, reply, serve, siteFolder } from '../support/served-site.ts'
import { folder } from './folder.ts'

const TRIAL = `plugin: trial
hooks:
  helo, ehlo:
    - { id: bare, match: { helo: { regex: '^[^.]+$' } }, return: DENY, mode: monitor }
  mail:
    - { id: bulk, match: { sender.domain: bulk.example }, return: DENY, mode: monitor, until: 2020-01-31 }
    - { id: never, match: { sender.domain: nobody.example }, return: DENY, mode: monitor, until: 2199-12-31, sample: 100% }
  rcpt:
    - { id: full, match: { rcpt.user: full }, return: DENYSOFT, mode: monitor }
    - { id: gone, match: { rcpt.user: gone }, return: DENY }
`
const SITE = `hostname: mx.example.org
local_domains: [example.org]
plugins: [./trial.yaml, rcpt_ok]
`
const NO_TRIAL =
  'plugin: trial\nhooks: { mail: [{ id: bulk, match: { sender.domain: bulk.example }, return: DENY }] }\n'

let log = ''

before(async () => {
  const test = { after } as Pick<TestContext, 'after'>
  const site = siteFolder(test, { plugins: ['./trial.yaml'], more: ['decisions: { file: decisions.ndjson }'] })
  site.write('trial.yaml', TRIAL)
  const server = await serve(test, site)
  const client = await greeted(server.client())
  const say = async (...lines: readonly string[]): Promise<void> => {
    for (const line of lines) await reply(client, line)
  }
  const message = ['DATA', 'Subject: Hello\r\n\r\nHi\r\n.']
  await say('EHLO bare')
  await say('MAIL FROM:<a@bulk.example>', 'RCPT TO:<full@example.org>', 'RCPT TO:<bob@example.org>', ...message)
  await say('MAIL FROM:<a@bulk.example>', 'RCPT TO:<full@example.org>', 'RSET')
  await say('MAIL FROM:<a@friend.example>', 'RCPT TO:<bob@example.org>', ...message)
  server.child.kill('SIGTERM')
  await server.exited
  log = readFileSync(site.path('decisions.ndjson'), 'utf8')
})

const files = (trial = TRIAL) => ({ 'postern.yaml': SITE, 'trial.yaml': trial, 'log.ndjson': log })

describe('monitor', () => {
  it('counts what rules on trial would have changed, and whose message was taken all the same', async (test) => {
    const { code, stdout } = await folder(test, files()).postern(['monitor', 'log.ndjson', '-f', 'json'])
    assert.equal(code, 0)
    const { rules } = JSON.parse(stdout) as TrialReport
    assert.deepEqual(
      rules.map(({ rule, hooks, held, changes, taken, over, until, sample }) => ({
        rule,
        hooks,
        held,
        changes: changes.map(({ from, to, count }) => `${from} ${to} ${count}`),
        taken,
        over,
        terms: [until, sample],
      })),
      [
        {
          rule: 'bare',
          hooks: ['helo', 'ehlo'],
          held: 1,
          changes: ['accept reject 1'],
          taken: 1,
          over: false,
          terms: [undefined, undefined],
        },
        {
          rule: 'bulk',
          hooks: ['mail'],
          held: 2,
          changes: ['accept reject 2'],
          taken: 1,
          over: true,
          terms: ['2020-01-31', undefined],
        },
        { rule: 'never', hooks: ['mail'], held: 0, changes: [], taken: 0, over: false, terms: ['2199-12-31', 1] },
        {
          rule: 'full',
          hooks: ['rcpt'],
          held: 2,
          changes: ['accept defer 2'],
          taken: 1,
          over: false,
          terms: [undefined, undefined],
        },
      ],
    )
  })

  it('names a decision that `explain` explains', async (test) => {
    const of = folder(test, files())
    const { stdout } = await of.postern(['monitor', 'log.ndjson'])
    assert.match(stdout, /^4 rules on trial, \d+ decisions, /m)
    assert.match(
      stdout,
      /^trial\/never at mail\n {2}trial\.yaml:7:7, until 2199-12-31, 100 % of the clients\n {2}never held$/m,
    )
    assert.match(stdout, /^ {2}trial\.yaml:6:7, OVER since 2020-01-31$/m)
    const [, id = ''] = /^ {2}accept → reject +2 {2}(\S+)$/m.exec(stdout) ?? []
    const explained = await of.postern(['explain', '--log', 'log.ndjson', '--id', id, '-v'])
    assert.equal(explained.code, 0)
    assert.match(explained.stdout, /bulk/)
  })

  it('writes a table for those who decide', async (test) => {
    const { stdout } = await folder(test, files()).postern(['monitor', 'log.ndjson', '-f', 'markdown'])
    assert.match(stdout, /^### postern monitor: 4 rules on trial/)
    assert.match(
      stdout,
      /^\| `trial\/bulk at mail` \| trial\.yaml:6:7, OVER since 2020-01-31 \| 2 \| accept → reject: 2 \| 1 \| /m,
    )
  })

  it('still knows a rule of the log that is not on trial any more', async (test) => {
    const { stdout } = await folder(test, files(NO_TRIAL)).postern(['monitor', 'log.ndjson'])
    assert.match(stdout, /^trial\/bulk at mail\n {2}no longer on trial here\n {2}accept → reject +2 /m)
  })

  it('has nothing to say where nothing is on trial', async (test) => {
    const nothing = { ...files(NO_TRIAL), 'log.ndjson': '' }
    assert.equal((await folder(test, nothing).postern(['monitor', 'log.ndjson'])).code, 4)
  })
})

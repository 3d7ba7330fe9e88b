/** The same sessions, asked of a real Postfix and of the site that was made of its configuration: both answer alike at RCPT. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { importSite, writeSite } from '../../../../src/cli/import-site.ts'
import { randomFrom } from '../../../support/random.ts'
import { noPostfix, type Postfix, startPostfix } from '../../../support/real/postfix.ts'
import { Workplace } from '../../../support/real/workplace.ts'
import { runPostern } from '../../../support/run-postern.ts'
import { smtpClient } from '../../../support/smtp-client.ts'

const TABLES = {
  clients: [
    'bad.example        554 5.7.1 Not from you',
    'good.bad.example   OK',
    '198.51.100         REJECT nobody there',
    '198.51.100.7       OK',
    '203.0.113.9        450 4.7.1 later',
  ],
  helos: ['liar.example REJECT', 'odd.example DUNNO'],
  senders: [
    'spam.example       REJECT no spam',
    'ann@spam.example   OK',
    'sub.spam.example   DUNNO',
    'joe@               550 5.1.0 no joes',
    '<>                 DUNNO',
    'vip.example        vips',
    'gone.example       DISCARD',
    'odd.example        WARN odd',
    'marked.example     PREPEND X-Marked: yes',
    'moved.example      REDIRECT joe@example.org',
  ],
  patterns: [
    '/^bulk-[0-9]+@/ REJECT bulk',
    '!/@/ DUNNO',
    'if /^x/',
    '/^x-(.*)@/ DUNNO',
    'endif',
    '/^(x|y)-/ 454 4.7.1 y',
  ],
  rcpts: ['jill@example.org 550 5.2.1 gone', 'jim@example.org OK', 'jane@ DEFER not now'],
  networks: ['192.0.2.128/25 REJECT', '192.0.2.0/24 DUNNO'],
}

function settings(file: (name: string) => string): readonly string[] {
  return [
    'smtpd_restriction_classes = vips',
    'vips = check_recipient_access inline:{joe@example.org=OK}, reject',
    `smtpd_client_restrictions = check_client_access texthash:${file('clients')} check_client_access cidr:${file('networks')}`,
    `smtpd_helo_restrictions = permit_mynetworks, reject_invalid_helo_hostname,`,
    `  reject_non_fqdn_helo_hostname check_helo_access texthash:${file('helos')}`,
    `smtpd_sender_restrictions = reject_non_fqdn_sender, check_sender_access texthash:${file('senders')},`,
    `   check_sender_access regexp:${file('patterns')}`,
    'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination',
    `smtpd_recipient_restrictions = reject_non_fqdn_recipient, check_recipient_access texthash:${file('rcpts')}, permit`,
    'recipient_delimiter = +',
    'relay_domains = relay.example',
    'smtpd_error_sleep_time = 0',
    'smtpd_client_connection_count_limit = 0',
  ]
}

const CHOICES = {
  client: [
    ['192.0.2.7', 'mail.friend.example'],
    ['192.0.2.200', 'mail.friend.example'],
    ['198.51.100.7', undefined],
    ['198.51.100.8', undefined],
    ['203.0.113.9', undefined],
    ['203.0.113.8', 'a.bad.example'],
    ['203.0.113.8', 'good.bad.example'],
    ['127.0.0.1', 'localhost'],
  ],
  helo: [
    'mail.friend.example',
    'liar.example',
    'a.liar.example',
    'odd.example',
    'plain',
    '[192.0.2.7]',
    'not_-_valid-',
  ],
  sender: [
    '',
    'bob@friend.example',
    'ann@spam.example',
    'bob@spam.example',
    'bob@a.sub.spam.example',
    'joe@friend.example',
    'bulk-7@friend.example',
    'x-1@friend.example',
    'y-1@friend.example',
    'bob@plain',
    'bob@vip.example',
    'bulk-1@gone.example',
    'bulk-1@odd.example',
    'bulk-1@marked.example',
    'bulk-1@moved.example',
  ],
  rcpt: [
    'joe@example.org',
    'jill@example.org',
    'jim@example.org',
    'jane@example.org',
    'jack+x@example.org',
    'nobody@example.org',
    'x@relay.example',
    'x@a.relay.example',
    'x@elsewhere.example',
    'x%elsewhere.example@example.org',
    'postmaster@example.org',
  ],
} as const

interface Session {
  readonly ip: string
  readonly host: string | undefined
  readonly helo: string
  readonly sender: string
  readonly rcpt: string
}

const HOW_MANY = 200

function sessions(): readonly Session[] {
  const random = randomFrom(20_261_120)
  const pick = <T>(list: readonly T[]): T => {
    const one = list[Math.floor(random() * list.length)]
    if (one === undefined) throw new Error('nothing to choose from')
    return one
  }
  const usual = <T>(list: readonly T[], first: T): T => (random() < 0.4 ? first : pick(list))
  return Array.from({ length: HOW_MANY }, () => {
    const [ip, host] = usual<readonly [string, string | undefined]>(CHOICES.client, CHOICES.client[0])
    return {
      ip,
      host,
      helo: usual<string>(CHOICES.helo, CHOICES.helo[0]),
      sender: usual<string>(CHOICES.sender, CHOICES.sender[1]),
      rcpt: pick(CHOICES.rcpt),
    }
  })
}

/** What Postfix says to RCPT. */
async function asked(port: number, { ip, host, helo, sender, rcpt }: Session): Promise<string> {
  const client = smtpClient(port)
  await client.hearReply()
  let reply = ''
  for (const line of [
    'EHLO localhost',
    `XCLIENT ADDR=${ip} NAME=${host ?? '[UNAVAILABLE]'}`,
    `HELO ${helo}`,
    `MAIL FROM:<${sender}>`,
    `RCPT TO:<${rcpt}>`,
  ]) {
    client.say(`${line}\r\n`)
    reply = await client.hearReply()
  }
  client.say('QUIT\r\n')
  await client.rest()
  return reply
}

function record({ ip, host, helo, sender, rcpt }: Session): object {
  const reverse = `${ip.split('.').toReversed().join('.')}.in-addr.arpa`
  const dns =
    host === undefined ? { [`${reverse} PTR`]: 'NXDOMAIN' } : { [`${reverse} PTR`]: [host], [`${host} A`]: [ip] }
  return { remote_ip: ip, remote_host: host ?? null, helo, sender, rcpt: [rcpt], dns }
}

describe('a real Postfix', { skip: noPostfix }, () => {
  let postfix: Postfix
  let place: Workplace
  before(async () => {
    place = await Workplace.make('import')
    for (const [name, lines] of Object.entries(TABLES))
      await place.write(name, lines.map((line) => `${line}\n`).join(''))
    postfix = await startPostfix(settings((name) => place.file(name)))
  })
  after(async () => {
    await postfix.stop()
    await place.remove()
  })

  it('is the site that is made of it, as far as clients hear', async () => {
    const { site, diagnostics } = await importSite('postfix', postfix.config, [place.path])
    assert.ok(site)
    assert.deepEqual(
      diagnostics.filter(({ severity }) => severity === 'error'),
      [],
    )
    await writeSite(site, { to: place.file('site'), force: false, from: 'postfix' })
    const all = sessions()
    const input = all.map((one) => JSON.stringify(record(one))).join('\n')
    const ended = runPostern([
      'explain',
      '--site',
      place.file('site/postern.yaml'),
      '--session',
      await place.write('sessions.ndjson', input),
      '-f',
      'ndjson',
    ])
    assert.equal(ended.code, 0, ended.stderr)
    const ours = ended.stdout
      .trim()
      .split('\n')
      .map((line) => replyAtRcpt(line))
    assert.equal(ours.length, all.length, ended.stderr)
    assert.deepEqual(new Set(ours.map(([digit]) => digit)), new Set(['2', '4', '5']))
    const different: string[] = []
    for (const [index, session] of all.entries()) {
      const theirs = await asked(postfix.port, session)
      if (said(theirs) !== said(ours[index] ?? ''))
        different.push(`${JSON.stringify(session)}\n  Postfix ${theirs.trim()}\n  here    ${ours[index]}`)
    }
    assert.equal(different.join('\n'), '')
  })
})

/** The class, and what the client reads of a refusal: some reply codes are not for rules to say. */
function said(reply: string): string {
  const [, digit = '', text = ''] = /^([245])\d\d (?:\d\.\d+\.\d+ )?(.*)$/.exec(reply.trim()) ?? []
  return digit === '2' ? digit : `${digit} ${text}`
}

interface Explained {
  readonly decisions: readonly { readonly hook: string; readonly reply: string }[]
}

function replyAtRcpt(line: string): string {
  const { decisions } = JSON.parse(line) as Explained
  return decisions.find(({ hook, reply }) => hook === 'rcpt' || /^[45]/.test(reply))?.reply ?? line
}

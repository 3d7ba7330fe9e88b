/** Each restriction of smtpd: refuses whom it should, lets others through, or is named in the report. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readPostfix } from '../../../../src/compiler/import/postfix/index.ts'
import { isAbsent } from '../../../../src/compiler/import/postfix/restriction-row.ts'
import { RESTRICTIONS } from '../../../../src/compiler/import/postfix/restriction-table.ts'
import type { SessionRecord } from '../../../../src/testing/session-record.ts'
import { importTexts, load, replyOf } from '../foreign-texts.ts'

const MAIN = '/etc/postfix/main.cf'
const HEAD =
  'compatibility_level = 3.6\nmyhostname = mx.example.org\nmydestination = example.org\nlocal_recipient_maps =\nmynetworks = 10.0.0.0/8\nsmtpd_relay_restrictions = permit\n'
const SASL = 'smtpd_sasl_auth_enable = yes\n'

const STRANGER: SessionRecord = {
  remote_ip: '192.0.2.7',
  remote_host: 'mail.friend.example',
  helo: 'mail.friend.example',
  sender: 'ann@friend.example',
  rcpt: ['bob@example.org'],
}

async function reply(
  restrictions: string,
  record: Partial<SessionRecord>,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const texts = { 'main.cf': `${HEAD}${SASL}smtpd_recipient_restrictions = ${restrictions}\n`, ...more }
  return (await replyOf(MAIN, await importTexts(readPostfix, MAIN, texts), texts, { ...STRANGER, ...record })).slice(
    0,
    9,
  )
}

const [HIT, MISS] = ['hit', 'miss'] as const
const PASSES = '250 2.1.5'

/** Restriction, session, reply. */
const ROWS: readonly (readonly [restrictions: string, record: Partial<SessionRecord>, reply: string])[] = [
  ['permit, reject', {}, PASSES],
  ['reject', {}, '554 5.7.1'],
  ['defer', {}, '450 4.3.2'],
  ['permit_mynetworks, reject', { remote_ip: '10.1.2.3' }, PASSES],
  ['permit_mynetworks, reject', {}, '554 5.7.1'],
  ['permit_inet_interfaces, reject', { remote_ip: '127.0.0.1' }, PASSES],
  ['permit_sasl_authenticated, reject', { auth: { user: 'ann' } }, PASSES],
  ['permit_sasl_authenticated, reject', {}, '554 5.7.1'],
  ['permit_auth_destination, reject', {}, PASSES],
  ['permit_auth_destination, reject', { rcpt: ['x@elsewhere.example'] }, '554 5.7.1'],
  ['reject_unauth_destination', { rcpt: ['x@elsewhere.example'] }, '554 5.7.1'],
  ['reject_unauth_destination', { rcpt: ['x%elsewhere.example@example.org'] }, '554 5.7.1'],
  ['reject_unauth_destination', { rcpt: ['postmaster'] }, PASSES],
  ['defer_unauth_destination', { rcpt: ['x@elsewhere.example'] }, '450 4.7.1'],
  ['permit_dnswl_client list.example, reject', { answers: { dnsbl: HIT } }, PASSES],
  ['permit_dnswl_client list.example, reject', { answers: { dnsbl: MISS } }, '554 5.7.1'],
  ['permit_rhswl_client list.example, reject', { answers: { fcrdns: HIT, rhsbl: HIT } }, PASSES],
  ['permit_tls_all_clientcerts, reject', {}, '554 5.7.1'],
  ['reject_plaintext_session', {}, '450 4.7.1'],
  ['reject_rbl_client bl.example', { answers: { dnsbl: HIT } }, '554 5.7.1'],
  ['reject_rbl_client bl.example', { answers: { dnsbl: 'unknown' } }, PASSES],
  ['reject_rbl_client bl.example=127.0.0.[2..4;9]', { dns: { '7.2.0.192.bl.example A': ['127.0.0.3'] } }, '554 5.7.1'],
  ['reject_rbl_client bl.example=127.0.0.[2..4;9]', { dns: { '7.2.0.192.bl.example A': ['127.0.0.5'] } }, PASSES],
  ['warn_if_reject reject_rbl_client bl.example', { answers: { dnsbl: HIT } }, PASSES],
  ['reject_rhsbl_sender bl.example', { answers: { rhsbl: HIT } }, '554 5.7.1'],
  ['reject_rhsbl_helo bl.example', { answers: { rhsbl: HIT } }, '554 5.7.1'],
  ['reject_rhsbl_client bl.example', { answers: { rhsbl: HIT } }, '554 5.7.1'],
  ['reject_rhsbl_reverse_client bl.example', { answers: { rhsbl: HIT } }, '554 5.7.1'],
  ['reject_rhsbl_recipient bl.example', { answers: { dns: HIT } }, '554 5.7.1'],
  ['reject_unknown_sender_domain', { answers: { resolvable: MISS } }, '450 4.1.8'],
  ['reject_unknown_sender_domain', { answers: { resolvable: 'unknown' } }, '450 4.3.0'],
  ['reject_unknown_sender_domain', { sender: 'x@example.org' }, PASSES],
  ['reject_unknown_sender_domain', { sender: '' }, PASSES],
  ['reject_unknown_recipient_domain', { rcpt: ['x@elsewhere.example'], answers: { dns: MISS } }, '450 4.1.2'],
  ['reject_unknown_recipient_domain', { rcpt: ['x@elsewhere.example'], answers: { dns: HIT } }, PASSES],
  ['reject_non_fqdn_sender', { sender: 'ann@friend' }, '550 5.5.2'],
  ['reject_non_fqdn_sender', { sender: '' }, PASSES],
  ['reject_non_fqdn_recipient', { rcpt: ['bob@example'] }, '550 5.5.2'],
  ['reject_non_fqdn_helo_hostname', { helo: 'friend' }, '550 5.5.2'],
  ['reject_non_fqdn_helo_hostname', { helo: '[192.0.2.7]' }, PASSES],
  ['reject_non_fqdn_hostname', { helo: 'friend' }, '550 5.5.2'],
  ['reject_invalid_helo_hostname', { helo: 'fr!end.example' }, '550 5.5.2'],
  ['reject_invalid_hostname', { helo: 'fr!end.example' }, '550 5.5.2'],
  ['reject_unknown_helo_hostname', { answers: { resolvable: MISS } }, '450 4.7.1'],
  ['reject_unknown_hostname', { answers: { resolvable: MISS } }, '450 4.7.1'],
  ['reject_unknown_client_hostname', { answers: { fcrdns: MISS } }, '450 4.7.25'],
  ['reject_unknown_client', { answers: { fcrdns: HIT } }, PASSES],
  ['reject_unknown_reverse_client_hostname', { remote_host: null }, '450 4.7.25'],
  ['reject_multi_recipient_bounce', { sender: '' }, PASSES],
  ['sleep 1, reject', {}, '554 5.7.1'],
  ['check_client_access inline:{192.0.2=REJECT}', {}, '554 5.7.1'],
  [
    'check_client_access inline:{friend.example=REJECT}',
    { answers: { fcrdns: { truth: HIT, found: { name: 'mail.friend.example' } } } },
    '554 5.7.1',
  ],
  ['check_client_access inline:{friend.example=REJECT}', { answers: { fcrdns: MISS } }, PASSES],
  ['check_reverse_client_hostname_access inline:{friend.example=REJECT}', {}, '554 5.7.1'],
  ['check_helo_access inline:{friend.example=450}', {}, '450 4.7.1'],
  ['check_sender_access inline:{ ann@=REJECT friend.example=OK }, reject', {}, PASSES],
  ['check_sender_access inline:{ ann@=REJECT }', {}, '554 5.7.1'],
  ['check_sender_access inline:{ <>=REJECT }', { sender: '' }, '554 5.7.1'],
  ['check_sender_access inline:{ {friend.example = 550 5.1.0 go away} }', {}, '550 5.1.0'],
  ['check_recipient_access inline:{ {example.org = DEFER_IF_PERMIT later} }', {}, '450 4.7.1'],
  ['check_recipient_access static:REJECT', {}, '554 5.7.1'],
  ['inline:{bob@example.org=REJECT}', {}, '554 5.7.1'],
]

describe('a restriction', () => {
  for (const [index, [restrictions, record, expected]] of ROWS.entries())
    it(`${restrictions} (${index + 1}): ${expected}`, async () =>
      assert.equal((await reply(restrictions, record)).slice(0, expected.length), expected.slice(0, 9)))

  it('is in this table, or in the report', async () => {
    const tested = new Set(ROWS.flatMap(([text]) => text.match(/[a-z_]+/g) ?? []))
    const untested = [...RESTRICTIONS].filter(([name, row]) => !isAbsent(row) && !tested.has(name))
    assert.deepEqual(untested, [])
  })

  for (const [name, row] of RESTRICTIONS)
    if (isAbsent(row))
      it(`${name} is left out, and the report says so`, async () => {
        const texts = {
          'main.cf': `${HEAD}smtpd_recipient_restrictions = ${name}${row.argument ? ' hash:/x' : ''}, reject\n`,
        }
        const imported = await importTexts(readPostfix, MAIN, texts)
        const line = imported.findings.find((one) => one.startsWith('main.cf:7:') && one.includes(`\`${name}`)) ?? ''
        const severity = { none: 'info', stricter: 'warning', laxer: 'error' }[row.effect]
        assert.ok(line.includes(` ${severity} IMP00`), line)
        assert.match(imported.files['rules/smtpd_recipient_restrictions.yaml'] ?? '', /id: reject\n/)
      })
})

describe('a list of restrictions', () => {
  it('passes over what it cannot know yet, when nothing is delayed', async () => {
    const texts = {
      'main.cf': `${HEAD}smtpd_delay_reject = no\nsmtpd_client_restrictions = reject_unknown_sender_domain, check_client_access inline:{192.0.2.7=REJECT}\n`,
    }
    const imported = await importTexts(readPostfix, MAIN, texts)
    assert.match(
      imported.files['rules/smtpd_client_restrictions.yaml'] ?? '',
      /\n {2}connect:\n {4}- id: check_client_access-inline\n/,
    )
    assert.ok(imported.findings.some((line) => line.includes('passes it over too')))
    assert.equal((await load(MAIN, imported, texts)).report.errors, 0)
  })

  it('may stand in a table, or in a class', async () => {
    const more =
      'smtpd_restriction_classes = strict\nstrict = check_recipient_access inline:{bob@example.org=OK}, reject\n'
    const texts = {
      'main.cf': `${HEAD}${more}smtpd_recipient_restrictions = check_sender_access inline:{friend.example=strict}\n`,
    }
    const imported = await importTexts(readPostfix, MAIN, texts)
    const replies = await Promise.all(
      ['bob', 'eve'].map((name) => replyOf(MAIN, imported, texts, { ...STRANGER, rcpt: [`${name}@example.org`] })),
    )
    assert.deepEqual(
      replies.map((one) => one.slice(0, 3)),
      ['250', '554'],
    )
  })

  it('answers for now with soft_bounce', async () => {
    const texts = { 'main.cf': `${HEAD}soft_bounce = yes\nsmtpd_recipient_restrictions = reject\n` }
    assert.match(await replyOf(MAIN, await importTexts(readPostfix, MAIN, texts), texts, STRANGER), /^450 4\.7\.1/)
  })

  it('of one service is for that listener alone', async () => {
    const texts = {
      'main.cf': `${HEAD}smtpd_recipient_restrictions = permit\n`,
      'master.cf':
        'smtp inet n - y - - smtpd\nsubmission inet n - y - - smtpd\n  -o smtpd_recipient_restrictions=reject\n',
    }
    const { files } = await importTexts(readPostfix, MAIN, texts)
    assert.match(
      files['postern.yaml'] ?? '',
      /use: \.\/rules\/submission_smtpd_recipient_restrictions\.yaml\n {4}match: \{ listener: \[submission\] \}/,
    )
  })
})

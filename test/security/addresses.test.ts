/** One name, many spellings: nobody relays, slips past a list or borrows rights by writing an address differently. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addressText } from '../../src/core/mail/address.ts'
import { houseFile, type RealSite, realSite, siteFile } from './real-site.ts'

const HELO = 'HELO client.example\r\n'

function mailTo(path: string, from = '<a@client.example>'): string {
  return `MAIL FROM:${from}\r\nRCPT TO:${path}\r\n`
}

/** The reply to the last command. */
async function lastReply(site: RealSite, ...said: readonly string[]): Promise<string> {
  const rig = await site.session(...said)
  return rig.heard().trimEnd().split('\r\n').at(-1) ?? ''
}

const DENIED = '550 5.7.1 Relaying denied'

describe('nobody relays', () => {
  const foreign: Readonly<Record<string, string>> = {
    'by a source route that begins with us': '<@example.org:bob@evil.example>',
    'by a source route through us': '<@a.example,@example.org:bob@evil.example>',
    'by our domain in quotes': '<"bob@example.org"@evil.example>',
    'by our domain as a suffix': '<bob@evilexample.org>',
    'by our domain as a prefix': '<bob@example.org.evil.example>',
    'by a name below our domain': '<bob@sub.example.org>',
    'by an address literal': '<bob@[192.0.2.1]>',
    'by a mapped address literal': '<bob@[IPv6:::ffff:127.0.0.1]>',
    'by a host that looks like one of ours': '<bob@xn--mnchen-3y.example>',
  }
  for (const [how, path] of Object.entries(foreign))
    it(how, async () => {
      const site = await realSite({ 'postern.yaml': siteFile([]) })
      assert.equal(await lastReply(site, HELO, mailTo(path)), DENIED)
    })

  it('by a name that is said at HELO', async () => {
    const site = await realSite({
      'postern.yaml': siteFile(['relay']),
      'lists/relayclients': '127.0.0.1\n192.0.2.250\n',
    })
    for (const name of ['mx.example.org', 'localhost', '[127.0.0.1]', '[192.0.2.250]', '127.0.0.1'])
      assert.equal(await lastReply(site, `EHLO ${name}\r\n`, mailTo('<bob@evil.example>')), DENIED)
  })

  it('by a sender of ours', async () => {
    const site = await realSite({ 'postern.yaml': siteFile([]) })
    assert.equal(await lastReply(site, HELO, mailTo('<bob@evil.example>', '<postmaster@example.org>')), DENIED)
  })

  it('as somebody else than the address a list has, mapped or not', async () => {
    const texts = { 'postern.yaml': siteFile(['relay']), 'lists/relayclients': '::ffff:192.0.2.7\n2001:db8::7\n' }
    const replies = await Promise.all(
      ['192.0.2.7', '2001:db8::7', '192.0.2.70', '2001:db8::70', '::192.0.2.7'].map(async (ip) =>
        lastReply(await realSite(texts, { ip }), HELO, mailTo('<bob@evil.example>')),
      ),
    )
    assert.deepEqual(
      replies.map((reply) => reply.slice(0, 3)),
      ['250', '250', '550', '550', '550'],
    )
  })
})

describe('an address of ours is taken, and delivered as', () => {
  const ours: Readonly<Record<string, string>> = {
    '<bob@example.org>': 'bob@example.org',
    '<Bob@EXAMPLE.ORG.>': 'Bob@example.org',
    '<@evil.example:bob@example.org>': 'bob@example.org',
    '<bob%evil.example@example.org>': 'bob%evil.example@example.org',
    '<evil.example!bob@example.org>': 'evil.example!bob@example.org',
    '<"bob@evil.example"@example.org>': '"bob@evil.example"@example.org',
    '<"a b"@example.org>': '"a b"@example.org',
    '<"a>b"@example.org>': '"a>b"@example.org',
    '<"b\\o\\b"@example.org>': 'bob@example.org',
    '<bob@xn--mnchen-3ya.example>': 'bob@xn--mnchen-3ya.example',
    '<bob@XN--MNCHEN-3YA.example>': 'bob@xn--mnchen-3ya.example',
    '<Postmaster>': 'postmaster',
    '<-rf@example.org>': '-rf@example.org',
    '<$(reboot);`id`@example.org>': '',
    '<"$(reboot);`id`"@example.org>': '"$(reboot);`id`"@example.org',
  }
  for (const [path, expected] of Object.entries(ours))
    it(`${path}: ${expected || 'not at all'}`, async () => {
      const site = await realSite({ 'postern.yaml': siteFile([]) })
      await site.session(HELO, mailTo(path), 'DATA\r\n', 'Subject: hi\r\n.\r\n')
      assert.deepEqual(
        site.delivered.flatMap(({ recipients }) => recipients.map(({ address }) => addressText(address))),
        expected === '' ? [] : [expected],
      )
    })
})

describe('a list holds a name however it is written', () => {
  const lists = {
    'postern.yaml': siteFile(['badmailfrom', './house.yaml']),
    'lists/badmailfrom': 'spam@evil.example\n@bücher.example\n',
    'house.yaml': houseFile(
      'mail: [{ id: below, match: { sender.domain: .spam.example }, return: DENY, message: below }]',
    ),
  }
  const listed = [
    '<spam@evil.example>',
    '<SPAM@Evil.Example.>',
    '<"spam"@evil.example>',
    '<"s\\pam"@evil.example>',
    '<@relay.example:spam@evil.example>',
    '<x@xn--bcher-kva.example>',
    '<x@XN--BCHER-KVA.EXAMPLE.>',
    '<x@a.spam.example>',
    '<x@b.a.Spam.Example.>',
  ]
  for (const path of listed)
    it(`${path} is listed`, async () => {
      const site = await realSite(lists)
      assert.match(await lastReply(site, HELO, `MAIL FROM:${path}\r\n`), /^550 5\.7\.1 /)
    })

  for (const path of ['<spam@not-evil.example>', '<x@evilspam.example>', '<x@spam.example>', '<spam.evil.example@x.y>'])
    it(`${path} is not`, async () => {
      const site = await realSite(lists)
      assert.match(await lastReply(site, HELO, `MAIL FROM:${path}\r\n`), /^250 /)
    })
})

it('a list with an address that others read as octal, hexadecimal or short does not load', async () => {
  for (const entry of ['0177.0.0.1', '010.0.0.1', '0x7f.0.0.1', '127.1', '2130706433', '127.0.0.1/8'])
    await assert.rejects(
      realSite({ 'postern.yaml': siteFile(['relay']), 'lists/relayclients': `${entry}\n` }),
      /lists\/relayclients:1:1 NET20\d/,
      entry,
    )
})

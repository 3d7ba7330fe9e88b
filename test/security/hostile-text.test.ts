/** What a client says stays text: in replies, in header fields, in the log. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Message } from '../../src/core/mail/message.ts'
import { verdict } from '../../src/core/verdict.ts'
import { type LogLine, type Rig, smtpRig } from '../support/smtp-rig.ts'
import { houseFile, realSite, siteFile } from './real-site.ts'

const EXPRESSIONS = [
  '${sender}',
  '${env.PATH}',
  '$$',
  '%{remote_ip}',
  '%s%n',
  '{{7*7}}',
  '{hostname}',
  '{subject}',
  '$&',
]
const MARKED = EXPRESSIONS.join('')

/** A message with that header section, through a site that says, writes and logs all it was told. */
async function tellTale(helo: string, header: string): Promise<Rig> {
  const house = houseFile(
    'helo: [{ id: said, match: always, log: "helo ${helo}" }]',
    'data_post:',
    '  - { id: x, match: always, headers: { add: { X-Subject: "${header.Subject} of ${helo}" } }, log: "${header.Subject}" }',
    '  - { id: y, match: always, return: DENY, message: "no ${header.Subject} from ${helo}" }',
  )
  const site = await realSite({ 'postern.yaml': siteFile(['./house.yaml']), 'house.yaml': house })
  const envelope = 'MAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.org>\r\n'
  return site.session(`HELO ${helo}\r\n`, envelope, 'DATA\r\n', `${header}\r\n.\r\n`)
}

function messageOf(rig: Rig): Message {
  const message = rig.contexts.map(({ transaction }) => transaction?.message).find((one) => one !== undefined)
  assert.ok(message)
  return message
}

function logged(log: readonly LogLine[]): readonly string[] {
  return log.map(({ fields, text }) => JSON.stringify({ ...fields, text }))
}

describe('expressions in what a client says', () => {
  it('are not filled in: the reply, the field and the log have them as they came', async () => {
    const rig = await tellTale(MARKED, `Subject: ${MARKED}\r\n`)
    assert.ok(rig.heard().endsWith(`554 5.7.1 no ${MARKED} from ${MARKED}\r\n`))
    assert.deepEqual(messageOf(rig).values('X-Subject'), [`${MARKED} of ${MARKED}`])
    assert.ok(rig.log.some(({ text }) => text === `helo ${MARKED}`))
  })

  it('are not filled in by the texts of the protocol either', async () => {
    const rig = smtpRig({ policy: { mail: verdict('DENY') } })
    rig.session.start()
    await rig.settle()
    await rig.say('HELO {hostname}\r\nMAIL FROM:<{hostname}{subject}$&@b.example>\r\n')
    assert.match(rig.heard(), /\r\n550 5\.7\.1 <\{hostname\}\{subject\}\$&@b\.example>, denied\r\n$/)
  })
})

describe('control characters, line ends and 8-bit in what a client says', () => {
  const evil = fc.string({
    unit: fc.oneof(fc.constantFrom('\0', '\x1b[2J', '\x7f', '\x85', '\xff', 'é', '\r\n ', '\t', '250 ok', 'Bcc: x')),
    maxLength: 30,
  })

  it('leave in no reply but as printable lines of at most 512 octets with one code', async () => {
    await fc.assert(
      fc.asyncProperty(evil, async (text) => {
        const heard = (await tellTale('client.example', `Subject: ${text}\r\n`)).heard()
        const last = heard.slice(heard.indexOf('354'))
        assert.match(last, /^354 [ -~]+\r\n(?:554[- ]5\.7\.1 [ -~]{0,500}\r\n)+$/)
      }),
      { numRuns: 30 },
    )
  })

  it('make no second header field', async () => {
    await fc.assert(
      fc.asyncProperty(evil, async (text) => {
        const message = messageOf(await tellTale('client.example', `Subject: ${text}\r\n`))
        const head = message.head().toString('latin1')
        assert.equal(Message.parse(Buffer.from(head, 'latin1')).fields.length, message.fields.length)
        assert.match(
          message.fields[0]?.raw.toString('latin1') ?? '',
          /^(?:X-Subject|Received):[\t -~]*(?:\r\n[\t ][\t -~]+)*\r\n$/,
        )
      }),
      { numRuns: 30 },
    )
  })

  it('are one field of one line in the log', async () => {
    const rig = await tellTale('client.example', 'Subject: a\x1b[2J\0\r\n {"level":"error"}\r\n')
    const lines = logged(rig.log)
    assert.ok(lines.some((line) => line.includes('\\u001b[2J\\u0000')))
    for (const line of lines) assert.doesNotMatch(line, /\p{Cc}/u)
  })
})

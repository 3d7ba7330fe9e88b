/** A site for mail servers that ask, with an SMTP listener to compare with, and what it refuses. */
import type { SiteText } from '../../support/served-site.ts'

const HOUSE = `
plugin: house
hooks:
  helo, ehlo:
    - { id: name, match: { helo: bad.example }, return: DENY, message: "No \${helo} here" }
  mail:
    - { id: spammer, match: { sender.domain: spam.example }, return: DENY, message: "Nothing from \${sender}" }
    - { id: marks, match: always, headers: { add: { X-Sender-Domain: "\${sender.domain}" } } }
  rcpt:
    - { id: later, match: { rcpt.user: jack }, return: DENYSOFT, message: Not now }
    - { id: never, match: { rcpt.user: jill }, return: DENY, status: 5.2.1, message: "100% sure" }
  data:
    - { id: big, match: { mail.size: { gt: 300000 } }, return: DENY, message: That is much }
  data_post:
    - { id: subject, match: { header.Subject: refuse me }, return: DENY, message: "Not with \${header.Subject}" }
    - { id: body, match: { body: { contains: casino } }, return: DENYSOFT, message: Not with such a body }
    - id: edits
      match: always
      headers: { add: { X-Seen: "\${listener}" }, replace: { Subject: "[\${header.Subject}]" }, remove: [X-Secret] }
`

const LISTEN = [
  '{ name: mx, port: 0 }',
  '{ name: pf, port: 0, protocol: policy }',
  '{ name: mil, port: 0, protocol: milter }',
].join(', ')

export const STRANGER = ['--from', 'ann@example.net', '--to', 'joe@example.org']

/** What a client does, the reply it hears over SMTP, and the words in it that an admin wrote. */
export const REFUSALS: readonly (readonly [what: string, args: readonly string[], reply: string, text: string])[] = [
  ['HELO', [...STRANGER, '--helo', 'bad.example'], '550 5.7.1', 'No bad.example here'],
  ['MAIL', ['--from', 'x@spam.example', '--to', 'joe@example.org'], '550 5.7.1', 'Nothing from x@spam.example'],
  ['RCPT, for now', ['--from', 'ann@example.net', '--to', 'jack@example.org'], '450 4.7.1', 'Not now'],
  ['RCPT, for good', ['--from', 'ann@example.net', '--to', 'jill@example.org'], '550 5.2.1', '100% sure'],
]
export const MESSAGE_REFUSALS: typeof REFUSALS = [
  ['the header', [...STRANGER, '--header', 'Subject: refuse me'], '554 5.7.1', 'Not with refuse me'],
  ['the body', [...STRANGER, '--body', 'a casino'], '451 4.7.1', 'Not with such a body'],
]

export const ATTACHED: SiteText & { readonly house: string } = {
  listen: LISTEN,
  plugins: ['./house.yaml'],
  house: HOUSE,
}

export function refusal(reply: string, text: string): RegExp {
  return new RegExp(`<\\*\\* ${reply.replaceAll('.', '\\.')} .*${text.replaceAll('.', '\\.')}`)
}

/** What chance seldom says: commands that have an effect on what comes behind them. */
import type { Dialogue } from './generate.ts'
import { login } from './login.ts'
import { FIELDS, TOO_BIG } from './pools.ts'

const say = (...commands: readonly string[]): Dialogue['steps'] => commands.map((command) => ({ command }))
const HELLO = say('EHLO client.example', 'MAIL FROM:<ann@ok.example>')
const HOPS = Array.from({ length: 4 }, (_, index) => `Received: from h${index}.example`)
const MESSAGE: Dialogue['steps'] = [{ command: 'DATA', content: [...FIELDS, '', 'hello'] }]

const dated = (year: number): Dialogue['steps'] => [
  ...say('MAIL FROM:<ann@ok.example>', 'RCPT TO:<ann@example.org>'),
  { command: 'DATA', content: ['From: ann@ok.example', `Date: Fri, 20 Nov ${year} 12:00:00 +0000`, '', 'hello'] },
]

export const RARE: readonly Dialogue[] = [
  { from: '127.0.0.1', steps: [...HELLO, ...say('RCPT TO:ann@example.org', 'RCPT TO:<>', 'RCPT TO:<abuse>', 'QUIT')] },
  { from: '127.0.0.1', steps: [...say('EHLO client.example'), ...dated(2020), ...dated(2099)] },
  { from: '127.0.0.6', steps: [...HELLO, ...say('RCPT TO:<postmaster>', 'RCPT TO:<ann@example.org>', 'DATA')] },
  {
    from: '127.0.0.1',
    steps: [
      ...HELLO,
      { command: 'RCPT TO:<ann@example.org>' },
      { command: 'DATA', content: ['Subject: once', 'Subject: twice', '', 'hello'] },
      ...say('MAIL FROM:<ann@ok.example>', 'RCPT TO:<ann@example.org>', 'DATA'),
    ],
  },
  { from: '127.0.0.1', steps: say('EHLO client.example', 'MAIL FROM:ann@ok.example') },
  {
    from: '127.0.0.6',
    steps: [
      ...HELLO,
      ...say('RCPT TO:<ann@example.org>', 'DATA', 'RSET'),
      ...say('MAIL FROM:<a@vip.example>', 'RCPT TO:<bob@example.org>', 'DATA'),
    ],
  },
  { from: '127.0.0.1', isEarly: true, steps: [...HELLO, ...say('RCPT TO:<ann@example.org>', 'QUIT')] },
  { from: '127.0.0.6', isEarly: true, steps: say('EHLO client.example', 'QUIT') },
  { from: '127.0.0.9', isEarly: true, steps: say('EHLO client.example', 'QUIT') },
  { from: '127.0.0.8', steps: [...HELLO, ...say('RCPT TO:<x@elsewhere.example>', 'QUIT')] },
  {
    from: '127.0.0.9',
    steps: say('EHLO client.example', 'MAIL FROM:<a@vip.example>', 'RCPT TO:<x@elsewhere.example>', 'QUIT'),
  },
  {
    from: '127.0.0.6',
    steps: [
      ...say('EHLO client.example', 'MAIL FROM:<bad@ok.example>', 'RCPT TO:<postmaster>', 'RCPT TO:<bob@example.org>'),
      ...say('DATA', 'MAIL FROM:<x@spam.example>', 'RCPT TO:<bob@example.org>', 'DATA'),
    ],
  },
  {
    from: '127.0.0.6',
    steps: [...say('EHLO client.example', 'MAIL FROM:<x@spam.example>', 'RCPT TO:<bob@example.org>'), ...MESSAGE],
  },
  {
    from: '127.0.0.1',
    steps: [
      ...HELLO,
      ...say('RCPT TO:<ann@example.org>'),
      ...MESSAGE,
      ...say('MAIL FROM:<ann@ok.example>', 'RCPT TO:<full@example.org>'),
      ...MESSAGE,
      ...say('MAIL FROM:<ann@ok.example>', 'RCPT TO:<never@example.org>'),
      ...MESSAGE,
    ],
  },
  {
    from: '127.0.0.6',
    steps: [...HELLO, ...say('RCPT TO:<bob@example.org>', 'RCPT TO:<postmaster@example.org>', 'DATA')],
  },
  { from: '127.0.0.6', steps: say('EHLO client.example', 'DATA', 'QUIT') },
  {
    from: '127.0.0.1',
    steps: [...HELLO, ...say('RCPT TO:<ann@example.org>'), { command: 'DATA', content: [...HOPS, ...FIELDS, '', 'x'] }],
  },
  { from: '127.4.0.2', steps: say('QUIT') },
  { from: '127.0.0.1', steps: say('XYZ', 'XYZ', 'XYZ', 'AUTH LOGIN', 'AUTH LOGIN', 'AUTH LOGIN') },
  { from: '127.0.0.1', steps: say('MAIL FROM:<ann@ok.example>', 'XYZ', 'AUTH LOGIN', 'QUIT') },
  { from: '127.0.0.9', steps: say('EHLO spammer.example', 'QUIT') },
  {
    from: '127.0.0.1',
    steps: say('EHLO client.example', 'MAIL FROM:', 'RSET', 'MAIL FROM:<Ann@OK.example>', 'RCPT TO:<Gone@Example.org>'),
  },
  { from: '127.0.0.5', steps: say('EHLO localhost', 'QUIT') },
  { from: '127.0.0.5', steps: say('EHLO unknown.example', 'QUIT') },
  { from: '127.0.0.5', steps: say('EHLO dyn-17.isp.example', 'QUIT') },
  { from: '127.0.0.1', steps: say('EHLO client.example', 'MAIL FROM:<a@listed.example>', 'QUIT') },
  { from: '127.0.0.1', steps: say('HELO client.example', 'MAIL FROM:ann@ok.example', 'QUIT') },
  {
    from: '127.1.1.1',
    steps: say('EHLO client.example', 'MAIL FROM:<a@spf-fail.example>', 'QUIT'),
  },
  { from: '127.1.1.1', steps: [...HELLO, ...say('RCPT TO:<ann@x.sub.example.org>', 'QUIT')] },
  {
    from: '127.0.0.1',
    steps: [
      ...HELLO,
      { command: 'RCPT TO:<ann@example.org>' },
      { command: 'DATA', content: ['Subject: once', '', 'hello'] },
      ...say('MAIL FROM:<told@ok.example>', 'RCPT TO:<bob@example.org>', 'DATA'),
    ],
  },
  {
    from: '127.0.0.1',
    steps: [
      ...say('EHLO client.example', 'MAIL FROM:<x@spam.example>', 'RSET'),
      ...say('MAIL FROM:<a@vip.example>', 'RCPT TO:<bob@example.org>', 'DATA'),
    ],
  },
  { from: '127.0.0.1', steps: say('HELO client.example', 'STARTTLS') },
  {
    from: '127.0.0.1',
    steps: say(
      'EHLO client.example',
      'MAIL FROM:<told@ok.example>',
      'RCPT TO:<gone@example.org>',
      'DATA',
      'MAIL FROM:<>',
    ),
  },
  {
    from: '127.0.0.1',
    steps: [
      ...say('EHLO client.example', 'STARTTLS', 'HELO client.example'),
      login('PLAIN', 'ann@example.org', 'secret'),
      { command: 'QUIT' },
    ],
  },
  {
    from: '127.0.0.1',
    steps: [...HELLO, ...say('RCPT TO:<ann@example.org>'), { command: 'DATA', content: [...FIELDS, '', ...TOO_BIG] }],
  },
  { from: '127.0.0.9', steps: say('EHLO client.example', 'MAIL FROM:<a@nowhere.example>', 'QUIT') },
  {
    from: '127.0.0.1',
    steps: [{ command: 'EHLO client.example' }, login('CRAM-MD5', 'ann@example.org', 'secret'), { command: 'QUIT' }],
  },
  { from: '127.0.0.1', steps: [...HELLO, login('PLAIN', 'ann@example.org', 'secret')] },
  { from: '127.0.0.1', steps: say('EHLO client.example', 'EHLO spammer.example', 'QUIT') },
  { from: '127.0.0.1', steps: say('EHLO client.example', 'MAIL FROM:<a@nowhere.example>', 'QUIT') },
  { from: '127.0.0.1', steps: say('NOOP', 'NOOP', 'HELP', 'NOOP', 'NOOP', 'NOOP', 'NOOP') },
  {
    from: '127.0.0.1',
    steps: [{ command: 'EHLO client.example' }, login('LOGIN later', 'ann@example.org', 'secret'), ...HELLO.slice(1)],
  },
  {
    from: '127.0.0.1',
    steps: say('EHLO client.example', 'STARTTLS', 'EHLO client.example', 'MAIL FROM:<ann@ok.example>', 'QUIT'),
  },
]

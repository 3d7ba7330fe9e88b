/** Seeded configurations of qpsmtpd, and dialogues for them: small pools, so that what is listed and what is said often meet. */
import { randomFrom } from '../support/random.ts'

/** Files of a configuration, by name. */
export type Configuration = Readonly<Record<string, string>>

export interface Dialogue {
  /** The client's address, in 127.0.0.0/8. */
  readonly from: string
  /** A step with content is DATA: the content follows when the server wants it. */
  readonly steps: readonly Step[]
}

export interface Step {
  readonly command: string
  readonly content?: readonly string[]
}

export class Generator {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = randomFrom(seed)
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #one<T>(items: readonly [T, ...T[]]): T {
    return items[Math.floor(this.#random() * items.length)] ?? items[0]
  }

  #some<T>(items: readonly T[], share = 0.5): readonly T[] {
    return items.filter(() => this.#chance(share))
  }

  /** The first ones hold all plugins and all lists, and between them all forms; then chance decides. */
  configuration(number: number): Configuration {
    const isFull = number <= FULL
    const lists = Object.entries(POOLS).map(
      ([name, lines]) => [name, linesOf(isFull ? lines : this.#some(lines, 0.7))] as const,
    )
    const plugins = isFull
      ? PLUGINS.map((forms) => forms[(number - 1) % forms.length] ?? forms[0])
      : this.#some(PLUGINS, 0.75).map((forms) => this.#one(forms))
    const naughty = plugins.some((line) => line.includes('naughty'))
      ? [isFull ? (NAUGHTY[number % 2] ?? NAUGHTY[0]) : this.#one(NAUGHTY)]
      : []
    return { ...Object.fromEntries(lists), plugins: linesOf([...plugins, ...naughty, 'rcpt_ok']) }
  }

  dialogue(): Dialogue {
    const transactions = this.#one([1, 1, 2, 3])
    const steps = [
      ...(this.#chance(0.95) ? [{ command: this.#greeting() }] : []),
      ...Array.from({ length: transactions }, () => this.#transaction()).flat(),
      { command: 'QUIT' },
    ]
    return {
      from: this.#one(CLIENTS),
      steps: steps.flatMap((step) => (this.#chance(0.12) ? [this.#noise(), step] : [step])),
    }
  }

  #greeting(): string {
    return `${this.#one(['EHLO', 'EHLO', 'HELO', 'ehlo'])} ${this.#one(HELO_NAMES)}`
  }

  #noise(): Step {
    return { command: this.#one(NOISE) }
  }

  #transaction(): readonly Step[] {
    const recipients = Array.from({ length: this.#one([1, 1, 2, 3]) }, () => ({
      command: `RCPT TO:<${this.#one(RECIPIENTS)}>`,
    }))
    return [
      { command: `${this.#one(['MAIL FROM:', 'MAIL FROM:', 'mail from: '])}<${this.#one(SENDERS)}>` },
      ...recipients,
      ...(this.#chance(0.8) ? [{ command: 'DATA', content: this.#content() }] : []),
      ...(this.#chance(0.3) ? [{ command: 'RSET' }] : []),
    ]
  }

  #content(): readonly string[] {
    const received = Array.from(
      { length: this.#one([0, 0, 0, 1, 4]) },
      (_, index) => `Received: from h${index}.example`,
    )
    return [
      ...received,
      ...this.#some(FIELDS, 0.8),
      ...(this.#chance(0.2) ? ['Subject: twice'] : []),
      '',
      'hello',
      '..dot',
    ]
  }
}

/** So many that all forms of plugins occur, and those that leave refusals to naughty with both of its forms. */
export const FULL = 8

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

/** What chance seldom says: recipients and messages that have an effect on what comes behind them. */
export const RARE: readonly Dialogue[] = [
  {
    from: '127.0.0.6',
    steps: [
      'EHLO client.example',
      'MAIL FROM:<ann@ok.example>',
      'RCPT TO:<postmaster>',
      'RCPT TO:<ann@example.org>',
      'DATA',
    ].map((command) => ({ command })),
  },
  {
    from: '127.0.0.1',
    steps: [
      { command: 'EHLO client.example' },
      { command: 'MAIL FROM:<ann@ok.example>' },
      { command: 'RCPT TO:<ann@example.org>' },
      { command: 'DATA', content: ['Subject: once', 'Subject: twice', '', 'hello'] },
      { command: 'MAIL FROM:<ann@ok.example>' },
      { command: 'RCPT TO:<ann@example.org>' },
      { command: 'DATA' },
    ],
  },
  {
    from: '127.0.0.1',
    steps: [{ command: 'EHLO client.example' }, { command: 'MAIL FROM:ann@ok.example' }],
  },
  {
    from: '127.0.0.6',
    steps: [
      { command: 'EHLO client.example' },
      { command: 'MAIL FROM:<ann@ok.example>' },
      { command: 'RCPT TO:<ann@example.org>' },
      { command: 'DATA' },
      { command: 'RSET' },
      { command: 'MAIL FROM:<a@vip.example>' },
      { command: 'RCPT TO:<bob@example.org>' },
      { command: 'DATA' },
    ],
  },
]

/** Each plugin in the forms that it may have; in the order in which they are usually loaded. */
const PLUGINS: readonly (readonly [string, ...string[]])[] = [
  ['relay', 'check_relay', 'relay'],
  ['whitelist'],
  ['dnsbl', 'dnsbl reject 0', 'dnsbl reject naughty', 'dnsbl reject_type temp', 'dnsbl disconnect'],
  ['helo', 'helo policy rfc', 'helo reject 0', 'check_spamhelo'],
  ['count_unrecognized_commands', 'count_unrecognized_commands 2'],
  ['resolvable_fromhost', 'resolvable_fromhost reject_type perm'],
  ['rhsbl', 'rhsbl reject 0', 'rhsbl disconnect'],
  [
    'badmailfrom',
    'check_badmailfrom',
    'badmailfrom reject naughty',
    'badmailfrom reject 0',
    'badmailfrom reject_type temp',
  ],
  ['badmailfromto'],
  ['badrcptto', 'check_badrcptto'],
  ['headers', 'headers require From,Date', 'headers reject 0', 'headers reject_type temp'],
  ['loop', 'check_loop 4', 'loop 3'],
]
const NAUGHTY: readonly [string, string] = ['naughty', 'naughty reject data']

const POOLS: Readonly<Record<string, readonly string[]>> = {
  relayclients: ['127.0.0.7', '127.1.'],
  norelayclients: ['127.1.1.'],
  rcpthosts: ['example.org', '.sub.example.org'],
  dnsbl_zones: ['bl.example'],
  dnsbl_allow: ['127.0.0.5', '127.2.'],
  rhsbl_zones: ['dsn.example'],
  badhelo: ['spammer.example', '^dyn-[0-9]+'],
  badmailfrom: ['@spam.example', 'bad@ok.example', '^bulk-', 'told@ok.example You know why'],
  badmailfromto: ['bad2@ok.example\tann@example.org', '@mx-only.example\tbob@example.org'],
  badrcptto: ['gone@example.org', '@closed.sub.example.org', '^trap-'],
  whitelisthosts: ['127.0.0.8', '127.3.'],
  whitelisthelo: ['friend.example'],
  whitelistsenders: ['vip@spam.example', 'vip.example'],
  whitelistrcpt: ['list@elsewhere.example'],
  invalid_resolvable_fromhost: ['127.0.0.0/8'],
}

const CLIENTS: readonly [string, ...string[]] = [
  '127.0.0.1',
  '127.0.0.5',
  '127.0.0.6',
  '127.0.0.7',
  '127.0.0.8',
  '127.1.0.1',
  '127.1.1.1',
  '127.2.0.1',
  '127.3.0.1',
]
const HELO_NAMES: readonly [string, ...string[]] = [
  'client.example',
  'friend.example',
  'spammer.example',
  'dyn-17.isp.example',
  'unknown.example',
  'nodots',
  'localhost',
  '[127.0.0.1]',
]
const SENDERS: readonly [string, ...string[]] = [
  '',
  'ann@ok.example',
  'Ann@OK.example',
  'bad@ok.example',
  'bad2@ok.example',
  'told@ok.example',
  'x@spam.example',
  'vip@spam.example',
  'a@vip.example',
  'bulk-7@ok.example',
  'a@mx-only.example',
  'a@inside.example',
  'a@nowhere.example',
  'a@listed.example',
]
const RECIPIENTS: readonly [string, ...string[]] = [
  'ann@example.org',
  'bob@example.org',
  'Gone@Example.org',
  'trap-9@example.org',
  'a@sub.example.org',
  'a@x.sub.example.org',
  'a@closed.sub.example.org',
  'x@elsewhere.example',
  'list@elsewhere.example',
  'postmaster@example.org',
  'postmaster',
  'ann@mx.example.org',
]
const NOISE: readonly [string, ...string[]] = [
  'NOOP',
  'RSET',
  'VRFY ann',
  'HELP',
  'BLAH blah',
  'XYZ',
  'EHLO client.example',
  'MAIL FROM:ann@ok.example',
  'RCPT TO:<>',
  'RCPT TO:<nobody>',
  'RCPT TO:<ann@example.org>',
  'DATA',
  '',
]
const FIELDS: readonly string[] = ['From: ann@ok.example', 'Date: Fri, 20 Nov 2026 12:00:00 +0000', 'Subject: once']

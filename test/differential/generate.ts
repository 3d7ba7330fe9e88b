/** Seeded configurations of qpsmtpd, and dialogues for them. */
import { randomFrom } from '../support/random.ts'
import { LOGIN_FORMS, login } from './login.ts'
import { ALONE, type Forms, LOGGERS, NAUGHTY, PLUGINS, QUEUES } from './plugins.ts'
import { CLIENTS, FIELDS, FIXED, HELO_NAMES, LISTS, LOGINS, NOISE, RECIPIENTS, SENDERS, TOO_BIG } from './pools.ts'

/** Files of a configuration, by name. */
export type Configuration = Readonly<Record<string, string>>

export interface Dialogue {
  /** The client's address, in 127.0.0.0/8. */
  readonly from: string
  /** The first command is said before the greeting. */
  readonly isEarly?: boolean
  readonly steps: readonly Step[]
}

export interface Step {
  readonly command: string
  /** What follows DATA when the server wants it. */
  readonly content?: readonly string[]
  /** What a server is told that asks for more, one answer each time. */
  readonly answers?: readonly ((challenge: string) => string)[]
}

/** So many configurations that all forms of plugins occur, and the commonest together. */
export const FULL = 8
/** With those of plugins that leave nothing to others. */
export const CONFIGURATIONS = FULL + ALONE.length

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

  /** The first ones hold all lists, and between them all forms of all plugins; then come those alone; then chance decides. */
  configuration(number: number): Configuration {
    const isFull = number <= CONFIGURATIONS
    const lists = Object.entries(LISTS).map(([name, lines]) => [name, isFull ? lines : this.#some(lines, 0.7)] as const)
    const plugins = ALONE[number - FULL - 1] ?? this.#plugins(number)
    const files = {
      ...Object.fromEntries(lists),
      ...FIXED,
      plugins: [...plugins, 'rcpt_ok', isFull ? formOf(QUEUES, number) : this.#one(QUEUES)],
      logging: ['logging/warn LOGINFO', ...(isFull ? [] : this.#some(LOGGERS))],
    }
    return Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, linesOf(lines)]))
  }

  #plugins(number: number): readonly string[] {
    const isFull = number <= FULL
    const plugins = isFull
      ? PLUGINS.map((forms) => formOf(forms, number))
      : this.#some(PLUGINS, 0.75).map((forms) => this.#one(forms))
    const naughty = isFull ? formOf(NAUGHTY, number + 1) : this.#one(NAUGHTY)
    return [...plugins, plugins.some((line) => line.includes('naughty')) ? naughty : ''].filter((line) => line !== '')
  }

  dialogue(): Dialogue {
    const transactions = this.#one([1, 1, 2, 3])
    const steps = [
      ...(this.#chance(0.95) ? [{ command: this.#greeting() }] : []),
      ...(this.#chance(0.1) ? [{ command: 'STARTTLS' }, { command: this.#greeting() }] : []),
      ...(this.#chance(0.2) ? [this.#login()] : []),
      ...Array.from({ length: transactions }, () => this.#transaction()).flat(),
      { command: 'QUIT' },
    ]
    return {
      from: this.#one(CLIENTS),
      isEarly: this.#chance(0.05),
      steps: steps.flatMap((step) => (this.#chance(0.12) ? [this.#noise(), step] : [step])),
    }
  }

  #greeting(): string {
    return `${this.#one(['EHLO', 'EHLO', 'HELO', 'ehlo'])} ${this.#one(HELO_NAMES)}`
  }

  #login(): Step {
    const [user, password] = this.#one(LOGINS)
    return login(this.#one(LOGIN_FORMS), user, password)
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
      ...(this.#chance(0.05) ? TOO_BIG : []),
    ]
  }
}

function formOf(forms: Forms, number: number): string {
  return forms[(number - 1) % forms.length] ?? forms[0]
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

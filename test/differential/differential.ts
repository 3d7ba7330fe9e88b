/** Plays generated dialogues to qpsmtpd and to Postern, over the same configuration, and says where they differ. */
import { join } from 'node:path'
import { dnsServer } from '../support/dns-server.ts'
import { serve } from '../support/served-site.ts'
import { smtpSink } from '../support/smtp-sink.ts'
import { type Allowed, readAllowed } from './allowed.ts'
import { CONFIGURATIONS, type Configuration, type Dialogue, Generator } from './generate.ts'
import { type Exchange, play } from './play.ts'
import { startQpsmtpd } from './qpsmtpd.ts'
import { RARE } from './rare.ts'
import { shownReply } from './reply.ts'
import { workplace } from './workplace.ts'
import { answering } from './zone.ts'

export interface Found {
  readonly configuration: Configuration
  readonly dialogue: Dialogue
  /** Those before it, and the one that differs. */
  readonly exchanges: readonly Exchange[]
}

export interface Outcome {
  readonly sessions: number
  readonly exchanges: number
  /** Differences that no row of the table explains. */
  readonly unexplained: readonly Found[]
  /** How often each row of the table was seen. */
  readonly seen: ReadonlyMap<Allowed, number>
}

/** Over one configuration, usually: a start of both programs takes as long as some of them. */
export const DIALOGUES = 48

export interface Plan {
  readonly seed: number
  readonly configurations: number
  /** For each configuration. */
  readonly dialogues: number
}

export async function compare(
  plan: Plan,
  onConfiguration: (number: number) => void = () => undefined,
): Promise<Outcome> {
  const generator = new Generator(plan.seed)
  const tally = new Tally()
  for (let number = 1; number <= plan.configurations; number += 1) {
    onConfiguration(number)
    const configuration = generator.configuration(number)
    const rare = number <= CONFIGURATIONS ? RARE : []
    const random = Array.from({ length: plan.dialogues - rare.length }, () => generator.dialogue())
    const dialogues = [...rare, ...random]
    await comparing(configuration, dialogues, tally)
  }
  return tally
}

async function comparing(configuration: Configuration, dialogues: readonly Dialogue[], tally: Tally): Promise<void> {
  const ending = new Ending()
  try {
    const dns = await dnsServer(answering)
    ending.after(() => dns.close())
    const next = await smtpSink()
    ending.after(() => next.close())
    const place = workplace(ending, configuration, { dns: dns.address, nextServer: next.port })
    const theirs = await startQpsmtpd(ending, place, dns.address)
    const inside = (name: string): string => join(place.etc, name)
    const site = { root: place.root, file: inside('plugins'), listeners: 1, path: inside, write: () => undefined }
    const { port: ours } = await serve(ending, site)
    const most = configuration['plugins']?.includes('hosts_allow') ? AT_ONCE.ofOneClient : AT_ONCE.inAll
    const played = await atOnce(most, dialogues, (dialogue) => play(dialogue, { theirs, ours }))
    for (const [dialogue, exchanges] of played) tally.add(configuration, dialogue, exchanges)
  } finally {
    await ending.run()
  }
}

/**
 * So many dialogues at the same time: some of them only wait. hosts_allow counts the sessions of a client, and most are
 * of one.
 */
const AT_ONCE = { inAll: 16, ofOneClient: 2 } as const

/** In the order of the items. */
async function atOnce<T, R>(
  most: number,
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<readonly (readonly [T, R])[]> {
  const results = new Map<T, R>()
  const waiting = items.values()
  const worker = async (): Promise<void> => {
    for (const item of waiting) results.set(item, await work(item))
  }
  await Promise.all(Array.from({ length: most }, worker))
  return [...results].toSorted(([one], [other]) => items.indexOf(one) - items.indexOf(other))
}

/** What a test does at its end, for who is none: last first. */
class Ending {
  readonly #steps: (() => unknown)[] = []

  after(step: () => unknown): void {
    this.#steps.unshift(step)
  }

  async run(): Promise<void> {
    for (const step of this.#steps) await step()
  }
}

class Tally implements Outcome {
  readonly #allowed = readAllowed()
  readonly seen = new Map<Allowed, number>(this.#allowed.map((one) => [one, 0]))
  readonly unexplained: Found[] = []
  sessions = 0
  exchanges = 0

  add(configuration: Configuration, dialogue: Dialogue, exchanges: readonly Exchange[]): void {
    this.sessions += 1
    this.exchanges += exchanges.length
    const scene = { configuration, from: dialogue.from, isEarly: dialogue.isEarly ?? false }
    for (const [index, exchange] of exchanges.entries()) {
      if (shownReply(exchange.theirs) === shownReply(exchange.ours)) continue
      const row = this.#allowed.find((one) => one.fits(exchange, exchanges.slice(0, index), scene))
      if (row) this.seen.set(row, (this.seen.get(row) ?? 0) + 1)
      else this.unexplained.push({ configuration, dialogue, exchanges: exchanges.slice(0, index + 1) })
    }
  }
}

/** For people: what was said up to the difference, over which plugins. */
export function describeFound({ configuration, dialogue, exchanges }: Found): string {
  const lines = exchanges.map(({ at, command, theirs, ours }) => {
    const [one, other] = [shownReply(theirs), shownReply(ours)]
    return `  ${at} ${command}\n    qpsmtpd: ${one}${one === other ? '' : `\n    Postern: ${other}`}`
  })
  return `${dialogue.from} over ${(configuration['plugins'] ?? '').trim().replaceAll('\n', ', ')}\n${lines.join('\n')}`
}

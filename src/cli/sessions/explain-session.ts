/** One session through a site's rules, offline. */
import type { Decision } from '../../core/decision.ts'
import { type DnsWords, inDnsWords } from '../../core/net/dns-words.ts'
import type { DnsAnswer } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Site } from '../../core/site.ts'
import { createDispatcher } from '../../engine/dispatch.ts'
import { offlinePolicies } from '../../testing/offline-policies.ts'
import { offlinePorts, type OfflineWorld } from '../../testing/offline-ports.ts'
import type { SessionRecord } from '../../testing/session-record.ts'
import { walk } from '../../testing/walk.ts'
import { CommandError } from '../exit-code.ts'
import { offlineWorld } from '../offline.ts'
import { withOwnFiles } from './own-files.ts'
import { policySource } from '../wiring.ts'

/**
 * What the record does not answer: a DNS question, a word that asks the world, an entry to write under `sources`, or an entry
 * of the session itself.
 */
export interface Unanswered {
  readonly kind: 'dns' | 'word' | 'source' | 'question'
  readonly what: string
  /** Of a list outside: its URL as findings show it. */
  readonly source?: string
}

export interface Explained {
  readonly decisions: readonly Decision[]
  readonly accepted: readonly string[]
  readonly relay_client: boolean
  readonly asked: readonly Unanswered[]
  /** Questions to the DNS and what it said, as a session has them. */
  readonly heard?: Readonly<Record<string, DnsWords>>
}

export interface Circumstances {
  readonly message: Buffer | undefined
  /** Asks the DNS what the record does not answer. */
  readonly live: ((question: string) => Promise<DnsAnswer>) | undefined
}

export async function explainSession(
  site: Site,
  record: SessionRecord,
  { message, live }: Circumstances,
): Promise<Explained> {
  const gaps = new Gaps(live)
  const ports = withOwnFiles(offlinePorts(record, { ...offlineWorld(), ...gaps.listeners }), record)
  const { clock, log, sources } = ports
  const { hostname, program, limits, policies: plan } = site
  try {
    const walked = await walk(record, {
      dispatch: createDispatcher(program, { deadline: limits.handler_deadline, trace: true }),
      hostname,
      isolated: false,
      message,
      ports,
      policies: offlinePolicies(record, { plan, open: policySource, clock, log, sources }),
      split: program.split,
    })
    const { decisions, accepted, connection } = walked
    return { decisions, accepted, relay_client: connection.relayClient, ...gaps.told() }
  } catch (fault) {
    throw new CommandError(reasonOf(fault))
  }
}

/** What the record leaves open: the DNS may be asked instead, the rest is noted. */
class Gaps {
  readonly #live: Circumstances['live']
  readonly #asked = new Map<string, Unanswered>()
  readonly #heard = new Map<string, DnsAnswer>()
  readonly listeners: Omit<OfflineWorld, 'clock' | 'log' | 'store'> = {
    onMissingDns: (question) => this.#resolve(question),
    onMissingAnswer: (word) => this.#note({ kind: 'word', what: word }),
    onMissingQuestion: (entry) => this.#note({ kind: 'question', what: entry }),
    onMissingSource: (entry, source) => this.#note({ kind: 'source', what: entry, source }),
  }

  constructor(live: Circumstances['live']) {
    this.#live = live
  }

  told(): Pick<Explained, 'asked' | 'heard'> {
    const heard = [...this.#heard].map(([question, answer]) => [question, inDnsWords(answer)] as const)
    return { asked: [...this.#asked.values()], ...(heard.length > 0 && { heard: Object.fromEntries(heard) }) }
  }

  async #resolve(question: string): Promise<DnsAnswer> {
    const answer = this.#heard.get(question) ?? (await this.#live?.(question))
    if (answer) this.#heard.set(question, answer)
    else this.#note({ kind: 'dns', what: question })
    return answer ?? { kind: 'failed', because: 'not recorded' }
  }

  #note(one: Unanswered): void {
    this.#asked.set(one.what, one)
  }
}

/** One session through a site's rules, offline. */
import type { Decision } from '../core/decision.ts'
import { type DnsWords, inDnsWords } from '../core/dns-words.ts'
import type { DnsAnswer } from '../core/ports.ts'
import { reasonOf } from '../core/reason.ts'
import type { Site } from '../core/site.ts'
import { createDispatcher } from '../engine/dispatch.ts'
import { offlinePolicies } from '../testing/offline-policies.ts'
import { offlinePorts } from '../testing/offline-ports.ts'
import type { SessionRecord } from '../testing/session-record.ts'
import { walk } from '../testing/walk.ts'
import { CommandError } from './exit-code.ts'
import { offlineWorld } from './offline.ts'
import { withOwnFiles } from './own-files.ts'
import { policySource } from './wiring.ts'

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
  const asked = new Map<string, Unanswered>()
  const heard = new Map<string, DnsAnswer>()
  const onMissingDns = async (question: string): Promise<DnsAnswer> => {
    const answer = heard.get(question) ?? (await live?.(question))
    if (answer) heard.set(question, answer)
    else asked.set(question, { kind: 'dns', what: question })
    return answer ?? { kind: 'failed', because: 'not recorded' }
  }
  const told = offlinePorts(record, {
    ...offlineWorld(),
    onMissingDns,
    onMissingAnswer: (word) => asked.set(word, { kind: 'word', what: word }),
    onMissingQuestion: (entry) => asked.set(entry, { kind: 'question', what: entry }),
    onMissingSource: (entry, source) => asked.set(entry, { kind: 'source', what: entry, source }),
  })
  const ports = withOwnFiles(told, record)
  try {
    const walked = await walk(record, {
      dispatch: createDispatcher(site.program, { deadline: site.limits.handler_deadline, trace: true }),
      hostname: site.hostname,
      isolated: false,
      message,
      ports,
      policies: offlinePolicies(record, {
        plan: site.policies,
        open: policySource,
        clock: ports.clock,
        log: ports.log,
        sources: ports.sources,
      }),
      split: site.program.split,
    })
    return {
      decisions: walked.decisions,
      accepted: walked.accepted,
      relay_client: walked.connection.relayClient,
      asked: [...asked.values()],
      ...(heard.size > 0 && {
        heard: Object.fromEntries([...heard].map(([question, answer]) => [question, inDnsWords(answer)])),
      }),
    }
  } catch (fault) {
    throw new CommandError(reasonOf(fault))
  }
}

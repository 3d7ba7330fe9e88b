/**
 * Which rules after DATA know recipients apart, and by what.
 *
 * One message has one answer, so recipients share a transaction only as far as they are the same to these rules; the
 * dispatcher asks their chains for each part of the recipients on its own.
 */
import type { Address } from '../../core/mail/address.ts'
import { HOOK_TABLE, type Hook } from '../../core/hook.ts'
import type { OnSplit, RecipientKey, Split } from '../../core/program.ts'
import type { Recipient } from '../../core/session.ts'
import { addressKey, localKey, splitDetail } from '../../core/mail/address.ts'
import type { Report, Span } from '../../language/diagnostic.ts'

const AFTER_DATA: ReadonlySet<string> = new Set(['envelope', 'headers', 'message'])

export function isAfterData(hook: Hook): boolean {
  return AFTER_DATA.has(HOOK_TABLE[hook].stage)
}

interface Reader {
  readonly hook: Hook
  readonly plugin: string
  readonly rule: string | undefined
}

interface Read extends Reader {
  readonly at: Span
  readonly key: RecipientKey
}

/** What a chain with such a read could do that is one recipient's business. */
export interface Deed extends Reader {
  readonly at: Span
  /** `delays`: at RCPT, a refusal to be said when the message is there. */
  readonly kind: 'refuses' | 'edits' | 'delivers' | 'delays'
}

function mailboxOf<T>(address: Address, read: (local: string, domain: string) => T): T | undefined {
  return address.kind === 'mailbox' ? read(localKey(address.local), address.domain) : undefined
}

type ReadRecipient = RecipientKey['read']

/** Facts that belong to a recipient; what has parameters, by its parameter. */
const RECIPIENT_FACTS: ReadonlyMap<string, (parameter: string) => ReadRecipient> = new Map<
  string,
  (parameter: string) => ReadRecipient
>([
  ['rcpt', () => wholeRecipient],
  [
    'rcpt.user',
    () =>
      ({ address }) =>
        mailboxOf(address, (local) => local),
  ],
  [
    'rcpt.detail',
    () =>
      ({ address }) =>
        mailboxOf(address, (local) => splitDetail(local, '+').detail),
  ],
  [
    'rcpt.domain',
    () =>
      ({ address }) =>
        mailboxOf(address, (_, domain) => domain),
  ],
  [
    'rcpt.params.NAME',
    (name) =>
      ({ params }) =>
        params.get(name.toUpperCase()),
  ],
])

function wholeRecipient({ address }: Recipient): string {
  return addressKey(address)
}

export class SplitBook {
  readonly #reads: Read[] = []
  readonly #deeds: Deed[] = []
  #grantsImmunity = false
  #asksForHeld = false

  /** Some rule makes single recipients immune. Said before rules are compiled. */
  grantImmunity(): void {
    this.#grantsImmunity = true
  }

  /** A rule asks for a fact. */
  readFact(
    reader: Reader,
    at: Span,
    fact: { readonly name: string; readonly parameter: string; readonly text: string },
  ) {
    const read = RECIPIENT_FACTS.get(fact.name)?.(fact.parameter)
    if (read) this.read(reader, at, { name: fact.text, read })
    if (fact.name === 'quarantined' && reader.hook === 'queue') this.#asksForHeld = true
    if (fact.name === 'immune' && this.#grantsImmunity)
      this.read(reader, at, { name: 'immune', read: ({ immune }) => immune ?? false })
  }

  /** A rule asks a word that looks at the recipient, at what of it nobody says. */
  readWhole(reader: Reader, at: Span): void {
    this.read(reader, at, { name: 'rcpt', read: wholeRecipient })
  }

  read({ hook, plugin, rule }: Reader, at: Span, key: RecipientKey): void {
    this.#reads.push({ hook, plugin, rule, at, key })
  }

  do({ hook, plugin, rule }: Reader, at: Span, kind: Deed['kind']): void {
    this.#deeds.push({ hook, plugin, rule, at, kind })
  }

  /** Whether this chain knows recipients apart. */
  isRead({ hook, plugin }: Pick<Reader, 'hook' | 'plugin'>): boolean {
    return isAfterData(hook) && this.#reads.some((read) => read.hook === hook && read.plugin === plugin)
  }

  /** Undefined where nothing is read, or the site does not say what follows. */
  split(on: OnSplit | undefined): Split | undefined {
    const reads = this.#reads.filter(({ hook }) => isAfterData(hook))
    const keys = new Map(reads.map(({ key }) => [key.name, key]))
    return on === undefined || keys.size === 0 ? undefined : { on, keys: [...keys.values()] }
  }

  /** What is kept aside has to go somewhere. */
  checkQuarantine(
    recipients: { readonly onSplit: OnSplit | undefined; readonly at: Span } | undefined,
    report: Report,
  ) {
    if (recipients?.onSplit !== 'quarantine' || this.#asksForHeld) return
    report.add({
      code: 'POL006',
      at: recipients.at,
      message: 'nothing at `queue` takes what is kept aside: those who refused the message would have it',
      help: 'add a rule before the others: `match: { quarantined: true }`, `deliver: { maildir: { path: … } }`',
    })
  }

  check(on: OnSplit | undefined, report: Report): void {
    for (const deed of this.#deeds) {
      const problem = isAfterData(deed.hook) || deed.kind === 'delays' ? PROBLEMS[deed.kind](deed, on) : undefined
      const read = problem && this.#reads.find((one) => tellsApart(one, deed))
      if (!problem || !read) continue
      report.add({
        code: 'POL006',
        at: deed.at,
        hook: deed.hook,
        ...(deed.rule !== undefined && { rule: deed.rule }),
        ...problem,
        labels: [{ ...read.at, text: 'recipients differ here' }],
      })
    }
  }
}

interface Problem {
  readonly message: string
  readonly help: string
}

/**
 * A chain that knows recipients apart does so in each of its rules. At RCPT, each rule is for itself; to refuse a message because
 * of one of its recipients may be meant, but what one recipient has said holds for nobody else.
 */
function tellsApart({ hook, plugin, rule, key }: Read, deed: Deed): boolean {
  if (hook !== deed.hook || plugin !== deed.plugin) return false
  return deed.kind !== 'delays' || (/^(?:policy\.|skip )/.test(key.name) && (rule ?? deed.rule) === deed.rule)
}

const PROBLEMS: Readonly<Record<Deed['kind'], (deed: Deed, on: OnSplit | undefined) => Problem | undefined>> = {
  delays: () => ({
    message: 'this refuses one recipient, and would be said to all of them',
    help: 'say it to that recipient: delete `reply_at`',
  }),
  refuses({ hook }, on) {
    if (on === undefined)
      return {
        message: 'this refuses a message for some of its recipients, and nothing says what the others hear',
        help: 'say it in the site file: `recipients: { on_split: defer_different }`',
      }
    if (on === 'defer_different' || hook === 'data_post') return undefined
    return {
      message: `with \`on_split: ${on}\` recipients are judged one by one at \`data_post\`, not at \`${hook}\``,
      help: 'move the rule to the `data_post` chain',
    }
  },
  edits: (_, on) => onlyApart(on, 'one message has one header section', 'differ'),
  delivers: (_, on) => onlyApart(on, 'one message is delivered once', 'go different ways'),
}

function onlyApart(on: OnSplit | undefined, why: string, what: string): Problem | undefined {
  if (on === undefined || on === 'defer_different') return undefined
  return {
    message: `${why}: with \`on_split: ${on}\` it cannot ${what} by recipient`,
    help: 'write `on_split: defer_different` in the site file',
  }
}

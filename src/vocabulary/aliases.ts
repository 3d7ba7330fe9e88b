/**
 * aliases: is the recipient an alias, and whom does it stand for?
 *
 * Aliases of aliases are followed. `ann: ann, bob` is ann herself and bob; aliases that lead back to one another, that stand
 * for too many, or that cannot be read are unknown: mail for them goes nowhere.
 */
import { type Address, addressKey, addressText, type Mailbox, mailbox } from '../core/mail/address.ts'
import type { HookContext } from '../core/context.ts'
import { defineMatcher, type Match } from '../core/word.ts'
import { readTargets } from './shared/alias-targets.ts'
import { type Listed, type LookUp, lookUpRecipient, SEPARATORS } from './shared/recipient-look-up.ts'

export const aliases = defineMatcher({
  name: 'aliases',
  summary: 'The recipient is an alias',
  reference: 'aliases(5); RFC 5321 section 3.9.1; qpsmtpd plugins aliases, aliases_check',
  stage: 'recipient',
  options: {
    type: 'object',
    properties: {
      list: {
        'x-list': 'recipient',
        'x-outside': true,
        description: 'Lines of an alias and the addresses it stands for, with commas between them',
      },
      separators: SEPARATORS,
      hostname: {
        type: 'string',
        default: '',
        description: 'Domain of the bare postmaster; without it he is no alias',
      },
      most: {
        type: 'integer',
        minimum: 1,
        default: 1000,
        description: 'More look-ups than these are too many for one recipient',
      },
    },
    required: ['list'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  finds: {
    addresses: 'Whom it stands for, one address a line: for `deliver_to`',
    entry: 'The entry, as written',
    detail: 'What had to be left out to find it, separator included; absent when nothing had to',
  },
  compile({ separators, most, hostname }, tools) {
    const lookUp = tools.lookUp('list')
    const postmaster = mailbox('postmaster', hostname)
    return async (context) => {
      const address = context.recipient?.address
      if (!address) return { truth: 'unknown', because: 'there is no recipient yet' }
      const expansion = new Expansion({ separators, most, lookUp }, context)
      return expansion.start(address.kind === 'postmaster' ? postmaster : address)
    }
  },
})

interface Settings {
  readonly separators: string
  readonly most: number
  readonly lookUp: LookUp
}

/** Ends the expansion of one recipient. */
class AliasFault extends Error {}

class Expansion {
  readonly #settings: Settings
  readonly #context: HookContext
  readonly #found = new Map<string, Mailbox>()
  readonly #done = new Set<string>()
  #lookUps = 0

  constructor(settings: Settings, context: HookContext) {
    this.#settings = settings
    this.#context = context
  }

  async start(address: Address | undefined): Promise<Match> {
    if (address?.kind !== 'mailbox') return { truth: 'miss' }
    try {
      const listed = await this.#lookUp(address)
      if (!listed) return { truth: 'miss' }
      await this.#expand(address, listed, [addressKey(address)])
      return this.#match(listed)
    } catch (fault) {
      if (fault instanceof AliasFault) return { truth: 'unknown', because: fault.message }
      throw fault
    }
  }

  #match({ entry, detail }: Listed): Match {
    const addresses = Array.from(this.#found.values(), addressText).join('\n')
    const found = { addresses, entry: entry.text, ...(detail !== '' && { detail }) }
    return { truth: 'hit', because: `\`${entry.text}\` at ${entry.at}`, found }
  }

  async #lookUp(address: Mailbox): Promise<Listed | undefined> {
    const { separators, most, lookUp } = this.#settings
    this.#lookUps += 1
    if (this.#lookUps > most) throw new AliasFault(`more than ${most} addresses`)
    const answer = await lookUpRecipient(address, separators, lookUp, this.#context)
    if (answer.truth === 'unknown') throw new AliasFault(answer.because)
    return answer.truth === 'hit' ? answer.listed : undefined
  }

  /** `path` is the aliases that led here. */
  async #expand(alias: Mailbox, { entry, detail }: Listed, path: readonly string[]): Promise<void> {
    const targets = readTargets(entry.reason ?? '', alias, detail)
    if (!targets.ok) throw new AliasFault(`${entry.at}: ${targets.problem}`)
    for (const target of targets.addresses) await this.#visit(target, path)
  }

  async #visit(target: Mailbox, path: readonly string[]): Promise<void> {
    const key = addressKey(target)
    if (path.at(-1) === key) this.#found.set(key, target)
    else if (path.includes(key)) throw new AliasFault(`aliases in a circle: ${[...path, key].join(', ')}`)
    if (this.#done.has(key) || path.includes(key)) return
    this.#done.add(key)
    const listed = await this.#lookUp(target)
    if (listed) await this.#expand(target, listed, [...path, key])
    else this.#found.set(key, target)
  }
}

/**
 * Looks a recipient up as delivery agents do: as it is, then without its detail, shorter and shorter (`ann-lists-go`,
 * `ann-lists`, `ann`). An entry for a whole domain counts only when none of them is listed.
 */
import { type Address, mailbox } from '../../core/mail/address.ts'
import type { HookContext } from '../../core/context.ts'
import type { ListAnswer, ListEntry } from '../../core/list.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import type { CompileTools } from '../../core/word.ts'

export const SEPARATORS = {
  type: 'string',
  default: '+',
  description: 'Characters that a detail begins with, such as `+-`; empty when addresses have none',
} as const

export type LookUp = ReturnType<CompileTools['lookUp']>

export interface Listed {
  readonly entry: ListEntry
  /** What was left out to find it, separator included. */
  readonly detail: string
}

export type RecipientAnswer =
  | { readonly truth: 'hit'; readonly listed: Listed }
  | { readonly truth: 'miss' }
  | { readonly truth: 'unknown'; readonly because: string }

/** A client chooses how many separators there are, and each may cost a look-up. */
const MOST_CUTS = 8

export function lookUpRecipient(
  address: Address,
  separators: string,
  lookUp: LookUp,
  context: HookContext,
): MaybePromise<RecipientAnswer> {
  const forms = formsOf(address, separators)
  const ask = (from: number, wide: Listed | undefined): MaybePromise<RecipientAnswer> => {
    const form = forms[from]
    if (!form) return wide ? { truth: 'hit', listed: wide } : { truth: 'miss' }
    return andThen(lookUp(form.address, context), (answer): MaybePromise<RecipientAnswer> => {
      if (answer.truth === 'unknown') return unknown(answer)
      const { entry } = answer
      if (answer.truth === 'miss' || !entry) return ask(from + 1, wide)
      if (entry.text.startsWith('@')) return ask(from + 1, wide ?? { entry, detail: '' })
      return { truth: 'hit', listed: { entry, detail: form.detail } }
    })
  }
  return ask(0, undefined)
}

function unknown({ because = 'the list does not answer' }: ListAnswer): RecipientAnswer {
  return { truth: 'unknown', because }
}

interface Form {
  readonly address: Address
  readonly detail: string
}

function formsOf(address: Address, separators: string): readonly Form[] {
  const whole = { address, detail: '' }
  if (address.kind !== 'mailbox') return [whole]
  const { local, domain } = address
  const places = Array.from({ length: local.length }, (_, at) => at)
  const cuts = places.filter((at) => at > 0 && separators.includes(local.charAt(at)))
  const shorter = cuts.toReversed().map((at) => ({ at, address: mailbox(local.slice(0, at), domain) }))
  const forms = shorter.flatMap(({ at, address: form }) => (form ? [{ address: form, detail: local.slice(at) }] : []))
  return [whole, ...forms.slice(-MOST_CUTS)]
}

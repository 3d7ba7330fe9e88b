/**
 * After DATA: a chain that knows recipients apart is asked for each part of them, with one of the part as its recipient;
 * every other chain is asked once, for all that have no answer yet.
 */
import type { HookContext } from '../core/context.ts'
import type { Outcome, Spoken } from '../core/outcome.ts'
import type { Split } from '../core/program.ts'
import type { Recipient, Transaction } from '../core/session.ts'
import { mayDiffer, partsOf } from '../core/split.ts'
import { isRefusal } from '../core/verdict.ts'

type Part = readonly Recipient[]

/** Fixed once for a transaction: what rules learn about recipients later moves nobody to another part. */
export function partsIn(
  { connection, transaction, recipient }: HookContext,
  split: Split | undefined,
): readonly Part[] {
  if (!split || recipient || !transaction || transaction.recipients.length === 0) return []
  if (!mayDiffer(split, connection, transaction)) return [transaction.recipients]
  transaction.parts ??= partsOf(split, transaction.recipients)
  return presentIn(transaction.parts, transaction)
}

/** Recipients that were refused meanwhile are not asked about any more. */
function presentIn(parts: readonly Part[], { recipients }: Transaction): readonly Part[] {
  const left = new Set(recipients)
  return parts.map((part) => part.filter((one) => left.has(one))).filter((part) => part.length > 0)
}

/** What a chain is given to know of a part. */
export function contextOf(context: HookContext, part: Part | undefined): HookContext {
  const [recipient] = part ?? []
  return recipient ? { ...context, recipient } : context
}

/** Asks for one chain or part after the other; answers when everybody has an answer, or nobody is left to ask. */
export async function askByParts<Turn extends { readonly chain: { readonly perRecipient?: boolean } }>(
  turns: readonly Turn[],
  parts: readonly Part[],
  ask: (turn: Turn, part: Part | undefined) => Promise<Spoken | undefined>,
): Promise<ReadonlyMap<Part, Spoken>> {
  const answers = new Map<Part, Spoken>()
  const open = (): readonly Part[] => parts.filter((part) => !answers.has(part))
  for (const turn of turns) {
    for (const group of groupsOf(open(), turn.chain.perRecipient ?? false)) {
      const spoken = await ask(turn, group.part)
      if (spoken) group.members.forEach((part) => answers.set(part, spoken))
    }
  }
  return answers
}

interface Group {
  /** Absent: the chain does not know them apart. */
  readonly part?: Part
  readonly members: readonly Part[]
}

function groupsOf(open: readonly Part[], isApart: boolean): readonly Group[] {
  if (open.length === 0) return []
  return isApart ? open.map((part) => ({ part, members: [part] })) : [{ members: open }]
}

/** The answer of all where they agree. Where they do not: each recipient's own, and for all what the luckiest heard. */
export function joinAnswers(
  answers: ReadonlyMap<Part, Spoken>,
  parts: readonly Part[],
  recipients: readonly Recipient[],
): { readonly spoken: Spoken | undefined; readonly each?: Outcome['each'] } {
  const spoken = parts.map((part) => answers.get(part))
  const [first] = spoken
  if (spoken.every((one) => one === first)) return { spoken: first }
  const byRecipient = new Map(parts.flatMap((part) => part.map((one) => [one, answers.get(part)] as const)))
  return {
    spoken: spoken.every((one) => one && isRefusal(one.verdict.code)) ? first : undefined,
    each: recipients.map((one) => byRecipient.get(one) ?? { verdict: { code: 'DECLINED' }, by: undefined }),
  }
}

/** Two steps to the same rules everywhere: all workers load and hold, and only when all can, all change. */
import type { Problem } from './loading.ts'
import type { FromWorker } from './worker-messages.ts'
import type { WorkerProcess } from './worker-process.ts'

export type Agreement =
  | { readonly kind: 'agreed' }
  /** Somebody has read other files than were checked. */
  | { readonly kind: 'different' }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

type Hear = (worker: WorkerProcess, message: FromWorker | { readonly kind: 'ended' }) => void

export interface Round {
  readonly members: readonly WorkerProcess[]
  readonly round: number
  /** What was checked. */
  readonly revision: string
  /** The answer ends the listening. */
  readonly listen: (hear: Hear) => () => void
}

/** A worker that ends meanwhile has no say. Resolves when all the others have answered. */
export async function agree({ members, round, revision, listen }: Round): Promise<Agreement> {
  const waiting = new Set(members)
  const answers: Agreement[] = []
  const { promise: done, resolve } = Promise.withResolvers<void>()
  const stop = listen((worker, message) => {
    const answer = answerIn(message, round, revision)
    if (answer === undefined || !waiting.delete(worker)) return
    if (answer !== 'ended') answers.push(answer)
    if (waiting.size === 0) resolve()
  })
  for (const worker of members) worker.tell({ kind: 'prepare', round })
  if (members.length > 0) await done
  stop()
  return answers.find(({ kind }) => kind === 'refused') ?? answers.find(({ kind }) => kind === 'different') ?? AGREED
}

const AGREED: Agreement = { kind: 'agreed' }

function answerIn(message: Parameters<Hear>[1], round: number, revision: string): Agreement | 'ended' | undefined {
  if (message.kind === 'ended') return 'ended'
  if (message.kind === 'prepared' && message.round === round)
    return message.revision === revision ? AGREED : { kind: 'different' }
  if (message.kind === 'unprepared' && message.round === round) return { kind: 'refused', problems: message.problems }
  return undefined
}

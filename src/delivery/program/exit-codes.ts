/**
 * What a program's end means for the message.
 *
 * 0 is delivered. Refused is only what speaks of the message or its recipient; everything else, also a program that is not
 * there, crashes or takes too long, is a fault of this site and is deferred, so that no mistake here sends mail back.
 */
import type { DeliveryJob, DeliveryOutcome } from '../../core/delivery.ts'
import type { ProgramEnd } from './run.ts'

export interface Refusal {
  readonly text: string
  readonly status: string
}

/** sysexits.h, and 100 as qmail-command has it. */
export const SYSEXITS: ReadonlyMap<number, Refusal> = new Map([
  [65, { text: 'Message was found to be malformed', status: '5.6.0' }],
  [67, { text: 'No such recipient', status: '5.1.1' }],
  [68, { text: 'No such host', status: '5.1.2' }],
  [77, { text: 'Message was not permitted', status: '5.7.1' }],
  [100, { text: 'Message was refused', status: '5.3.0' }],
])

/** Logs every end but 0, with what the program said; the client hears none of that. */
export function outcomeOf(
  end: ProgramEnd,
  refusals: ReadonlyMap<number, Refusal>,
  file: string,
  { id, ports }: DeliveryJob,
): DeliveryOutcome {
  if (end.kind === 'exit' && end.code === 0) return { kind: 'delivered', text: `Queued! ${id}` }
  const output = end.kind === 'absent' ? undefined : end.output.trim()
  const because = end.kind === 'exit' ? `exit code ${end.code}` : end.because
  ports.log.write('warn', { transaction: id, program: file, because, output }, 'delivery program failed')
  const refusal = end.kind === 'exit' ? refusals.get(end.code) : undefined
  if (refusal !== undefined) return { kind: 'refused', ...refusal }
  return { kind: 'deferred', text: `Delivery failed (${said(end)})`, status: '4.3.0' }
}

function said(end: ProgramEnd): string {
  if (end.kind === 'exit') return `exit code ${end.code}`
  return end.kind === 'killed' ? 'it was stopped' : 'it could not be started'
}

/** One message, one program, one outcome. */
import { isAbsolute } from 'node:path'
import type { DeliveryJob, DeliveryOutcome } from '../../core/delivery.ts'
import { BARE_LINE_END, BareLineEnd } from '../line-ends.ts'
import { checkTimeout } from '../options.ts'
import { type ProgramEnd, type ProgramRun, runProgram } from './run.ts'

export type Use = Omit<ProgramRun, 'clock'>

/** `judge` makes an outcome of the program's end. A message with a bare CR or LF is refused, and the program killed. */
export async function deliverTo(
  use: Use,
  job: DeliveryJob,
  judge: (end: ProgramEnd) => DeliveryOutcome,
): Promise<DeliveryOutcome> {
  try {
    return judge(await runProgram({ ...use, clock: job.ports.clock }))
  } catch (fault) {
    if (fault instanceof BareLineEnd) return BARE_LINE_END
    throw fault
  }
}

/** For `compile`. Throws an Error with a plain sentence. */
export function checkProgram(file: string, timeout: number): void {
  if (!isAbsolute(file)) throw new Error('the program must be an absolute path')
  checkTimeout(timeout)
}

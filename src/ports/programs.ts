/**
 * Programs that rules ask: started without a shell, bounded in number, time and output, and killed with all they have started.
 */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock, ProgramAnswer, ProgramUse, RunProgram } from '../core/ports.ts'
import { reasonOf } from '../core/reason.ts'
import { runProgram } from '../delivery/program/run.ts'
import { gate } from './gate.ts'

/**
 * At the same time, in one process: clients choose how many messages there are. The others wait, until the time of
 * their rule is up.
 */
export const PROGRAM_BOUNDS = { most: 50 } as const

export function programRunner(clock: Pick<Clock, 'after'>): RunProgram {
  const enter = gate(PROGRAM_BOUNDS.most)
  return async (use) => {
    try {
      return await enter(() => run(use, clock))
    } catch (fault) {
      return { kind: 'failed', because: reasonOf(fault) }
    }
  }
}

async function run(use: ProgramUse, clock: Pick<Clock, 'after'>): Promise<ProgramAnswer> {
  const { program, arguments: args, input, file, signal, milliseconds: timeout, mostOutput } = use
  if (signal?.aborted) return { kind: 'failed', because: `${program}: nobody waits for it any more` }
  if (file !== undefined) await pipeline(Readable.from(input), createWriteStream(file))
  const end = await runProgram({
    file: program,
    args,
    input: file === undefined ? input : [],
    timeout,
    mostOutput,
    clock,
    ...(signal && { signal }),
  })
  if (end.kind === 'exit') return end
  const because = end.kind === 'absent' ? `it could not be started (${end.because})` : end.because
  return { kind: 'failed', because: `${program}: ${because}` }
}

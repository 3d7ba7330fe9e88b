/** What a real Haraka said to the sessions: a line each. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Session } from './sessions.ts'

export const RECORDED = join(import.meta.dirname, 'recorded.ndjson')

export interface Recorded {
  /** Its name. */
  readonly configuration: string
  readonly session: Session
  /** To what was refused first, else to the end of the message. */
  readonly reply: string
}

export function recorded(): readonly Recorded[] {
  const lines = readFileSync(RECORDED, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Recorded)
}

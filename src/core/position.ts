/**
 * Positions in which another mail server holds the session and asks us about it (src/attach).
 *
 * It decides itself what no plugin decides, whether it relays above all, and it delivers: some hooks are never asked.
 */
import type { Hook } from './hook.ts'

export const POSITIONS = ['policy', 'milter'] as const
export type Position = (typeof POSITIONS)[number]

export function isPosition(name: string | undefined): name is Position {
  return POSITIONS.some((position) => position === name)
}

/** What a mail server does by itself. */
const ITS_OWN: readonly Hook[] = ['auth', 'received_line', 'queue', 'queue_post', 'quit', 'vrfy', 'noop', 'help']

const CONTENT: readonly Hook[] = ['data_headers_end', 'data_post_headers', 'data_post', 'queue_pre']

export const NEVER_ASKED: Readonly<Record<Position, ReadonlySet<Hook>>> = {
  policy: new Set([...ITS_OWN, ...CONTENT, 'unrecognized_command']),
  milter: new Set(ITS_OWN),
}

/** A session that answers all that its explanation asked: what the world said, and that it did not say the rest. */
import { mergeRecords, type SessionRecord } from '../../testing/session-record.ts'
import type { Explained, Unanswered } from './explain-session.ts'

export function answeredSession(session: SessionRecord, { asked, heard = {} }: Explained): SessionRecord {
  const whole = [{ dns: heard }, ...asked.map(unknown)].reduce(mergeRecords, session)
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => !isEmpty(value)))
}

function unknown({ kind, what, source = '' }: Unanswered): SessionRecord {
  switch (kind) {
    case 'dns':
      return { dns: { [what]: 'SERVFAIL' } }
    case 'word':
      return { answers: { [what]: 'unknown' } }
    case 'source':
      return { sources: { [source]: 'FAILED' } }
    case 'question':
      return JSON.parse(`{${what}}`, (_, value: unknown) => (value === 'NONE' ? 'FAILED' : value)) as SessionRecord
  }
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value === undefined
  return Object.values(value).every(isEmpty)
}

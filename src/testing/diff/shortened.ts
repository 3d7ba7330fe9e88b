/** The shortest form of a session that still shows what it shows. */
import type { SessionRecord } from '../session-record.ts'

/** Without them nobody is answered. */
const KEPT: ReadonlySet<string> = new Set(['sender', 'rcpt'])
const TABLES = ['answers', 'sources', 'sql', 'ldap', 'http', 'env', 'mail_params', 'rcpt_params'] as const

type Shorter = (session: SessionRecord) => SessionRecord

/** Leaves out one thing after the other, as long as `holds` says that nothing is lost. */
export async function shortened(
  session: SessionRecord,
  holds: (shorter: SessionRecord) => Promise<boolean>,
): Promise<SessionRecord> {
  let shortest = session
  for (const shorten of waysToShorten(session)) {
    const shorter = shorten(shortest)
    if (size(shorter) < size(shortest) && (await holds(shorter))) shortest = shorter
  }
  return shortest
}

function waysToShorten(session: SessionRecord): readonly Shorter[] {
  const keys = Object.keys(session).filter((key) => !KEPT.has(key))
  const inner = TABLES.flatMap((table) => Object.keys(session[table] ?? {}).map((name) => withoutEntry(table, name)))
  const fields = (session.headers ?? []).map((field) => withoutField(field))
  return [without('headers', 'body'), ...keys.map((key) => without(key)), ...inner, ...fields]
}

function without(...keys: readonly string[]): Shorter {
  return (session) => Object.fromEntries(Object.entries(session).filter(([key]) => !keys.includes(key)))
}

function withoutEntry(table: (typeof TABLES)[number], name: string): Shorter {
  return (session) => {
    const entries = Object.entries(session[table] ?? {}).filter(([key]) => key !== name)
    return session[table] ? { ...session, [table]: Object.fromEntries(entries) } : session
  }
}

function withoutField(field: readonly [string, string]): Shorter {
  return (session) =>
    session.headers ? { ...session, headers: session.headers.filter((one) => one !== field) } : session
}

function size(session: SessionRecord): number {
  return JSON.stringify(session).length
}

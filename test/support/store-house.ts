/**
 * A site whose rules count in a store, and what it answers: `open@…` is let through and `closed@…` deferred while the store
 * is away, and both are accepted while it answers.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type SiteFiles, writeSite } from '../faults/server.ts'
import { smtpClient } from './smtp-client.ts'

const RULES = `plugin: counted
hooks:
  mail:
    - id: open
      match: { sender.user: open, rate: { key: "\${sender.user}", limit: 1000000, per: 1h } }
      on_unknown: skip
      return: DENY
    - id: closed
      match: { sender.user: closed, rate: { key: "\${sender.user}", limit: 1000000, per: 1h } }
      on_unknown: defer
      return: DENY
`

export function countingSite(store: string): SiteFiles {
  const site = writeSite(['./counted.yaml'], `store: "${store}"\nlimits: { connections_per_client: 1000 }`)
  writeFileSync(join(site.directory, 'counted.yaml'), RULES)
  return site
}

export interface Told {
  /** `250`, `450`; `none` when the server hung up. */
  readonly open: string
  readonly closed: string
  /** Milliseconds of the slower MAIL. */
  readonly time: number
}

/** One session that asks both rules. */
export async function tellBoth(port: number): Promise<Told> {
  const client = smtpClient(port)
  const mail = async (user: string): Promise<{ code: string; time: number }> => {
    const began = performance.now()
    client.say(`MAIL FROM:<${user}@sender.example>\r\n`)
    const reply = await client.hearReply()
    client.say('RSET\r\n')
    const time = performance.now() - began
    await client.hearReply()
    return { code: reply.slice(0, 3), time }
  }
  try {
    await client.hearReply()
    client.say('HELO client.example\r\n')
    await client.hearReply()
    const [open, closed] = [await mail('open'), await mail('closed')]
    client.say('QUIT\r\n')
    return { open: open.code, closed: closed.code, time: Math.max(open.time, closed.time) }
  } catch {
    return { open: 'none', closed: 'none', time: 0 }
  } finally {
    client.socket.destroy()
  }
}

export function isServed({ open, closed }: Told): boolean {
  return open === '250' && closed === '250'
}

/** As the rules say for a store that does not answer. */
export function isAway({ open, closed }: Told): boolean {
  return open === '250' && closed.startsWith('4')
}

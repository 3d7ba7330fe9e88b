/**
 * Bad plugins, 100 sessions each: one throws, one rejects, one never settles, one answers nonsense, one answers after its
 * time, one holds the process for a while. Nobody may be stuck, nobody accepted by accident, nobody answered twice.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { smtpClient } from '../support/smtp-client.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const SESSIONS = 100
const AT_ONCE = 20
const DEADLINE_MILLISECONDS = 300
/** A session that has no answer by then is stuck. */
const PATIENCE_MILLISECONDS = 20_000

const PLUGINS: Readonly<Record<string, string>> = {
  throws: "() => { throw new Error('broken') }",
  rejects: "() => Promise.reject(new Error('broken'))",
  'never-settles': '() => new Promise(() => undefined)',
  'answers-nonsense': "() => ({ code: 'YES' })",
  'answers-late': "() => new Promise((resolve) => setTimeout(resolve, 900, { code: 'OK' }))",
  'holds-the-process': '() => { const end = Date.now() + 20; while (Date.now() < end); throw new Error() }',
}

interface Counts {
  deferred: number
  accepted: number
  stuck: number
  other: number
}

export async function inject(): Promise<Figure> {
  const lines: string[] = []
  let met = true
  for (const [name, handler] of Object.entries(PLUGINS)) {
    const { counts, delivered, alive } = await tryPlugin(name, handler)
    met &&= counts.deferred === SESSIONS && delivered === 0 && alive
    const { deferred, accepted, stuck, other } = counts
    lines.push(
      `${name}: ${deferred} deferred, ${accepted} accepted (bar 0), ${stuck} stuck (bar 0), ${other} other (bar 0)${alive ? '' : '; THE SERVER ENDED'}`,
    )
  }
  return { met, lines }
}

async function tryPlugin(
  name: string,
  handler: string,
): Promise<{ counts: Counts; delivered: number; alive: boolean }> {
  const site = writeSite(['./bad.ts'], `limits: { handler_deadline: ${DEADLINE_MILLISECONDS} }`)
  const source = `import { definePlugin } from 'postern'\nexport default definePlugin({ name: 'bad', hooks: { rcpt: ${handler} } })\n`
  writeFileSync(join(site.directory, 'bad.ts'), source)
  const server = await startProcess(site)
  const counts: Counts = { deferred: 0, accepted: 0, stuck: 0, other: 0 }
  for (let done = 0; done < SESSIONS; done += AT_ONCE) {
    const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => session(server.port)))
    for (const answer of answers) counts[kindOf(answer)] += 1
  }
  const alive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  await server.exited
  return { counts, delivered: counts.accepted, alive }
}

function kindOf(answer: string): keyof Counts {
  if (answer === '') return 'stuck'
  if (/^450 .*\r\n354|^250/.test(answer)) return 'accepted'
  return /^450 4\.3\.0 [^\n]*\r\n503 [^\n]*\r\n221 [^\n]*\r\n$/.test(answer) ? 'deferred' : 'other'
}

/** RCPT, then DATA, which must be refused, then QUIT: whatever else is heard is one reply too many. */
async function session(port: number): Promise<string> {
  const client = smtpClient(port)
  const giveUp = setTimeout(() => client.socket.destroy(), PATIENCE_MILLISECONDS)
  try {
    await client.hear('ready\r\n')
    client.say('EHLO client.example\r\nMAIL FROM:<a@client.example>\r\n')
    await client.hear('sender OK\r\n')
    let heard = ''
    for (const command of ['RCPT TO:<b@example.org>', 'DATA']) {
      client.say(`${command}\r\n`)
      heard += await client.hear('\r\n')
    }
    client.say('QUIT\r\n')
    return heard + (await client.rest())
  } catch {
    return ''
  } finally {
    clearTimeout(giveUp)
  }
}

/**
 * A name server that is silent, and name servers that lie.
 *
 * Silent: five lists and a look-up of the sender wait for it, and no phase of a session takes longer than it may.
 * Lying: whatever it says for everything, only a true listing has mail refused, and one line of the log names the list
 * that lies.
 */
import { type Answering, dnsServer } from '../support/dns-server.ts'
import { type Sent, sendOnce } from '../support/load-client.ts'
import { smtpClient } from '../support/smtp-client.ts'
import type { Figure } from './run.ts'
import { type RunningServer, type SiteFiles, startProcess, writeSite } from './server.ts'

const LISTS = 5
const SESSIONS = 50
/** Of one question (c-ares looks at its clock once a second), of one list, of all rules of a hook. */
const [QUESTION_SECONDS, LIST_SECONDS, HOOK_SECONDS] = [2, 2, 5]
/** For everything that is not waiting. */
const SLACK_SECONDS = 0.5
const MESSAGES = 10
const CLIENT = '127.0.0.7'
const LISTED_CLIENT = '127.0.0.9'

export async function inject(): Promise<Figure> {
  const silent = await silence()
  const lies: Measured[] = []
  for (const [name, answering] of Object.entries(LIES)) lies.push(await lie(name, answering))
  const all = [silent, ...lies]
  return { met: all.every(({ met }) => met), lines: all.map(({ line }) => line) }
}

interface Measured {
  readonly met: boolean
  readonly line: string
}

function site(dns: string): SiteFiles {
  const lists = Array.from(
    { length: LISTS },
    (_, index) => `dnsbl:${index}: { zones: [bl${index}.example], timeout: ${LIST_SECONDS}s }`,
  )
  const limits = `limits: { hook_deadline: ${HOOK_SECONDS * 1000}, connections_per_client: ${SESSIONS * 2} }`
  return writeSite([...lists, 'rhsbl: { zones: [rhsbl.example] }'], limits, { dns })
}

async function silence(): Promise<Measured> {
  const dns = await dnsServer(() => 'TIMEOUT')
  const server = await startProcess(site(dns.address))
  const waits = await Promise.all(Array.from({ length: SESSIONS }, () => phases(server.port)))
  const isAlive = await ended(server)
  await dns.close()
  const [greeting, mail] = [0, 1].map((phase) => Math.max(...waits.map((one) => (one[phase] ?? 0) / 1000)))
  const most = QUESTION_SECONDS + HOOK_SECONDS + SLACK_SECONDS
  const served = waits.filter(({ length }) => length === 2).length
  return {
    met: served === SESSIONS && (greeting ?? 0) <= most && (mail ?? 0) <= HOOK_SECONDS + SLACK_SECONDS && isAlive,
    line: [
      `silent, ${LISTS} lists of ${LIST_SECONDS} s each: greeted within ${greeting?.toFixed(2)} s (bar ${most})`,
      `MAIL answered within ${mail?.toFixed(2)} s (bar ${HOOK_SECONDS + SLACK_SECONDS})`,
      `served ${served} of ${SESSIONS} sessions at once (bar all)${isAlive ? '' : '; THE SERVER ENDED'}`,
    ].join(', '),
  }
}

/** Milliseconds to the greeting and of MAIL; fewer when the session ended before, or was refused. */
async function phases(port: number): Promise<readonly number[]> {
  const client = smtpClient(port)
  const times: number[] = []
  const timed = async (ending: string): Promise<void> => {
    const began = performance.now()
    await client.hear(ending)
    times.push(performance.now() - began)
  }
  try {
    await timed('ready\r\n')
    client.say('HELO client.example\r\n')
    await client.hear('\r\n')
    client.say('MAIL FROM:<a@sender.example>\r\n')
    await timed('sender OK\r\n')
  } catch {
    // What is missing says it.
  }
  client.socket.destroy()
  return times
}

/** A list as it should be: what every list holds, and one client. */
const honest: Answering = (name, type) =>
  type === 'A' && /^(?:2\.0\.0\.127|9\.0\.0\.127)\.bl\d\.example$/.test(name) ? ['127.0.0.2'] : 'NXDOMAIN'

function everything(address: string): Answering {
  return (_name, type) => (type === 'A' ? [address] : 'NXDOMAIN')
}

const LIES: Readonly<Record<string, Answering>> = {
  'everything is 127.0.0.2': everything('127.0.0.2'),
  'everything is 127.255.255.254': everything('127.255.255.254'),
  'everything is 1.2.3.4': everything('1.2.3.4'),
  'everything is SERVFAIL': () => 'SERVFAIL',
  'nothing but the truth': honest,
}

async function lie(name: string, answering: Answering): Promise<Measured> {
  const dns = await dnsServer(answering)
  const server = await startProcess(site(dns.address))
  const send = (from: string): Promise<Sent[]> =>
    Promise.all(Array.from({ length: MESSAGES }, (_, index) => sendOnce(server.port, `t${index}`, from)))
  const [others, listed] = [await send(CLIENT), await send(LISTED_CLIENT)]
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.includes('a DNS list is broken'))
  const isAlive = await ended(server)
  await dns.close()
  return judge({ name, others, listed, lines, isAlive })
}

interface Told {
  readonly name: string
  readonly others: readonly Sent[]
  readonly listed: readonly Sent[]
  readonly lines: readonly string[]
  readonly isAlive: boolean
}

function judge({ name, others, listed, lines, isAlive }: Told): Measured {
  const refused = (sent: readonly Sent[]): number => sent.filter(({ accepted }) => !accepted).length
  const [wanted, broken] = [answeringHonestly(name) ? MESSAGES : 0, linesFor(name)]
  const ofFirst = lines.filter((line) => line.includes('"zone":"bl0.example"')).length
  return {
    met: refused(others) === 0 && refused(listed) === wanted && ofFirst === broken && isAlive,
    line: [
      `${name}: refused ${refused(others)} of ${MESSAGES} (bar 0)`,
      `of a client that is listed ${refused(listed)} (bar ${wanted})`,
      `lines that name a list as broken ${ofFirst} (bar ${broken})${isAlive ? '' : '; THE SERVER ENDED'}`,
    ].join(', '),
  }
}

function answeringHonestly(name: string): boolean {
  return LIES[name] === honest
}

/** A list that cannot be tried is not called broken. */
function linesFor(name: string): number {
  return name.includes('.') ? 1 : 0
}

async function ended(server: RunningServer): Promise<boolean> {
  const isAlive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  await server.exited
  return isAlive
}

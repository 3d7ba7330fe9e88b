/** `postern shell`: SMTP typed to the rules by hand, as if from any address, like `exim -bh`. */
import { createInterface } from 'node:readline'
import type { Command } from 'commander'
import type { Decision } from '../../core/decision.ts'
import type { Ports } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import { reverseName } from '../../core/net/reverse-name.ts'
import type { Site } from '../../core/site.ts'
import { offlinePorts } from '../../testing/offline-ports.ts'
import { connectionOf, type SessionRecord } from '../../testing/session-record.ts'
import { Conversation } from '../sessions/conversation.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { renderDecisions } from '../for-people/explained.ts'
import { liveDns } from '../sessions/live-dns.ts'
import { offlineWorld } from '../offline.ts'
import { loadCheckedSite } from '../open-site.ts'
import { readSessions, type SessionFlags } from '../sessions/read-sessions.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends SessionFlags {
  readonly site: string
  readonly listener?: string
  readonly liveDns?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  $ postern shell --ip 192.0.2.7 --host mx.friend.example
  $ postern shell --ip 192.0.2.7 --live-dns -v
  $ postern shell --session session.json < dialogue.txt

Replies stand at the beginning of a line; what was decided, and why, is indented below. Nothing is delivered, and nothing
is asked of the world but DNS with --live-dns. A name that nobody answers for is unknown to the rules.
`

export function addShell(program: Command, shell: Shell): void {
  program
    .command('shell')
    .description('Talk SMTP to the rules, and see after each reply what decided')
    .option('-s, --site <file>', 'the site file', 'postern.yaml')
    .option('--session <file>', 'who connects, as JSON (docs/session.md)')
    .option('--ip <address>', "the client's address")
    .option('--host <name>', "the client's name")
    .option('--listener <name>', 'the listener; the first of the site without it')
    .option('--dns <answer...>', 'an answer of the DNS: "2.0.0.127.bl.example A=127.0.0.2"')
    .option('--live-dns', 'ask the DNS servers of this machine')
    .option('--relay-client', 'the client may relay')
    .option('-v, --verbose', 'show every rule that was asked')
    .option('-q, --quiet', 'show replies only')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      await talk(await conversationOf(options, shell.terminal))
      shell.finish(EXIT.ok)
    })
}

async function conversationOf(options: Options, terminal: Terminal): Promise<Conversation> {
  const site = await loadCheckedSite(options.site, terminal)
  const listener = listenerOf(site, options.listener)
  const [given = {}] = await readSessions(options)
  const record = { listener, ...given }
  const ports = portsFor(record, options, terminal)
  return new Conversation({
    site,
    ports,
    connection: connectionFor(record, ports),
    said: (reply) => terminal.print(reply),
    decided: (decisions) => tell(decisions, options, terminal),
  })
}

function listenerOf({ listeners }: Site, wanted: string | undefined): string {
  if (wanted !== undefined && !listeners.some(({ name }) => name === wanted))
    throw new CommandError(
      `the site has no listener ${wanted}; there is ${listeners.map(({ name }) => name).join(', ')}`,
      EXIT.usage,
    )
  return wanted ?? listeners[0]?.name ?? 'smtp'
}

function tell(decisions: readonly Decision[], { quiet, verbose }: Options, terminal: Terminal): void {
  const text = quiet ? '' : renderDecisions(decisions, { detail: verbose ? 2 : 0, color: terminal.color })
  if (text !== '') terminal.print(text.replaceAll(/^/gm, '    '))
}

async function talk(conversation: Conversation): Promise<void> {
  await conversation.begin()
  const lines = createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  for await (const line of lines) {
    await conversation.say(line)
    if (conversation.isOver) break
  }
  lines.close()
  await conversation.leave()
}

function connectionFor(record: SessionRecord, { clock }: Ports): ReturnType<typeof connectionOf> {
  try {
    return connectionOf(record, clock.now())
  } catch (fault) {
    throw new CommandError(reasonOf(fault), EXIT.usage)
  }
}

/** The client's name is an answer of the DNS, as it is for the server. */
function portsFor(record: SessionRecord, { liveDns: isLive = false }: Options, terminal: Terminal): Ports {
  const { remote_host: host, remote_ip: ip = '192.0.2.1' } = record
  const name = host === undefined ? {} : { [`${reverseName(ip)} PTR`]: host === null ? 'NXDOMAIN' : [host] }
  const asked = new Set<string>()
  const missing = (what: string): void => {
    if (asked.has(what)) return
    asked.add(what)
    terminal.talk(`    asked: ${what}; nobody answers for it here, so it is unknown`)
  }
  const world = offlineWorld()
  return offlinePorts(
    { ...record, dns: { ...record.dns, ...name } },
    {
      ...world,
      onMissingDns: isLive
        ? liveDns()
        : (question) => {
            missing(`DNS ${question} (--dns "${question}=…" answers it, --live-dns asks)`)
            return { kind: 'failed', because: 'not recorded' }
          },
      onMissingAnswer: missing,
      onMissingSource: missing,
    },
  )
}

/** `postern explain`: what the rules would say to a session, and why, without a server and without the network. */
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { printable } from '../../core/mail/printable.ts'
import type { Site } from '../../core/site.ts'
import { suggest } from '../../language/suggest.ts'
import { counterpart, lastRuling, without } from '../../testing/otherwise.ts'
import { Envelopes, missingBefore, sessionOf } from '../../testing/replay.ts'
import type { SessionRecord } from '../../testing/session-record.ts'
import { ruleNames, whyNot } from '../../testing/why-not.ts'
import { suiteHead, writtenTest } from '../../testing/written-test.ts'
import { answeredSession } from '../sessions/answered-session.ts'
import { explainSession, type Explained } from '../sessions/explain-session.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { type Reasoned, renderExplained, renderWhyNot } from '../for-people/explained.ts'
import { shown } from '../find-files.ts'
import type { Shell } from '../shell.ts'
import { loadCheckedSite } from '../open-site.ts'
import { liveDns } from '../sessions/live-dns.ts'
import { readLog } from '../sessions/read-log.ts'
import { readSessions, type SessionFlags } from '../sessions/read-sessions.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'
import type { Terminal } from '../terminal.ts'
import { unreadable } from '../unreadable.ts'

interface Options extends SessionFlags, SiteFlags {
  readonly site: string
  readonly format: (typeof FORMATS)[number]
  readonly verbose: number
  readonly log?: readonly string[]
  readonly id?: string
  readonly whyNot?: string
  readonly liveDns?: boolean
}

const FORMATS = ['pretty', 'json', 'ndjson', 'test'] as const

const EXAMPLES = `
Examples:
  $ postern explain --ip 192.0.2.7 --from a@spam.example --rcpt ann@example.org
  $ postern explain --session session.json -f json
  $ postern explain --ip 192.0.2.7 --helo mx.example --from a@b.example --rcpt ann@example.org --eml mail.eml -v
  $ postern explain --log decisions.ndjson --id b83e802cef2d1564038d.3
  $ postern explain --session session.json --why-not dnsbl/listed
  $ postern explain --log decisions.ndjson --id b83e802cef2d1564038d.3 -f test > refused.test.yaml

DNS is answered from the session's "dns"; what is not there is unknown, or asked with --live-dns.
`

export function addExplain(program: Command, { terminal, finish }: Shell): void {
  const command = program
    .command('explain')
    .description('Say what the rules decide for a session, with rule, file and line')
    .option('-s, --site <file>', 'the site file', 'postern.yaml')
    .option('--session <file>', 'a session as JSON, or one a line; - for standard input')
    .option('--ip <address>', "the client's address")
    .option('--host <name>', "the client's name")
    .option('--helo <name>', 'the name given with EHLO')
    .option('--from <address>', 'the envelope sender; "" for the null sender')
    .option('--rcpt <address...>', 'the recipients')
    .option('--eml <file>', 'the message')
    .option('--dns <answer...>', 'an answer of the DNS: "2.0.0.127.bl.example A=127.0.0.2"')
    .option('--live-dns', 'ask the DNS servers of this machine')
    .option('--relay-client', 'the client may relay')
    .option('--log <file...>', 'decision logs, for --id')
    .option('--id <decision>', 'a decision of the log: its session, with the rules of now')
    .option('--why-not <rule>', 'say why this rule did not decide: its name, or plugin/rule')
    .option('-v, --verbose', 'show every rule that was asked; -vv each comparison, and notes', oneLevelMore, 0)
    .addOption(
      new Option('-f, --format <name>', 'how to report; test: as a suite that `postern test` runs')
        .choices(FORMATS)
        .default('pretty'),
    )
  addSiteFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      await explainAll(options, terminal)
      finish(EXIT.ok)
    })
}

async function explainAll(options: Options, terminal: Terminal): Promise<void> {
  const file = siteGiven(options) ?? options.site
  const site = await loadCheckedSite(file, terminal)
  if (options.format === 'test') terminal.print(suiteHead(file))
  const live = options.liveDns ? liveDns() : undefined
  const base = options.session !== undefined && options.session !== '-' ? dirname(options.session) : '.'
  for (const given of await sessionsGiven(options, terminal)) {
    // A test has another time than now.
    const session = options.format === 'test' ? { now: new Date().toISOString(), ...given } : given
    const message = session.message === undefined ? undefined : await readMessage(resolve(base, session.message))
    const ask = (asked: Site): Promise<Explained> => explainSession(asked, session, { message, live })
    const explained = await ask(site)
    if (options.format === 'test')
      terminal.print(writtenTest(answeredSession(movedMessage(session, base), explained), explained))
    else if (options.whyNot !== undefined) reportWhyNot(explained, site, options, terminal)
    else report(await reasoned(explained, site, ask), options, terminal)
  }
}

async function sessionsGiven(options: Options, terminal: Terminal): Promise<readonly SessionRecord[]> {
  if (options.id !== undefined) return [await recordedSession(options, terminal)]
  const sessions = await readSessions(options)
  if (sessions.length > 0) return sessions
  throw new CommandError('no session: give --session FILE, --log FILE --id ID, or --ip, --from and --rcpt', EXIT.usage)
}

function readMessage(path: string): Promise<Buffer> {
  return readFile(path).catch((fault: unknown) => {
    throw unreadable(shown(path), fault)
  })
}

/** Seen from here, where the suite will be. */
function movedMessage({ message, ...session }: SessionRecord, base: string): SessionRecord {
  return message === undefined ? session : { ...session, message: join(base, message) }
}

function oneLevelMore(_flag: unknown, before: number): number {
  return before + 1
}

/** With the same session without the rule that decided. */
async function reasoned(explained: Explained, site: Site, ask: (site: Site) => Promise<Explained>): Promise<Reasoned> {
  const ruling = lastRuling(explained.decisions)
  if (ruling?.at === undefined) return explained
  const other = await ask({ ...site, program: without(site.program, ruling.at) })
  const otherwise = counterpart(ruling, other.decisions)
  return otherwise ? { ...explained, otherwise } : explained
}

/** The session of a decision, as far as it had come. */
async function recordedSession({ id, log = [] }: Options, terminal: Terminal): Promise<SessionRecord> {
  if (log.length === 0) throw new CommandError('--id needs the log it is in: --log decisions.ndjson', EXIT.usage)
  const envelopes = new Envelopes()
  for await (const record of readLog(log)) {
    const whole = envelopes.complete(record)
    if (record.id !== id) continue
    const missing = missingBefore(record)
    if (missing.length > 0) terminal.talk(printable(`not in the log, so not known here: ${missing.join(', ')}`))
    return sessionOf(whole)
  }
  throw new CommandError(`no decision ${id} in ${log.join(', ')}`)
}

function report(explained: Reasoned, { format, verbose }: Options, terminal: Terminal): void {
  const { color } = terminal
  if (format === 'pretty') terminal.print(renderExplained(explained, { detail: verbose, color }))
  else terminal.print(JSON.stringify(explained, null, format === 'json' ? 2 : 0))
}

function reportWhyNot(explained: Explained, { program }: Site, options: Options, terminal: Terminal): void {
  const { format, whyNot: name = '' } = options
  const answers = whyNot(name, program, explained.decisions)
  if (answers.length === 0) {
    const near = suggest(name, ruleNames(program))
    throw new CommandError(
      `there is no rule ${name}; ${near ? `did you mean ${near}?` : '`postern list rules` shows them'}`,
      EXIT.usage,
    )
  }
  const { color } = terminal
  if (format === 'pretty') terminal.print(answers.map((answer) => renderWhyNot(answer, { color })).join('\n'))
  else terminal.print(JSON.stringify({ why_not: answers }, null, format === 'json' ? 2 : 0))
}

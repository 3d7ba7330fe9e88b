/**
 * The disk under the maildir is full, then it is not: nobody is told 250 for nothing, and service returns by itself.
 *
 * A tmpfs of 4 MiB is mounted for it, which only root may do.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Sent, sendOnce } from '../support/load-client.ts'
import type { Figure } from './run.ts'
import { type SiteFiles, startProcess, writeSite } from './server.ts'

const MESSAGES = 100
const AT_ONCE = 10
const OCTETS = 4 * 1024 * 1024

export async function inject(): Promise<Figure> {
  if (process.getuid?.() !== 0) return { met: false, lines: ['not measured: only root may mount a small disk'] }
  const site = writeSite([])
  mkdirSync(site.maildir)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${OCTETS}`, 'postern-fault', site.maildir])
  try {
    return await measure(site)
  } finally {
    execFileSync('umount', [site.maildir])
  }
}

async function measure(site: SiteFiles): Promise<Figure> {
  const server = await startProcess(site)
  const before = await sendMany(server.port, 'before')
  const fill = join(site.maildir, 'fill')
  writeUntilFull(fill)
  const during = await sendMany(server.port, 'during')
  const leftBehind = readdirSync(join(site.maildir, 'tmp')).length
  rmSync(fill)
  const after = await sendMany(server.port, 'after')
  const isAlive = server.child.exitCode === null
  server.child.kill('SIGTERM')
  await server.exited
  return judge({ before, during, after, leftBehind, isAlive, arrived: tokensIn(site.maildir) })
}

type Results = readonly (Sent & { readonly token: string })[]

async function sendMany(port: number, name: string): Promise<Results> {
  const results: (Sent & { token: string })[] = []
  for (let sent = 0; sent < MESSAGES; sent += AT_ONCE) {
    const tokens = Array.from({ length: AT_ONCE }, (_, index) => `${name}${sent + index}`)
    results.push(...(await Promise.all(tokens.map(async (token) => ({ token, ...(await sendOnce(port, token)) })))))
  }
  return results
}

function writeUntilFull(path: string): void {
  const file = openSync(path, 'w')
  try {
    for (;;) writeSync(file, Buffer.alloc(65_536))
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'ENOSPC')) throw fault
  } finally {
    closeSync(file)
  }
}

function tokensIn(maildir: string): ReadonlySet<string> {
  const texts = readdirSync(join(maildir, 'new')).map((name) => readFileSync(join(maildir, 'new', name), 'latin1'))
  return new Set(texts.map((text) => /^Subject: (\S+)m0$/m.exec(text)?.[1] ?? ''))
}

interface Run {
  readonly before: Results
  readonly during: Results
  readonly after: Results
  readonly leftBehind: number
  readonly isAlive: boolean
  readonly arrived: ReadonlySet<string>
}

function judge({ before, during, after, leftBehind, isAlive, arrived }: Run): Figure {
  const accepted = (results: Results): number => results.filter((one) => one.accepted).length
  const deferred = during.filter(({ reply }) => /^45[12] 4\./.test(reply)).length
  const lost = [...before, ...during, ...after].filter((one) => one.accepted && !arrived.has(one.token)).length
  const replies = [...new Set(during.map(({ reply }) => reply))]
  return {
    met:
      accepted(before) === MESSAGES &&
      accepted(during) === 0 &&
      deferred === MESSAGES &&
      accepted(after) === MESSAGES &&
      lost === 0 &&
      leftBehind === 0 &&
      isAlive,
    lines: [
      `250 before ${accepted(before)} of ${MESSAGES}`,
      `while full: 250 ${accepted(during)} (bar 0), 452 or 451 ${deferred} (bar ${MESSAGES}): ${replies.join('; ')}`,
      `half files left in tmp ${leftBehind} (bar 0)`,
      `250 after, without a restart, ${accepted(after)} (bar ${MESSAGES})${isAlive ? '' : '; THE SERVER ENDED'}`,
      `lost after their 250 ${lost} (bar 0)`,
    ],
  }
}

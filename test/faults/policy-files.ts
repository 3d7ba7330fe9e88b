/**
 * Policies that should not be read: a link out of the directory, a pipe, a directory, a file that everybody may write to, an
 * empty one. Each holds, or would lead to, a secret; mail to each is sent by several clients at once.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { smtpClient } from '../support/smtp-client.ts'
import type { Figure } from './run.ts'
import { startProcess, writeSite } from './server.ts'

const SECRET = 'SECRET-4711'
const CLIENTS = 20
/** Far more than any look-up takes; a blocked one never ends. In milliseconds. */
const PATIENCE = 5000

/** A policy that was read would say so, or would refuse. */
const HOUSE = `plugin: house
settings: { motto: { type: text } }
hooks:
  rcpt:
    - { id: ours, match: { policy.motto: standard }, return: OK, message: Standard }
    - { id: theirs, match: { policy.motto: { exists: true } }, return: DENY, message: "\${policy.motto}" }
`
const TEXT = `settings: { motto: ${SECRET} }\n`

const FAULTS: Readonly<Record<string, (path: string, directory: string) => void>> = {
  link(path, directory) {
    writeFileSync(join(directory, 'outside.yaml'), TEXT, { mode: 0o600 })
    symlinkSync(join(directory, 'outside.yaml'), path)
  },
  pipe: (path) => execFileSync('mkfifo', [path]),
  directory: (path) => mkdirSync(path),
  open(path) {
    writeFileSync(path, TEXT)
    chmodSync(path, 0o666)
  },
  empty: (path) => writeFileSync(path, ''),
}

export async function inject(): Promise<Figure> {
  const names = Object.keys(FAULTS)
  const site = writeSite(['./house.yaml'], 'recipients: { directory: policies, default: standard, refresh: 0s }')
  const policies = join(site.directory, 'policies')
  mkdirSync(join(policies, 'example.org'), { recursive: true })
  writeFileSync(join(site.directory, 'house.yaml'), HOUSE)
  writeFileSync(join(policies, 'standard.yaml'), 'settings: { motto: standard }\n')
  for (const name of names) FAULTS[name]?.(join(policies, 'example.org', `${name}.yaml`), site.directory)
  const server = await startProcess(site)
  const talks = await Promise.all(Array.from({ length: CLIENTS }, () => talk(server.port, names)))
  server.child.kill('SIGTERM')
  const code = await server.exited
  return judge(names, talks, server.output(), code)
}

/** What was heard for each recipient; undefined when nothing was. */
async function talk(port: number, names: readonly string[]): Promise<readonly (string | undefined)[]> {
  const client = smtpClient(port)
  await client.hearReply()
  const heard: (string | undefined)[] = []
  for (const line of [
    'HELO c.example',
    'MAIL FROM:<a@b.example>',
    ...names.map((name) => `RCPT TO:<${name}@example.org>`),
  ]) {
    client.say(`${line}\r\n`)
    heard.push(await Promise.race([client.hearReply(), pause(PATIENCE, undefined)]))
  }
  client.socket.destroy()
  return heard.slice(2)
}

function pause<T>(milliseconds: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(() => resolve(value), milliseconds).unref())
}

function judge(
  names: readonly string[],
  talks: readonly (readonly (string | undefined)[])[],
  output: string,
  code: number | string,
): Figure {
  const refused = names.filter(
    (name, index) =>
      talks.every((heard) => heard[index]?.startsWith('250 2.1.5 Standard')) &&
      new RegExp(`"policy":"${name}@example\\.org".*a policy does not load`).test(output),
  )
  const blocked = talks.flat().filter((heard) => heard === undefined).length
  const told = [...talks.flat(), output].filter((text) => text?.includes(SECRET)).length
  return {
    met: refused.length === names.length && blocked === 0 && told === 0 && code === 0,
    lines: [
      `${CLIENTS} clients, each with mail for ${names.join(', ')}`,
      `refused, with a line in the log and the default in their place ${refused.length} (bar ${names.length})`,
      `readers that were blocked ${blocked} (bar 0)`,
      `contents in replies or in the log ${told} (bar 0), exit code ${code}`,
    ],
  }
}

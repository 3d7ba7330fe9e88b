/**
 * Reload with files that are broken in nine ways: what served before serves on, the log names file and line, nobody waits.
 */
import { get } from 'node:http'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { smtpClient } from '../support/smtp-client.ts'
import { mebibytes, memoryOf } from '../support/process-figures.ts'
import type { Figure } from './run.ts'
import { type RunningServer, startProcess, writeSite } from './server.ts'

const GOOD = [
  'plugin: house',
  'lists:',
  '  bad: { file: bad.txt, of: domain }',
  'hooks:',
  '  mail:',
  '    - { id: no, match: { sender.domain: { in_list: bad } }, return: DENY, message: By the old set }',
  '',
].join('\n')

/** What is written instead, and what the log must say: code and line. */
const CASES: Readonly<Record<string, { readonly text: string; readonly says: RegExp }>> = {
  'syntax error': { text: `${GOOD}    - { id: x, match: [\n`, says: /"code":"YML701","at":"[^"]*house\.yaml:7:/ },
  'unknown key': { text: `${GOOD}    - { id: x, mach: always }\n`, says: /"code":"CFG101","at":"[^"]*house\.yaml:7:/ },
  'duplicate key': { text: `${GOOD}plugin: again\n`, says: /"code":"YML707","at":"[^"]*house\.yaml:7:/ },
  'bad regular expression': {
    text: `${GOOD}    - { id: x, match: { sender: { regex: "(" } }, return: DENY }\n`,
    says: /"code":"RGX301","at":"[^"]*house\.yaml:7:/,
  },
  'alias bomb': {
    text: `${GOOD}x-a: &a [x, x]\nx-b: &b [*a, *a]\nx-c: [*b, *b]\n`,
    says: /"code":"YML713","at":"[^"]*house\.yaml:8:/,
  },
  '__proto__ key': { text: `${GOOD}__proto__: { a: 1 }\n`, says: /"code":"CFG101","at":"[^"]*house\.yaml:7:/ },
  '50 MB': { text: `${GOOD}# ${'x'.repeat(50_000_000)}\n`, says: /"code":"YML715","at":"[^"]*house\.yaml:1:/ },
  NUL: { text: `${GOOD}# \0\n`, says: /"code":"YML701","at":"[^"]*house\.yaml:7:/ },
  'missing list': {
    text: GOOD.replace('bad.txt', 'gone.txt'),
    says: /"code":"LST601","at":"[^"]*house\.yaml:3:/,
  },
}

const MOST_MEMORY = 100 * 1024 * 1024
const MOST_STALL = 0.2

interface Result {
  readonly name: string
  readonly serves: boolean
  readonly says: boolean
  readonly inMetrics: boolean
  /** Seconds that the event loop was late. */
  readonly stall: number
}

export async function inject(): Promise<Figure> {
  const site = writeSite(['./house.yaml'], 'health: { listen: "127.0.0.1:0" }')
  const file = join(site.directory, 'house.yaml')
  writeFileSync(join(site.directory, 'bad.txt'), 'bad.example\n')
  writeFileSync(file, GOOD)
  const server = await startProcess(site)
  const pid = server.child.pid ?? 0
  await Promise.all(Array.from({ length: 20 }, () => isRefused(server.port)))
  const before = memoryOf(pid, 'VmHWM')
  const results: Result[] = []
  for (const [name, { text, says }] of Object.entries(CASES))
    results.push(await breakIt({ name, text, says, file, server }))
  const memory = memoryOf(pid, 'VmHWM') - before
  server.child.kill('SIGTERM')
  const code = await server.exited
  rmSync(site.directory, { recursive: true })
  return judge(results, memory, code)
}

interface Break {
  readonly name: string
  readonly text: string
  readonly says: RegExp
  readonly file: string
  readonly server: RunningServer
}

async function breakIt({ name, text, says, file, server }: Break): Promise<Result> {
  const heard = server.output().length
  await metrics(server)
  writeFileSync(file, text)
  server.child.kill('SIGHUP')
  const said = (): string => server.output().slice(heard)
  while (!/the reload was refused|the site was loaded again/.test(said())) {
    if (server.child.exitCode !== null) throw new Error(`the server ended: ${said()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const page = await metrics(server)
  return {
    name,
    serves: await isRefused(server.port),
    says: says.test(said()),
    inMetrics: /^postern_reload_last_ok 0$/m.test(page),
    stall: Number(/quantile="1"\} (\S+)/.exec(page)?.[1]),
  }
}

/** By the rules of before. */
async function isRefused(port: number): Promise<boolean> {
  const client = smtpClient(port)
  await client.hear('ready\r\n')
  client.say('HELO c.example\r\nMAIL FROM:<a@bad.example>\r\nQUIT\r\n')
  return (await client.rest()).includes('550 5.7.1 By the old set\r\n')
}

function metrics(server: RunningServer): Promise<string> {
  const port = /health page on .*:(\d+)/.exec(server.output())?.[1]
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/metrics' }, (response) => {
      let text = ''
      response.on('data', (octets: Buffer) => (text += octets.toString()))
      response.on('end', () => resolve(text))
    }).on('error', reject)
  })
}

function judge(results: readonly Result[], memory: number, code: number | string): Figure {
  const stall = Math.max(...results.map((result) => result.stall))
  const count = (holds: (result: Result) => boolean): string =>
    `${results.filter(holds).length}/${results.length}${results
      .filter((result) => !holds(result))
      .map(({ name }) => ` not: ${name}`)
      .join()}`
  const allWell = results.every(({ serves, says, inMetrics }) => serves && says && inMetrics)
  return {
    met: allWell && memory <= MOST_MEMORY && stall < MOST_STALL && code === 0,
    lines: [
      `the set of before serves ${count(({ serves }) => serves)}`,
      `the log names code, file and line ${count(({ says }) => says)}`,
      `the metric says so ${count(({ inMetrics }) => inMetrics)}, exit code ${code} (bar 0)`,
      `memory above the start at most ${mebibytes(memory)} (bar ${mebibytes(MOST_MEMORY)})`,
      `event loop late by at most ${Math.round(stall * 1000)} ms (bar ${MOST_STALL * 1000})`,
    ],
  }
}

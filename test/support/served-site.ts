/**
 * A site on disk and a real server over it, in a process of its own.
 *
 *     const site = siteFolder(test, { more: 'workers: 2' })
 *     const served = await serve(test, site)
 */
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { TRIPWIRE } from './no-network.ts'
import { type SmtpClient, smtpClient } from './smtp-client.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const CLI = join(import.meta.dirname, '../../src/cli/postern.js')

export interface SiteFolder {
  readonly root: string
  readonly file: string
  readonly listeners: number
  readonly path: (name: string) => string
  readonly write: (name: string, text: string) => void
}

export interface SiteText {
  readonly listen?: string
  /** Lines of the site file. */
  readonly more?: readonly string[]
  readonly plugins?: readonly string[]
}

/** A site that takes all mail for example.org and throws it away, on any port of loopback. */
export function siteText({ listen = '{ name: mx, port: 0 }', more = [], plugins = [] }: SiteText = {}): string {
  return [
    'hostname: mx.example.org',
    `listen: [${listen}]`,
    'allow_root: true',
    'local_domains: [example.org]',
    'dns: { servers: ["127.0.0.1:1"], timeout: 1s }',
    ...more,
    'plugins:',
    ...[...plugins, 'rcpt_ok', './discard.yaml'].map((plugin) => `  - ${plugin}`),
    '',
  ].join('\n')
}

const DISCARD = 'plugin: discard\nhooks: { queue: [{ id: all, match: always, deliver: { discard: {} } }] }\n'

export function siteFolder(test: Pick<TestContext, 'after'>, text: SiteText = {}): SiteFolder {
  const root = temporaryDirectory(test)
  const path = (name: string): string => join(root, name)
  const write = (name: string, content: string): void => writeFileSync(path(name), content)
  write('discard.yaml', DISCARD)
  write('postern.yaml', siteText(text))
  const listeners = text.listen?.match(/name:/g)?.length ?? 1
  return { root, file: path('postern.yaml'), listeners, path, write }
}

export interface Served {
  readonly child: ChildProcess
  readonly port: number
  /** Ports of listeners by name, and of the health page as `health`. */
  readonly ports: ReadonlyMap<string, number>
  /** Settles with exit code or signal. */
  readonly exited: Promise<number | string>
  /** All that was said on standard error so far. */
  readonly said: () => string
  /** Resolves once standard error matches, with what is said there. Rejects when the server ends first. */
  readonly says: (pattern: RegExp) => Promise<string>
  client(): SmtpClient
}

export interface ServeOptions {
  /** The program and its arguments before Node's own; Node itself when absent. */
  readonly through?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** Starts it, without waiting. */
export function start(test: Pick<TestContext, 'after'>, site: SiteFolder, options: ServeOptions = {}) {
  const { through = [], environment = {} } = options
  const [program, ...args] = [...through, process.execPath, ...TRIPWIRE, CLI, 'serve', site.file]
  const settings: SpawnOptions = { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...environment } }
  const child = spawn(program, args, settings)
  let [said, over] = ['', false]
  const waiting = new Set<() => void>()
  const check = (): void => waiting.forEach((one) => one())
  const exited = new Promise<number | string>((resolve) =>
    child.on('exit', (code, signal) => {
      over = true
      check()
      resolve(code ?? signal ?? 0)
    }),
  )
  child.stderr?.on('data', (octets: Buffer) => {
    said += octets.toString()
    check()
  })
  const says = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(said) && !over) return
        waiting.delete(look)
        if (pattern.test(said)) resolve(said)
        else reject(new Error(`the server ended before ${pattern}: ${said}`))
      }
      waiting.add(look)
      look()
    })
  test.after(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { child, exited, said: () => said, says }
}

/** Resolves when it listens. */
export async function serve(
  test: Pick<TestContext, 'after'>,
  site: SiteFolder,
  options?: ServeOptions,
): Promise<Served> {
  const started = start(test, site, options)
  const said = await started.says(new RegExp(`(?:listens on [^\\n]*\\n[^]*?){${site.listeners}}`))
  const ports = new Map(
    Array.from(said.matchAll(/^(\S+) listens on .*:(\d+)$/gm), ([, name = '', port]) => [name, Number(port)] as const),
  )
  const health = /^health page on .*:(\d+)$/m.exec(said)?.[1]
  if (health !== undefined) ports.set('health', Number(health))
  const [port = 0] = ports.values()
  const clients: SmtpClient[] = []
  test.after(() => {
    for (const { socket } of clients) socket.destroy()
  })
  const client = (): SmtpClient => {
    const one = smtpClient(port)
    clients.push(one)
    return one
  }
  return { ...started, port, ports, client }
}

/** A plugin that refuses one sender domain at MAIL. */
export function house(domain: string): string {
  return `plugin: house\nhooks:\n  mail:\n    - { id: no, match: { sender.domain: ${domain} }, return: DENY, message: Not you }\n`
}

/** Through the greeting and HELO. */
export async function greeted(client: SmtpClient): Promise<SmtpClient> {
  await client.hear('ready\r\n')
  client.say('HELO c.example\r\n')
  await client.hear(']\r\n')
  return client
}

export async function reply(client: SmtpClient, command: string): Promise<string> {
  client.say(`${command}\r\n`)
  return client.hear('\r\n')
}

/** A page of the server's health port. */
export function healthPage(server: Served, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port: server.ports.get('health'), path }, (response) => {
      let text = ''
      response.on('data', (octets: Buffer) => (text += octets.toString()))
      response.on('end', () => resolve(text))
    }).on('error', reject)
  })
}

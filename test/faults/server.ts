/** A real server as a process of its own, for harm. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../src/cli/postern.js', import.meta.url))

export interface SiteFiles {
  readonly directory: string
  readonly file: string
  /** Where accepted mail goes. */
  readonly maildir: string
}

export interface SiteOptions {
  /** Name servers; without them all look-ups fail at once. */
  readonly dns?: string
  /** The last line of the site's plugin list, instead of a maildir. */
  readonly queue?: string
}

/** `plugins` are lines of the site's plugin list; a maildir stands at their end. `more` are lines of the site file. */
export function writeSite(plugins: readonly string[], more = '', options: SiteOptions = {}): SiteFiles {
  const directory = mkdtempSync(join(tmpdir(), 'postern-fault-'))
  const maildir = join(directory, 'mail')
  const file = join(directory, 'postern.yaml')
  const { dns = '127.0.0.1:1', queue = `queue/maildir: { path: ${maildir} }` } = options
  const entries = [...plugins, 'rcpt_ok', queue].map((entry) => `  - ${entry}`)
  writeFileSync(
    file,
    [
      'hostname: mx.example.org',
      'listen: [{ name: mx, port: 0 }]',
      'local_domains: [example.org]',
      'allow_root: true',
      `dns: { servers: ["${dns}"], timeout: 1s }`,
      more,
      'plugins:',
      ...entries,
      '',
    ].join('\n'),
  )
  return { directory, file, maildir }
}

export interface RunningServer {
  readonly child: ChildProcess
  readonly port: number
  /** Settles with the exit code or signal. */
  readonly exited: Promise<number | string>
  /** All that it has written to standard error so far. */
  readonly output: () => string
}

/** Resolves when the server listens; rejects when it ends before. */
export function startProcess(site: SiteFiles): Promise<RunningServer> {
  const child = spawn(process.execPath, [CLI, 'serve', site.file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  const exited = new Promise<number | string>((resolve) =>
    child.on('exit', (code, signal) => resolve(code ?? signal ?? 0)),
  )
  return new Promise((resolve, reject) => {
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const port = /listens on [^\s]*:(\d+)/.exec(output)?.[1]
      if (port !== undefined) resolve({ child, port: Number(port), exited, output: () => output })
    })
    void exited.then((code) => reject(new Error(`the server ended with ${code}: ${output}`)))
  })
}

/**
 * auth_checkpassword: runs a program of the checkpassword family (https://cr.yp.to/checkpwd/interface.html; qpsmtpd
 * auth_checkpassword).
 *
 * User, password and a time stamp, each ended by NUL, are read by the program from descriptor 3. Exit 0 is yes, 1 is no,
 * anything else is unknown. Nothing that it writes is read, no shell is involved, and what it started ends with it when
 * its time is over.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { isAbsolute } from 'node:path'
import { Writable } from 'node:stream'
import type { HookContext } from '../../core/context.ts'
import { defineMatcher } from '../../core/word.ts'
import { BackendFault, nameFor, passwordMatcher, SEND, TIMEOUT } from './login.ts'

export const authCheckpassword = defineMatcher({
  name: 'auth_checkpassword',
  summary: 'A checkpassword program takes the user and the password',
  reference: 'https://cr.yp.to/checkpwd/interface.html; qpsmtpd plugin auth/auth_checkpassword',
  stage: 'greeting',
  options: {
    type: 'object',
    properties: {
      command: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        minItems: 1,
        description:
          'The program with its whole path, and its arguments: the last of them is what it runs after success',
        examples: [['/usr/bin/checkpassword', '/bin/true']],
      },
      send: SEND,
      timeout: TIMEOUT,
    },
    required: ['command'],
    additionalProperties: false,
  },
  onUnknown: 'defer',
  compile({ command: [program = '', ...args], send, timeout }) {
    if (!isAbsolute(program)) throw new Error(`the program must be given with its whole path, not as \`${program}\``)
    return passwordMatcher(timeout, (login, context, signal) => {
      const octets = Buffer.from(`${nameFor(send, login)}\0${login.password}\0Y123456\0`)
      if (octets.length > MOST_OCTETS) return Promise.resolve(false)
      return run({ program, args, octets, environment: environmentFor(context) }, signal)
    })
  },
})

/** What the interface lets a program read. */
const MOST_OCTETS = 512
const RIGHT = 0
const WRONG = 1

interface Task {
  readonly program: string
  readonly args: readonly string[]
  readonly octets: Buffer
  readonly environment: Readonly<Record<string, string>>
}

/** What tcpserver would set; vchkpw reads it. */
function environmentFor({ connection }: HookContext): Record<string, string> {
  const { remote, local } = connection
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    PROTO: 'TCP',
    TCPREMOTEIP: remote.ip,
    TCPREMOTEPORT: String(remote.port),
    TCPLOCALIP: local.ip,
    TCPLOCALPORT: String(local.port),
  }
}

async function run({ program, args, octets, environment }: Task, signal: AbortSignal): Promise<boolean> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    env: environment,
    cwd: '/',
    // A group of its own, so that all of it can be ended.
    detached: true,
  })
  const end = (): void => endGroup(child)
  signal.addEventListener('abort', end)
  try {
    const exited = exitOf(child)
    give(child, octets)
    return await exited
  } finally {
    signal.removeEventListener('abort', end)
  }
}

function exitOf(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new BackendFault(`the program cannot be run: ${error.message}`)))
    child.once('exit', (code, by) => {
      if (code === RIGHT || code === WRONG) resolve(code === RIGHT)
      else reject(new BackendFault(`the program ended with ${code ?? by}`))
    })
  })
}

/** A program that does not read to the end is no fault of ours: its exit says what there is to say. */
function give(child: ChildProcess, octets: Buffer): void {
  const descriptor = child.stdio[3]
  if (!(descriptor instanceof Writable)) return
  descriptor.on('error', () => undefined)
  descriptor.end(octets)
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
}

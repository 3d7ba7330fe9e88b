/**
 * Logging in at the next server (RFC 4954): PLAIN (RFC 4616), or LOGIN where it knows no better.
 *
 * The password is read for each connection, so a new one needs no restart. That we cannot log in is our fault, not the
 * message's: it is always a HostFault, never a refusal.
 */
import { readFile } from 'node:fs/promises'
import { ask, said } from './answers.ts'
import { HostFault } from './host-fault.ts'
import { type Offers, offered } from './offers.ts'
import type { Reply } from './reply.ts'
import type { SmtpWire } from './wire.ts'

export interface Credentials {
  readonly user: string
  /** Its first line is the password. */
  readonly passwordFile: string
  /** Whether the password may leave without TLS. */
  readonly inClear: boolean
}

const STATUS = '4.7.0'
const GO_ON = 334
const LOGGED_IN = 235

export async function logIn(wire: SmtpWire, offers: Offers, credentials: Credentials, secure: boolean): Promise<void> {
  if (!secure && !credentials.inClear) throw fault('Without TLS the next server does not get our password')
  const mechanisms = offered(offers, 'AUTH')
  const password = await readPassword(credentials.passwordFile)
  if (mechanisms.has('PLAIN')) await plain(wire, credentials.user, password)
  else if (mechanisms.has('LOGIN')) await login(wire, credentials.user, password)
  else throw fault('The next server offers neither AUTH PLAIN nor LOGIN')
}

async function plain(wire: SmtpWire, user: string, password: string): Promise<void> {
  expect(await ask(wire, `AUTH PLAIN ${base64(`\0${user}\0${password}`)}`), LOGGED_IN)
}

async function login(wire: SmtpWire, user: string, password: string): Promise<void> {
  expect(await ask(wire, 'AUTH LOGIN'), GO_ON)
  expect(await ask(wire, base64(user)), GO_ON)
  expect(await ask(wire, base64(password)), LOGGED_IN)
}

function expect(reply: Reply, code: number): void {
  if (reply.code !== code) throw fault(said('does not let us log in', reply))
}

async function readPassword(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw fault('Our password for the next server cannot be read')
  })
  const [password = ''] = text.split(/\r?\n/, 1)
  if (password === '' || password.includes('\0')) throw fault('Our password for the next server is none')
  return password
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

function fault(text: string): HostFault {
  return new HostFault(text, STATUS)
}

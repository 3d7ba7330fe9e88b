/**
 * What becomes of mail in a home: dot-qmail(5), judged as Qmail::Deliverable does. No program is run: what one would decide is
 * not known, but for `bouncesaying` without a program and vpopmail's `vdelivermail`.
 */
import { constants, type Stats } from 'node:fs'
import { access, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Owner } from './control.ts'

/** The codes of Qmail::Deliverable. */
export const CODES = {
  nobody: 0x00,
  denied: 0x11,
  program: 0x12,
  bouncesaying: 0x13,
  list: 0x14,
  writable: 0x21,
  sticky: 0x22,
  delivered: 0xf1,
  vpopmailDirectory: 0xf2,
  vpopmailCatchAll: 0xf4,
  vpopmailUser: 0xf5,
  vpopmailExtension: 0xf6,
  elsewhere: 0xff,
} as const
export type Code = (typeof CODES)[keyof typeof CODES]

export interface Mailbox {
  readonly owner: Owner
  /** Before the `@`, as clients write it, in lower case. */
  readonly user: string
  /** Users of vpopmail have extensions. */
  readonly vpopmailExtensions: boolean
}

const WRITABLE_BY_OTHERS = 0o022
const STICKY = 0o1000

export async function judge(mailbox: Mailbox): Promise<Code> {
  const { home } = mailbox.owner
  const stats = await stat(home).catch(() => undefined)
  if (!stats || !(await isOpen(home))) return CODES.denied
  if ((stats.mode & WRITABLE_BY_OTHERS) !== 0) return CODES.writable
  if ((stats.mode & STICKY) !== 0) return CODES.sticky
  for (const name of namesFor(mailbox.owner)) {
    const file = await readDotQmail(join(home, name))
    if (file !== 'missing') return file === 'denied' ? CODES.denied : judgeLines(file.text, mailbox)
  }
  return mailbox.owner.dash === '' ? CODES.delivered : CODES.nobody
}

async function isOpen(home: string): Promise<boolean> {
  return access(home, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** The whole extension, then each part of it up to a hyphen, then nothing, with `default` behind. */
function namesFor({ dash, extension }: Owner): readonly string[] {
  if (dash === '') return ['.qmail']
  const safe = extension.replaceAll('.', ':')
  const names = [safe]
  for (let at = safe.length; at >= 0; at -= 1)
    if (at === 0 || safe[at - 1] === '-') names.push(`${safe.slice(0, at)}default`)
  // Clients say what the extension is: it names files, and no directories.
  return names.filter((name) => !/[/\0]/.test(name)).map((name) => `.qmail${dash}${name}`)
}

const MOST_OCTETS = 65_536
/** Neither a pipe nor a device is waited for. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

async function readDotQmail(path: string): Promise<{ readonly text: string } | 'missing' | 'denied'> {
  const file = await open(path, FLAGS).catch((fault: NodeJS.ErrnoException) => fault.code)
  if (file === 'ENOENT' || file === 'ENAMETOOLONG' || file === 'ENOTDIR') return 'missing'
  if (typeof file !== 'object') return 'denied'
  try {
    const stats: Stats = await file.stat()
    if (!stats.isFile()) return 'denied'
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MOST_OCTETS), 0, MOST_OCTETS, 0)
    return { text: buffer.subarray(0, bytesRead).toString('latin1') }
  } catch {
    return 'denied'
  } finally {
    await file.close()
  }
}

const VDELIVERMAIL = /^\|\s*\S*vdelivermail/
const BOUNCESAYING = /^\|\s*(?:\/\S*\/)?bouncesaying\s+(.*)$/
const SHELL_WORD = /(?:\\.|'[^']*'|"(?:[^\\"]|\\.)*"|[^"'\\\s])+/g
const EZMLM = /^\|\s*(?:\/\S*\/)?ezmlm-/

async function judgeLines(text: string, mailbox: Mailbox): Promise<Code> {
  const lines = text.split('\n')
  const [first = ''] = lines
  if (VDELIVERMAIL.test(first)) return first.includes('bounce-no-mailbox') ? vpopmail(mailbox) : CODES.vpopmailCatchAll
  const [, said] = BOUNCESAYING.exec(first) ?? []
  if (said !== undefined) return (said.match(SHELL_WORD) ?? []).length > 1 ? CODES.bouncesaying : CODES.nobody
  if (lines.some((line) => EZMLM.test(line))) return CODES.list
  return lines.some((line) => line.startsWith('|')) ? CODES.program : CODES.delivered
}

/** Users have a directory, or a line in the domain's `vpasswd`; where there is none, they are in a database, and not known. */
async function vpopmail({ owner: { home }, user, vpopmailExtensions }: Mailbox): Promise<Code> {
  const isName = /^[^/\0]+$/.test(user) && user !== '.' && user !== '..'
  if (isName && (await stat(join(home, user)).catch(() => undefined))?.isDirectory()) return CODES.vpopmailDirectory
  const passwords = await readDotQmail(join(home, 'vpasswd'))
  if (passwords === 'missing' || passwords === 'denied') return CODES.program
  const users = new Set(passwords.text.split('\n').map((line) => line.split(':', 1)[0] ?? ''))
  users.delete('')
  if (users.has(user)) return CODES.vpopmailUser
  const shorter = user.split('-').map((_, index, parts) => parts.slice(0, index).join('-'))
  return vpopmailExtensions && shorter.some((name) => users.has(name)) ? CODES.vpopmailExtension : CODES.nobody
}

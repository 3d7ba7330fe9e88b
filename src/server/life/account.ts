/** Users and groups by name, from the system's own files (passwd(5), group(5)). */
import { readFileSync } from 'node:fs'

/** Who a process becomes. */
export interface Account {
  /** As in the site file. */
  readonly name: string
  readonly uid: number
  readonly gid: number
}

export interface AccountFiles {
  /** Text of /etc/passwd. */
  readonly passwd: string
  /** Text of /etc/group. */
  readonly group: string
}

export function systemAccounts(): AccountFiles {
  return { passwd: readFileSync('/etc/passwd', 'utf8'), group: readFileSync('/etc/group', 'utf8') }
}

/** Names or numbers. Throws an Error with a plain sentence for who is not there, and for root. */
export function findAccount(user: string, group: string | undefined, files: AccountFiles): Account {
  const row = rowOf(user, files.passwd)
  const uid = row ? Number(row[2]) : numberIn(user)
  if (uid === undefined) throw new Error(`there is no user ${user}`)
  const gid = group === undefined ? (row ? Number(row[3]) : undefined) : groupIn(group, files)
  if (gid === undefined) throw new Error(`user ${user} has no group here; name one with \`group:\``)
  if (uid === 0 || gid === 0) throw new Error(`${uid === 0 ? `user ${user}` : `group ${group ?? user}`} is root`)
  return { name: user, uid, gid }
}

function groupIn(group: string, files: AccountFiles): number {
  const row = rowOf(group, files.group)
  const gid = row ? Number(row[2]) : numberIn(group)
  if (gid === undefined) throw new Error(`there is no group ${group}`)
  return gid
}

/** By name or number. */
function rowOf(wanted: string, table: string): readonly string[] | undefined {
  const rows = table.split('\n').map((line) => line.split(':'))
  return rows.find(([name]) => name === wanted) ?? rows.find((row) => row.length > 3 && row[2] === wanted)
}

function numberIn(text: string): number | undefined {
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}

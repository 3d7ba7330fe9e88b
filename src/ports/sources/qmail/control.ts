/**
 * Which mail is qmail's, and whose on this machine: `control/locals`, `control/virtualdomains`, `users/assign`, and
 * /etc/passwd as qmail-getpw reads it (qmail-send(8), qmail-users(5), qmail-getpw(8)).
 */
import { stat } from 'node:fs/promises'

/** Who has the mail of a local name, and where to look for what becomes of it. */
export interface Owner {
  /** As in users/assign: the domain, where vpopmail has made the entry. */
  readonly user: string
  readonly home: string
  /** What stands before the extension in names of dot-qmail files: `-`, or nothing where there is none. */
  readonly dash: string
  readonly extension: string
}

export interface Account {
  readonly uid: number
  readonly home: string
}

export interface Control {
  readonly locals: ReadonlySet<string>
  /** Prefixes by address, domain, `.domain`, or nothing for all. */
  readonly virtual: ReadonlyMap<string, string>
  readonly exact: ReadonlyMap<string, Owner>
  readonly wild: ReadonlyMap<string, Owner>
  readonly accounts: ReadonlyMap<string, Account>
}

export interface ControlTexts {
  readonly locals: string
  readonly virtualdomains: string
  readonly assign: string
  readonly passwd: string
}

export function readControl(texts: ControlTexts): Control {
  const virtual = linesOf(texts.virtualdomains).map((line) => splitAt(line.toLowerCase(), ':'))
  const assigned = linesOf(texts.assign.replace(/^\.(\n[^]*)?$/m, '')).flatMap(assignmentIn)
  return {
    locals: new Set(linesOf(texts.locals).map((line) => line.toLowerCase())),
    virtual: new Map(virtual),
    exact: new Map(assigned.filter(({ kind }) => kind === '=').map(({ name, owner }) => [name, owner])),
    wild: new Map(assigned.filter(({ kind }) => kind === '+').map(({ name, owner }) => [name, owner])),
    accounts: new Map(linesOf(texts.passwd).flatMap(accountIn)),
  }
}

function linesOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

function splitAt(line: string, sign: string): readonly [before: string, after: string] {
  const at = line.indexOf(sign)
  return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)]
}

interface Assignment {
  readonly kind: string
  readonly name: string
  readonly owner: Owner
}

/** `=local:user:uid:gid:home:dash:extension:`, and the same with `+` for every name that begins so. */
function assignmentIn(line: string): readonly Assignment[] {
  const [, kind = '', name = '', rest = ''] = /^([=+])([^:]*):(.*)$/.exec(line) ?? []
  const [user, , , home, dash = '', extension = ''] = rest.split(':')
  if (kind === '' || user === undefined || home === undefined) return []
  return [{ kind, name: name.toLowerCase(), owner: { user, home, dash, extension } }]
}

function accountIn(line: string): readonly (readonly [string, Account])[] {
  const [name, , uid, , , home] = line.split(':')
  return name !== undefined && home !== undefined ? [[name, { uid: Number(uid), home }]] : []
}

/** The local name behind an address, in lower case; undefined where qmail sends the mail elsewhere. */
export function localName({ locals, virtual }: Control, address: string): string | undefined {
  const at = address.lastIndexOf('@')
  const [user, domain] = [address.slice(0, at), address.slice(at + 1)]
  if (locals.has(domain)) return user
  const parents = domain.split('.').map((_, index, labels) => `.${labels.slice(index).join('.')}`)
  for (const key of [address, domain, ...parents, '']) {
    const prefix = virtual.get(key)
    if (prefix !== undefined) return prefix === '' ? undefined : `${prefix}-${user}`
  }
  return undefined
}

/** Undefined where nobody is there, not even `alias`. */
export async function ownerOf(control: Control, local: string): Promise<Owner | undefined> {
  const exact = control.exact.get(local)
  if (exact) return exact
  for (let length = local.length; length >= 0; length -= 1) {
    const wild = control.wild.get(local.slice(0, length))
    if (wild) return { ...wild, extension: wild.extension + local.slice(length) }
  }
  return userOf(control, local)
}

/** Longer ones are nobody to qmail-getpw. */
const LONGEST_USER = 31
const ALIAS = 'alias'

/** The user before a hyphen, the longest first; else all that is nobody's is `alias`'s. */
async function userOf({ accounts }: Control, local: string): Promise<Owner | undefined> {
  for (let end = local.length; end > 0; end = local.lastIndexOf('-', end - 1)) {
    const user = local.slice(0, end)
    const account = user.length <= LONGEST_USER ? accounts.get(user) : undefined
    if (!account || account.uid === 0 || !(await owns(account))) continue
    const extension = local.slice(end + 1)
    return { user, home: account.home, dash: end < local.length ? '-' : '', extension }
  }
  const alias = accounts.get(ALIAS)
  return alias && { user: ALIAS, home: alias.home, dash: '-', extension: local }
}

async function owns({ uid, home }: Account): Promise<boolean> {
  const stats = await stat(home).catch(() => undefined)
  return stats?.uid === uid
}

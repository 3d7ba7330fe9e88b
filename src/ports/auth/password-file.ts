/**
 * A file of users and their secrets: `user@domain:secret` a line, `#` for comments; see secret.ts for the forms.
 *
 * Case of the user does not count. The file is read again when it has changed. A line that cannot be used makes its own
 * user unknown and nobody else.
 */
import { readFileSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { errorCode, reasonOf } from '../../core/reason.ts'
import { saslPrep } from '../../smtp/sasl/saslprep.ts'
import { listFiles } from '../list-files.ts'
import { BackendFault } from './login.ts'
import { costliest, readSecret, type Secret } from './secret.ts'
import type { Found } from './stored.ts'

export interface PasswordFile {
  /** Rejects when the file cannot be read, or the user's line cannot be used. */
  find(user: string): Promise<Found>
}

/** A secret, or why the line cannot be used. */
type Entries = ReadonlyMap<string, Secret | BackendFault>

interface Loaded {
  readonly version: string
  readonly entries: Entries
  readonly decoy: Secret | undefined
}

/** Throws an Error with the first line that cannot be used. A file that is not there yet is none. */
export function checkPasswordFile(path: string): void {
  const text = textNow(path)
  if (text === undefined) return
  for (const entry of readEntries(text, path).values()) if (entry instanceof BackendFault) throw entry
}

function textNow(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw new Error(`${path} cannot be read`, { cause: error })
  }
}

export function openPasswordFile(path: string): PasswordFile {
  const files = listFiles()
  let loaded: Loaded | undefined

  const load = async (): Promise<Loaded> => {
    const version = await versionOf(path)
    if (loaded?.version === version) return loaded
    const text = await files.read(path)
    if (text === undefined) throw new BackendFault(`there is no file ${path}`)
    const entries = readEntries(text, path)
    const secrets = [...entries.values()].filter((entry): entry is Secret => !(entry instanceof BackendFault))
    loaded = { version, entries, decoy: costliest(secrets) }
    return loaded
  }

  return {
    async find(user) {
      const { entries, decoy } = await load()
      const entry = entries.get(user.toLowerCase())
      if (entry instanceof BackendFault) throw entry
      return { secret: entry, decoy }
    },
  }
}

async function versionOf(path: string): Promise<string> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(path)
    return [mtimeMs, ctimeMs, size, ino].join(' ')
  } catch (error) {
    throw new BackendFault(`there is no file ${path}`, { cause: error })
  }
}

const LINE = /^([^:]+):(.+)$/

function readEntries(text: string, path: string): Entries {
  const entries = new Map<string, Secret | BackendFault>()
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return
    const at = `${path}:${index + 1}`
    const [, name = line, secret] = LINE.exec(line) ?? []
    const user = saslPrep(name.trim())?.toLowerCase() ?? name
    const entry = secret === undefined ? new BackendFault(`${at} is not user:password`) : readEntry(secret, at)
    entries.set(user, entries.has(user) ? new BackendFault(`${at}: the user has a line already`) : entry)
  })
  return entries
}

function readEntry(secret: string, at: string): Secret | BackendFault {
  try {
    return readSecret(secret)
  } catch (error) {
    return new BackendFault(`${at}: ${reasonOf(error)}`)
  }
}

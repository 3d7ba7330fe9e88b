/** Passwords that are needed outside: `env:NAME` or `file:PATH`, whose first line it is. */
import { resolve } from 'node:path'
import { reasonOf } from '../../core/reason.ts'
import type { SourceSpec } from '../../core/source.ts'
import { firstLine } from '../auth/password-line.ts'
import type { SourceWorld } from './driver.ts'

export type SecretReader = (world: Pick<SourceWorld, 'env'>) => Promise<string>

/** Of a source, as its `password`. Undefined where none is given. Throws an Error that does not repeat what stands there. */
export function secretIn({ parameters, directory }: SourceSpec): SecretReader | undefined {
  const text = parameters.get('password')
  if (text === undefined) return undefined
  const reader = secretAt(text, directory)
  if (reader) return reader
  throw new Error('a password has no place in rules; write `password=env:NAME` or `password=file:PATH`')
}

/** Undefined for a text that names no place. */
export function secretAt(text: string, directory: string): SecretReader | undefined {
  const [, kind, name = ''] = /^(env|file):(.+)$/.exec(text) ?? []
  if (kind === undefined) return undefined
  const path = resolve(directory, name)
  return kind === 'file' ? () => firstLine(path) : async ({ env }) => passwordOf(name, env)
}

export type Environment = SourceWorld['env']

/** What keeps a source from having its password in this environment. */
export function passwordFault({ parameters }: Pick<SourceSpec, 'parameters'>, env: Environment): string | undefined {
  return secretFault(parameters.get('password'), env)
}

/** The same of the text that names it. */
export function secretFault(text: string | undefined, env: Environment): string | undefined {
  const [, name] = /^env:(.+)$/.exec(text ?? '') ?? []
  try {
    if (name !== undefined) passwordOf(name, env)
    return undefined
  } catch (fault) {
    return reasonOf(fault)
  }
}

/** An empty one would let us in where anybody may come in, as somebody else than we are. */
function passwordOf(name: string, env: Environment): string {
  const password = env(name)
  if (password !== undefined && password !== '') return password
  const what = password === undefined ? `has no ${name}` : `has an empty ${name}`
  throw new Error(`the environment ${what}; set it where the server is started`)
}

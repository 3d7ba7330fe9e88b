/** Passwords that a source needs: `password=env:NAME` or `password=file:PATH`, whose first line it is. */
import { resolve } from 'node:path'
import type { SourceSpec } from '../../core/source.ts'
import { firstLine } from '../auth/password-line.ts'
import type { SourceWorld } from './driver.ts'

export type SecretReader = (world: Pick<SourceWorld, 'env'>) => Promise<string>

/** Undefined where none is given. Throws an Error that does not repeat what stands there. */
export function secretIn({ parameters, directory }: SourceSpec): SecretReader | undefined {
  const text = parameters.get('password')
  if (text === undefined) return undefined
  const [, kind, name = ''] = /^(env|file):(.+)$/.exec(text) ?? []
  if (kind === undefined)
    throw new Error('a password has no place in rules; write `password=env:NAME` or `password=file:PATH`')
  const path = resolve(directory, name)
  return kind === 'file' ? () => firstLine(path) : async ({ env }) => env(name) ?? missing(name)
}

function missing(name: string): never {
  throw new Error(`the environment has no ${name}`)
}

/** What a site file says about the life of the daemon, ready for use: names of files made whole, addresses taken apart. */
import { resolve } from 'node:path'
import type { FromSchema } from '../../core/schema.ts'
import type { LIFE_PROPERTIES } from '../../language/files/life-schema.ts'

export interface Address {
  readonly address: string
  readonly port: number
}

export interface DecisionSettings {
  readonly file: string
  /** Whether hooks at which nothing happened are recorded too. */
  readonly all: boolean
  /** Octets. */
  readonly size: number
  readonly keep: number
  readonly headers: readonly string[]
  readonly mask: readonly MaskedField[]
  /** File with the key of masks. */
  readonly key: string | undefined
}

export type MaskedField = 'remote_ip' | 'helo' | 'auth' | 'sender' | 'rcpt'

export interface LifeSettings {
  readonly workers: number | 'auto'
  readonly user: string | undefined
  readonly group: string | undefined
  readonly allowRoot: boolean
  readonly watch: boolean
  /** Suites, by path. */
  readonly smoke: readonly string[]
  readonly health: Address | undefined
  readonly decisions: DecisionSettings | undefined
}

export type LifeOptions = {
  readonly [K in keyof typeof LIFE_PROPERTIES]?: FromSchema<(typeof LIFE_PROPERTIES)[K]>
}

const DEFAULT_SIZE = 100 * 1024 * 1024
const DEFAULT_KEEP = 10

export function lifeSettings(options: LifeOptions, directory: string): LifeSettings {
  const path = (name: string): string => resolve(directory, name)
  return {
    workers: options.workers ?? 1,
    user: options.user,
    group: options.group,
    allowRoot: options.allow_root ?? false,
    watch: options.reload?.watch ?? false,
    smoke: (options.smoke ?? []).map(path),
    health: options.health && addressIn(options.health.listen),
    decisions: options.decisions && decisionSettings(options.decisions, path),
  }
}

/** `127.0.0.1:9125`, `[::1]:9125`. */
function addressIn(text: string): Address {
  const colon = text.lastIndexOf(':')
  return { address: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) }
}

function decisionSettings(
  { file, record, rotate, headers = [], mask = [], key }: NonNullable<LifeOptions['decisions']>,
  path: (name: string) => string,
): DecisionSettings {
  return {
    file: path(file),
    all: record === 'all',
    size: rotate?.size ?? DEFAULT_SIZE,
    keep: rotate?.keep ?? DEFAULT_KEEP,
    headers,
    mask,
    key: key === undefined ? undefined : path(key),
  }
}

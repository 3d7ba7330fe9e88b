/** What two sites, or two policies, set differently, key by key: `listen.mx.port: 25 → 2525`. */
import type { ListIndex } from '../../core/list.ts'

export interface SettingChange {
  /** With dots between its parts. */
  readonly key: string
  /** As JSON; absent where it was not set. */
  readonly before?: string
  readonly after?: string
}

export function settingChanges(before: object, after: object): readonly SettingChange[] {
  const [one, other] = [new Map(leaves(before, '')), new Map(leaves(after, ''))]
  const keys = [...new Set([...one.keys(), ...other.keys()])]
  return keys.flatMap((key) => {
    const [then, now] = [one.get(key), other.get(key)]
    return then === now
      ? []
      : [{ key, ...(then !== undefined && { before: then }), ...(now !== undefined && { after: now }) }]
  })
}

/** Values without parts. A list of such values is one; what is computed, such as a function, is none. */
function* leaves(value: unknown, path: string): Generator<readonly [string, string]> {
  if (value === undefined || typeof value === 'function') return
  const parts = partsOf(value)
  if (!parts) yield [path, JSON.stringify(value)]
  else for (const [name, part] of parts) yield* leaves(part, path === '' ? name : `${path}.${name}`)
}

function partsOf(value: unknown): Iterable<readonly [string, unknown]> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (isList(value)) return [['entries', Array.from(value.entries(), ({ text }) => text)]]
  if (value instanceof Map) return [...value].map(([key, part]) => [String(key), part] as const)
  if (!Array.isArray(value)) return Object.entries(value)
  const isPlain = value.every((part) => typeof part !== 'object')
  return isPlain ? undefined : value.map((part, index) => [nameIn(part) ?? String(index), part] as const)
}

function isList(value: object): value is ListIndex {
  return 'entries' in value && 'find' in value && 'kind' in value
}

/** Listeners and places have names; others are told apart by their place. */
function nameIn(part: unknown): string | undefined {
  const { name } = Object(part) as { readonly name?: unknown }
  return typeof name === 'string' ? name : undefined
}

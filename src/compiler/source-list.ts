/** Lists outside as conditions ask them: key by key, the first that is found decides. Not being told is unknown. */
import type { HookContext } from '../core/context.ts'
import { type SourceSpec, takesWholeValue } from '../core/source.ts'
import { type Comparison, type Compared, FAILS } from './comparison.ts'
import { sourceKeys, wholeKey } from './lists/source-keys.ts'

export function inSource(source: SourceSpec): Comparison {
  const keysOf = takesWholeValue(source) ? wholeKey : sourceKeys
  return (value, context) => {
    const keys = keysOf(source.kind, value)
    return keys.length === 0 ? FAILS : askFor(keys, source, context)
  }
}

/** Clients may bring many values. When the time of the rule is up nobody waits for the rest. */
async function askFor(keys: readonly string[], source: SourceSpec, { ports, signal }: HookContext): Promise<Compared> {
  const { sources } = ports
  if (!sources) return { truth: 'unknown', because: `${source.shown} cannot be asked from here` }
  for (const key of keys) {
    if (signal?.aborted) return { truth: 'unknown', because: `${source.shown}: the time is up` }
    const answer = await sources.lookup(source, key)
    if (answer.kind === 'failed')
      return { truth: 'unknown', because: `\`${key}\` in ${source.shown}: ${answer.because}` }
    if (answer.kind === 'found') return found(key, answer.values, source)
  }
  return FAILS
}

function found(key: string, [value = '']: readonly string[], { shown }: SourceSpec): Compared {
  const entry = { text: key, reason: value === '' ? undefined : value, at: shown }
  return { truth: 'hit', because: `\`${key}\` in ${shown}`, entry }
}

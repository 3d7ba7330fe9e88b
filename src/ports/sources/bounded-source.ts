/** A source that always answers in time: what fails, takes too long, or comes when too many wait is `failed`. */
import type { KeyedSource, SourceAnswer } from '../../core/ports.ts'
import { type BoundedAsking, boundedAsking } from '../bounded-asking.ts'
import type { Asking } from './driver.ts'

export function boundedSource(
  asking: Asking,
  options: Pick<BoundedAsking<string, SourceAnswer>, 'timeout' | 'clock'>,
): KeyedSource {
  const ask = (key: string, signal: AbortSignal): Promise<SourceAnswer> => answer(asking, key, signal)
  return {
    lookup: boundedAsking({ ...options, ask, keyOf: (key) => key }),
    close: () => asking.close().catch(() => undefined),
  }
}

async function answer(asking: Asking, key: string, signal: AbortSignal): Promise<SourceAnswer> {
  const values = await asking.ask(key, signal)
  if (!values) return { kind: 'none' }
  const at = asking.placeOf?.(key)
  return { kind: 'found', values: values.length === 0 ? [''] : values, ...(at !== undefined && { at }) }
}

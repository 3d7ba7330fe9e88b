/** The time for one key, all steps together. */
import type { SourceSpec } from '../../core/source.ts'
import { durationIn } from './parameters.ts'

const DEFAULT = 2000

export function timeoutOf(source: SourceSpec): number {
  return durationIn(source, 'timeout', DEFAULT)
}

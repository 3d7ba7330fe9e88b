/** What a file names outside by URL, read as far as it can be without asking anybody. */
import { reasonOf } from '../../core/reason.ts'
import { readSource, type SourceSpec, type SourceText } from '../../core/source.ts'
import type { Span } from '../../language/diagnostic.ts'
import type { MapNode } from '../../language/node.ts'
import type { LoadEnvironment } from '../load-environment.ts'

export interface OutsideUse extends Omit<SourceText, 'parameters'> {
  /** Where the URL stands. */
  readonly at: Span
  /** `with` beside it. */
  readonly parameters?: MapNode | undefined
  /** Why it cannot serve here. */
  readonly faultOf: (source: SourceSpec) => string | undefined
}

/** Undefined when it cannot be one; that has been reported then. */
export function readOutside(
  { at, parameters, faultOf, ...text }: OutsideUse,
  { report, outside, sourceFault }: LoadEnvironment,
): SourceSpec | undefined {
  try {
    const source = readSource({ ...text, ...(parameters && { parameters: textsIn(parameters) }) })
    const fault = faultOf(source) ?? sourceFault?.(source)
    if (fault !== undefined) throw new Error(fault)
    outside?.set(source.id, source)
    return source
  } catch (fault) {
    report.add({
      code: 'LST606',
      at,
      message: reasonOf(fault),
      help: 'docs/sources.md shows each kind of source',
    })
    return undefined
  }
}

function textsIn({ entries }: MapNode): ReadonlyMap<string, string> {
  return new Map(entries.map(({ key, value }) => [key.value, value.kind === 'scalar' ? String(value.value) : '']))
}

/** At most so many questions at the same time; the others wait in order. */
import type { Resolver } from '../core/ports.ts'
import { gate } from './gate.ts'

export function boundedResolver(inner: Resolver, most: number): Resolver {
  const enter = gate(most)
  return { resolve: (name, type) => enter(() => inner.resolve(name, type)) }
}

/** At most so many questions at the same time; the others wait in order. */
import type { Resolver } from '../core/ports.ts'

export function boundedResolver(inner: Resolver, most: number): Resolver {
  const waiting: (() => void)[] = []
  let free = most
  const enter = (): Promise<void> | undefined => {
    if (free === 0) return new Promise((resolve) => waiting.push(resolve))
    free -= 1
    return undefined
  }
  /** The place goes to the next in line without being free in between. */
  const leave = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return {
    async resolve(name, type) {
      await enter()
      try {
        return await inner.resolve(name, type)
      } finally {
        leave()
      }
    },
  }
}

/** At most so many at the same time; the others wait in order. */
export type Gate = <T>(work: () => Promise<T>) => Promise<T>

export function gate(most: number): Gate {
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
  return async (work) => {
    await enter()
    try {
      return await work()
    } finally {
      leave()
    }
  }
}

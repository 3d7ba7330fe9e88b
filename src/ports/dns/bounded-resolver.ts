/**
 * At most so many questions within a moment; the others wait in order.
 *
 * Bursts are what loses packets: the buffers of a socket hold a few hundred. A question that is not answered within the
 * moment no longer counts, so that names whose servers are silent, which a client may choose, keep nobody waiting.
 */
import type { Clock, DnsAnswer, Resolver } from '../../core/ports.ts'
import { gate } from '../gate.ts'

export interface Burst {
  readonly most: number
  readonly milliseconds: number
}

export function boundedResolver(inner: Resolver, burst: Burst, clock: Pick<Clock, 'after'>): Resolver {
  const enter = gate(burst.most)
  return {
    async resolve(name, type) {
      const { answer } = await enter(async () => {
        const asked = inner.resolve(name, type)
        await settledOr(asked, burst.milliseconds, clock)
        return { answer: asked }
      })
      return answer
    },
  }
}

/** Resolves when the answer is there or the time is over, whatever comes first. */
function settledOr(answer: Promise<DnsAnswer>, milliseconds: number, clock: Pick<Clock, 'after'>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(milliseconds, resolve)
    const settle = (): void => {
      cancel()
      resolve()
    }
    answer.then(settle, settle)
  })
}

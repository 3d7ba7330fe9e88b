/** Counts in a store for ever, and says how far it is: to be killed. */
import { openStore } from '../../../src/ports/store/open-store.ts'
import { testWorld } from '../sources/world.ts'

const store = openStore({ url: `sqlite:${process.argv[2] ?? ''}`, directory: '/' }, testWorld())
for (;;) {
  const answer = await store.increment('count', 1, 3_600_000)
  if (answer.kind === 'done') process.send?.(answer.value)
  await new Promise((resolve) => setImmediate(resolve))
}

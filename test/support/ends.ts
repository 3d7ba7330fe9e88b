/** What is to end after the tests of a file, last things first: a hook cannot register hooks of its own. */
import { after } from 'node:test'

const ends: (() => unknown)[] = []

after(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
})

export function atEnd(end: () => unknown): void {
  ends.push(end)
}

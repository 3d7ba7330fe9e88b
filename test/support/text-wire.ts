/** The wire of a session without a socket: what is said becomes a text, and it is known when nothing moves any more. */
import { immediate } from './immediate.ts'

export interface TextWire {
  send(text: string): boolean
  close(): void
  flow(open: boolean): void
  later(resume: () => void): void
}

export interface WireEnd {
  readonly wire: TextWire
  /** `full` makes the other side one that does not read. */
  readonly state: { closed: boolean; flowing: boolean; full: boolean }
  /** Something has happened elsewhere. */
  readonly moved: () => void
  /** Until nothing moves. */
  readonly settle: () => Promise<void>
  /** What was said since the last call. */
  readonly heard: () => string
}

export function textWire(): WireEnd {
  const state = { closed: false, flowing: true, full: false }
  let [output, moves] = ['', 0]
  return {
    state,
    wire: {
      send(text) {
        if (state.closed) throw new Error(`sent after the end: ${text}`)
        output += text
        moves += 1
        return !state.full
      },
      close() {
        if (state.closed) throw new Error('closed twice')
        state.closed = true
      },
      flow(open) {
        state.flowing = open
      },
      later(resume) {
        moves += 1
        setImmediate(resume)
      },
    },
    moved: () => {
      moves += 1
    },
    settle: async () => {
      for (let before = -1; before !== moves; ) {
        before = moves
        await immediate()
      }
    },
    heard: () => {
      const heard = output
      output = ''
      return heard
    },
  }
}

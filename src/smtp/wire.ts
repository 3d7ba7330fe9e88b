/** What a session needs of the connection under it. The server has one over a socket, tests have one over a list. */
export interface Wire {
  /** False when the client does not read fast enough; the session goes on when it is told `drained`. */
  send(text: string): boolean
  /** Delivers what was sent, then ends the connection. Nothing is sent after it. */
  close(): void
  /** Whether the session wants to hear more. */
  flow(open: boolean): void
  /** Calls back soon, after others had their turn. */
  later(resume: () => void): void
}

/** What a session needs of the connection under it. The server has one over a socket, tests have one over a list. */
export interface Wire {
  /** False when the client does not read fast enough; the session goes on when it is told `drained`. */
  send(text: string): boolean
  /**
   * Delivers what was sent, then begins a TLS handshake. What came in before and was not handed on yet is dropped. The
   * session is told `secured`, or `gone` when it came to nothing. Absent: there is no TLS here.
   */
  startTls?(): void
  /** Delivers what was sent, then ends the connection; in the middle of a handshake at once. Nothing is sent after it. */
  close(): void
  /** Whether the session wants to hear more. */
  flow(open: boolean): void
  /** Whether octets have come in that the session was not handed yet. */
  holdsInput?(): boolean
  /** Calls back soon, after others had their turn. */
  later(resume: () => void): void
}

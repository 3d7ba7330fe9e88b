/** Exit codes, the same for all commands (docs/cli.md). */
export const EXIT = {
  /** Ran; nothing to complain about. */
  ok: 0,
  /** Ran; findings or failed tests. */
  findings: 1,
  /** Wrong command line. */
  usage: 2,
  /** Could not run: unreadable file, port in use, broken site. */
  failed: 3,
  /** Nothing to check, no tests found. */
  nothing: 4,
  interrupted: 130,
} as const

export const EXIT_MEANINGS: ReadonlyMap<number, string> = new Map([
  [EXIT.ok, 'ran, nothing to complain about'],
  [EXIT.findings, 'ran; findings, failed tests, or a gate not met'],
  [EXIT.usage, 'wrong command line'],
  [EXIT.failed, 'could not run'],
  [EXIT.nothing, 'nothing to do: nothing to check, no test ran'],
  [EXIT.interrupted, 'interrupted'],
])

/** A command cannot go on; the message is a plain sentence for the terminal. */
export class CommandError extends Error {
  readonly exitCode: number
  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.exitCode = exitCode
  }
}

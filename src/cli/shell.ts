/** What a command is registered with: its words for the terminal, and where to leave its exit code. */
import type { Terminal } from './terminal.ts'

export interface Shell {
  readonly terminal: Terminal
  readonly finish: (exitCode: number) => void
}

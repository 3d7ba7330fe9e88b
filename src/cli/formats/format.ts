/** What a format is: a report as a document for people or for a program. */
import type { Command, SavedReport } from '../../testing/report-shape.ts'

export interface Rendering {
  readonly color: boolean
  /** Findings that are shown to people; programs get all of them. */
  readonly limit: number
  /** Every file of tests gets a line. */
  readonly verbose: boolean
}

export interface Format {
  readonly summary: string
  /** Which commands can be reported in it. */
  readonly commands: readonly Command[]
  /** For people: a failure of the command is told on standard error alone. */
  readonly people?: boolean
  /** What is not asked for is not loaded. */
  readonly load: () => Promise<Render>
}

/** One document without a line end at the end; an empty one is written as nothing. Never throws. */
export type Render = (report: SavedReport, rendering: Rendering) => string

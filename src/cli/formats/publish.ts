/**
 * Runs a command that reports, and writes its documents: one to standard output, the others to files, and the job summary
 * where GitHub Actions asks for it. Also where the command cannot run: a program that reads a report always gets one.
 */
import { appendFile, stat, writeFile } from 'node:fs/promises'
import { reasonOf } from '../../core/reason.ts'
import type { Command, SavedReport } from '../../testing/report-shape.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'
import { FORMATS } from './index.ts'
import type { Rendering } from './format.ts'
import { completeOutputs, type Output } from './outputs.ts'

export interface Publishing {
  readonly command: Command
  readonly outputs: readonly Output[]
  readonly limit: number
  readonly verbose?: boolean
}

/** Leaves the report's exit code with the shell. A fault is thrown again, behind its report. */
export async function publish(publishing: Publishing, shell: Shell, run: () => Promise<SavedReport>): Promise<void> {
  const { command, limit, verbose = false } = publishing
  const outputs = annotated(completeOutputs(publishing.outputs, command), publishing.outputs)
  const rendering = { color: false, limit, verbose }
  const made = await attempt(command, run)
  const written = await attempt(command, async () => {
    await writeFiles(made.report, outputs, rendering)
    return made.report
  })
  const { report, fault } = made.fault ? made : written
  await print(report, outputs, { ...rendering, color: shell.terminal.color }, shell.terminal)
  if (fault) throw fault
  if (report.failure !== undefined) shell.terminal.talk(`postern: ${report.failure}`)
  shell.finish(report.summary.exit_code)
}

/** In GitHub Actions a log for people has annotations behind it. */
function annotated(outputs: readonly Output[], asked: readonly Output[]): readonly Output[] {
  const isDefault = asked.every(({ file }) => file !== undefined)
  const isAnnotated = asked.some(({ name }) => name === 'github')
  const wanted = process.env['GITHUB_ACTIONS'] === 'true' && isDefault && !isAnnotated
  return wanted ? [...outputs, { name: 'github', file: undefined }] : outputs
}

interface Attempted {
  readonly report: SavedReport
  readonly fault?: Error
}

async function attempt(command: Command, run: () => Promise<SavedReport>): Promise<Attempted> {
  try {
    return { report: await run() }
  } catch (error) {
    const fault = error instanceof Error ? error : new Error(String(error))
    const exitCode = fault instanceof CommandError ? fault.exitCode : EXIT.failed
    const { failureReport } = await import('./assemble.ts')
    return { report: failureReport(command, fault.message, exitCode), fault }
  }
}

async function writeFiles(report: SavedReport, outputs: readonly Output[], rendering: Rendering): Promise<void> {
  for (const { name, file } of outputs) {
    if (file === undefined) continue
    const text = (await FORMATS[name].load())(report, rendering)
    await writeFile(file, text === '' ? '' : `${text}\n`).catch((error: unknown) => {
      throw new CommandError(`${file} cannot be written: ${reasonOf(error)}`)
    })
  }
  if (outputs.some(({ name }) => name === 'github')) await summarize(report, rendering)
}

/** What GitHub takes for the summary of a step, in octets. */
const LONGEST_SUMMARY = 1024 * 1024

/** Behind what others wrote there; a summary that is too long would be dropped whole. */
async function summarize(report: SavedReport, rendering: Rendering): Promise<void> {
  const file = process.env['GITHUB_STEP_SUMMARY']
  if (file === undefined || file === '') return
  const taken = await stat(file).then(
    ({ size }) => size,
    () => 0,
  )
  const render = await FORMATS.markdown.load()
  const text = cutAtLine(render(report, rendering), LONGEST_SUMMARY - taken)
  await appendFile(file, text).catch((error: unknown) => {
    throw new CommandError(`the job summary cannot be written: ${reasonOf(error)}`)
  })
}

const CUT = '\n\nThe rest does not fit here; the log has it.\n'

function cutAtLine(text: string, octets: number): string {
  const whole = Buffer.from(`${text}\n`)
  if (whole.length <= octets) return `${text}\n`
  if (octets < CUT.length) return ''
  const room = whole.subarray(0, octets - CUT.length)
  return `${room.subarray(0, Math.max(0, room.lastIndexOf('\n'))).toString('utf8')}${CUT}`
}

async function print(
  report: SavedReport,
  outputs: readonly Output[],
  rendering: Rendering,
  terminal: Terminal,
): Promise<void> {
  for (const { name, file } of outputs) {
    const { load, people = false } = FORMATS[name]
    if (file !== undefined || (people && report.failure !== undefined)) continue
    const text = (await load())(report, rendering)
    if (text !== '') terminal.print(text)
  }
}

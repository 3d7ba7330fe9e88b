/** `postern report`: a report that was saved with `-f json`, once more, in any format. */
import type { Command } from 'commander'
import { checkWithAjv } from '../../language/ajv.ts'
import { REPORT_SCHEMA, REPORT_VERSION, type SavedReport } from '../../testing/report-shape.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { withoutFindings } from '../formats/assemble.ts'
import { addReportFlags, formatsHelp, type ReportFlags } from '../formats/flags.ts'
import type { Output } from '../formats/outputs.ts'
import { publish } from '../formats/publish.ts'
import { readInput } from '../read-input.ts'
import type { Shell } from '../shell.ts'

interface Options extends ReportFlags {
  readonly verbose?: boolean
}

const EXAMPLES = `
Examples:
  $ postern check -f json=check.json; postern report check.json -f github
  $ postern test -f json | postern report - -f junit=test.xml

Exits as the command did that wrote the report.
`

export function addReport(program: Command, shell: Shell): void {
  const command = program
    .command('report')
    .description('Show a report that was saved with -f json, in any format')
    .argument('<file>', 'the report; - for standard input')
    .option('-v, --verbose', 'a line for each file of tests')
  addReportFlags(command)
    .addHelpText('after', `${formatsHelp('report')}${EXAMPLES}`)
    .action(async (file: string, { format: outputs = [], maxDiagnostics: limit, ...options }: Options) => {
      const { exitZero = false, verbose = false } = options
      await publish({ command: 'report', outputs, limit, verbose }, shell, async () => {
        const report = await readReport(file)
        checkOutputs(outputs, report)
        const { summary } = report
        return exitZero ? { ...report, summary: { ...summary, exit_code: withoutFindings(summary.exit_code) } } : report
      })
    })
}

async function readReport(file: string): Promise<SavedReport> {
  const value = parse(await readInput(file), file)
  const [fault] = checkWithAjv(REPORT_SCHEMA, value)
  if (!fault) return value as SavedReport
  const isOther = typeof value === 'object' && value !== null && 'version' in value && value.version !== REPORT_VERSION
  const why = isOther
    ? `it has version ${String(value.version)}, and this Postern reads version ${REPORT_VERSION}`
    : `${fault.path || 'it'} ${fault.message}`
  throw new CommandError(`${file} is no report of postern: ${why}`)
}

function parse(json: string, file: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    throw new CommandError(`${file} is no JSON; reports are written with \`-f json=${file}\``)
  }
}

function checkOutputs(outputs: readonly Output[], { tests, coverage }: SavedReport): void {
  const isWanted = (wanted: string): boolean => outputs.some(({ name }) => name === wanted)
  if (isWanted('tap') && !tests) throw new CommandError('there are no tests in this report', EXIT.usage)
  if (isWanted('lcov') && !coverage)
    throw new CommandError('there is no coverage in this report: it comes with `postern test --coverage`', EXIT.usage)
}

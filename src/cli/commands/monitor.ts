/** `postern monitor`: what have the rules on trial shown? */
import { type Command, Option } from 'commander'
import { TrialBook, type TrialReport } from '../../testing/trials.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { renderTrials, renderTrialsMarkdown } from '../for-people/trials.ts'
import { loadCheckedSite } from '../open-site.ts'
import { readLog } from '../sessions/read-log.ts'
import type { Shell } from '../shell.ts'
import type { Terminal } from '../terminal.ts'

interface Options {
  readonly site: string
  readonly format: 'pretty' | 'json' | 'markdown'
}

const EXAMPLES = `
For each rule with \`mode: monitor\`: how often it held, what its answer would have changed, how many of those whom it would have
refused had their message taken in the end, and an example for \`postern explain --log LOG --id ID\`. Give logs in their order.

Examples:
  $ postern monitor decisions.ndjson.2.gz decisions.ndjson.1 decisions.ndjson
  $ zcat decisions.*.gz | postern monitor - -f markdown

Exits with 4 when no rule is on trial.
`

export function addMonitor(program: Command, { terminal, finish }: Shell): void {
  program
    .command('monitor')
    .description('Say what rules on trial (`mode: monitor`) would have changed')
    .argument('<log...>', 'decision logs; - for standard input')
    .option('-s, --site <file>', 'the site file', 'postern.yaml')
    .addOption(
      new Option('-f, --format <name>', 'how to report').choices(['pretty', 'json', 'markdown']).default('pretty'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (files: string[], { site, format }: Options) => {
      const report = await trialsIn(files, site, terminal)
      if (report.rules.length === 0) throw new CommandError('no rule is on trial', EXIT.nothing)
      terminal.print(RENDERERS[format](report, terminal))
      finish(EXIT.ok)
    })
}

const RENDERERS: Readonly<Record<Options['format'], (report: TrialReport, terminal: Terminal) => string>> = {
  pretty: renderTrials,
  markdown: renderTrialsMarkdown,
  json: (report) => JSON.stringify(report, null, 2),
}

async function trialsIn(files: readonly string[], path: string, terminal: Terminal): Promise<TrialReport> {
  const { program } = await loadCheckedSite(path, terminal)
  const book = new TrialBook(program)
  let count = 0
  for await (const record of readLog(files)) {
    book.add(record)
    count += 1
    if (count % 10_000 === 0) terminal.progress(`${count} decisions`)
  }
  return book.report(new Date().toISOString().slice(0, 'YYYY-MM-DD'.length))
}

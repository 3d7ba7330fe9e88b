/** `postern doctor`: would this site serve on this machine, as this user, with this DNS? */
import { type Command, Option } from 'commander'
import { examine } from '../doctor/examine.ts'
import type { Finding, Status } from '../doctor/finding.ts'
import { EXIT } from '../exit-code.ts'
import type { Shell } from '../shell.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'
import { painter, type Terminal } from '../terminal.ts'

type Format = 'pretty' | 'json'

export function addDoctor(program: Command, { terminal, finish }: Shell): void {
  const command = program
    .command('doctor')
    .description('Look at ports, users, files, DNS, lists outside, programs and sockets as the server would meet them')
    .argument('[site]', 'the site file', 'postern.yaml')
    .addOption(new Option('-f, --format <name>', 'how to report').choices(['pretty', 'json']).default('pretty'))
  addSiteFlags(command)
    .addHelpText(
      'after',
      '\nExample:\n  $ postern doctor postern.yaml\n\nExits with 1 when something would not work.\n',
    )
    .action(async (path: string, { format, ...flags }: SiteFlags & { format: Format }) => {
      const findings = await examine(siteGiven(flags) ?? path)
      if (format === 'json') terminal.print(JSON.stringify({ version: 1, summary: counts(findings), findings }))
      else for (const finding of findings) terminal.print(rendered(finding, terminal))
      finish(findings.some(({ status }) => status === 'error') ? EXIT.findings : EXIT.ok)
    })
}

function counts(findings: readonly Finding[]): Readonly<Record<Status, number>> {
  const count = (wanted: Status): number => findings.filter(({ status }) => status === wanted).length
  return { ok: count('ok'), warning: count('warning'), error: count('error') }
}

const MARKS = { ok: ['✓', 'green'], warning: ['!', 'yellow'], error: ['✗', 'red'] } as const

function rendered({ about, status, message, help }: Finding, { color }: Terminal): string {
  const paint = painter(color)
  const [mark, tint] = MARKS[status]
  return `${paint(tint, mark)} ${paint('bold', about)}: ${message}${help === undefined ? '' : `\n    ${help}`}`
}

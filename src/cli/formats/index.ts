/** All formats by name, in the order in which they are listed. */
import { COMMANDS } from '../../testing/report-shape.ts'
import { renderCheckstyle } from './checkstyle.ts'
import { renderCompactReport } from './compact.ts'
import type { Format } from './format.ts'
import { renderGithub } from './github.ts'
import { renderGitlab } from './gitlab.ts'
import { renderHtml } from './html.ts'
import { renderJson, renderNdjson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderLcov } from './lcov.ts'
import { renderMarkdown } from './markdown.ts'
import { renderPrettyReport } from './pretty.ts'
import { renderSarif } from './sarif.ts'
import { renderTap } from './tap.ts'

const OF_TESTS = ['test', 'report'] as const

const TABLE = {
  pretty: { summary: 'for people', commands: COMMANDS, people: true, render: renderPrettyReport },
  compact: {
    summary: 'a line for each finding, for editors',
    commands: COMMANDS,
    people: true,
    render: renderCompactReport,
  },
  json: { summary: 'everything; `postern report` reads it again', commands: COMMANDS, render: renderJson },
  ndjson: { summary: 'the same, a line for each thing', commands: COMMANDS, render: renderNdjson },
  sarif: { summary: 'for code scanning', commands: COMMANDS, render: renderSarif },
  junit: { summary: 'for build servers', commands: COMMANDS, render: renderJunit },
  github: { summary: 'annotations of GitHub Actions, and the job summary', commands: COMMANDS, render: renderGithub },
  gitlab: { summary: 'GitLab Code Quality', commands: COMMANDS, render: renderGitlab },
  checkstyle: { summary: 'for build servers', commands: COMMANDS, render: renderCheckstyle },
  markdown: { summary: 'for summaries and comments', commands: COMMANDS, render: renderMarkdown },
  html: { summary: 'one page for people who have no terminal', commands: COMMANDS, render: renderHtml },
  tap: { summary: 'tests', commands: OF_TESTS, render: renderTap },
  lcov: { summary: 'coverage', commands: OF_TESTS, render: renderLcov },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof TABLE

export const FORMATS: Readonly<Record<FormatName, Format>> = TABLE
export const FORMAT_NAMES = Object.keys(TABLE) as readonly FormatName[]

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(TABLE, name)
}

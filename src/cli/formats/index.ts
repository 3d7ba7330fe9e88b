/** All formats by name, in the order in which they are listed. */
import { isKeyOf, keysOf } from '../../core/table.ts'
import { COMMANDS } from '../../testing/report-shape.ts'
import type { Format } from './format.ts'

const OF_TESTS = ['test', 'report'] as const

const TABLE = {
  pretty: {
    summary: 'for people',
    commands: COMMANDS,
    people: true,
    load: async () => (await import('./pretty.ts')).renderPrettyReport,
  },
  compact: {
    summary: 'a line for each finding, for editors',
    commands: COMMANDS,
    people: true,
    load: async () => (await import('./compact.ts')).renderCompactReport,
  },
  json: {
    summary: 'everything; `postern report` reads it again',
    commands: COMMANDS,
    load: async () => (await import('./json.ts')).renderJson,
  },
  ndjson: {
    summary: 'the same, a line for each thing',
    commands: COMMANDS,
    load: async () => (await import('./json.ts')).renderNdjson,
  },
  sarif: {
    summary: 'for code scanning',
    commands: COMMANDS,
    load: async () => (await import('./sarif.ts')).renderSarif,
  },
  junit: {
    summary: 'for build servers',
    commands: COMMANDS,
    load: async () => (await import('./junit.ts')).renderJunit,
  },
  github: {
    summary: 'annotations of GitHub Actions, and the job summary',
    commands: COMMANDS,
    load: async () => (await import('./github.ts')).renderGithub,
  },
  gitlab: {
    summary: 'GitLab Code Quality',
    commands: COMMANDS,
    load: async () => (await import('./gitlab.ts')).renderGitlab,
  },
  checkstyle: {
    summary: 'for build servers',
    commands: COMMANDS,
    load: async () => (await import('./checkstyle.ts')).renderCheckstyle,
  },
  markdown: {
    summary: 'for summaries and comments',
    commands: COMMANDS,
    load: async () => (await import('./markdown.ts')).renderMarkdown,
  },
  html: {
    summary: 'one page for people who have no terminal',
    commands: COMMANDS,
    load: async () => (await import('./html.ts')).renderHtml,
  },
  tap: { summary: 'tests', commands: OF_TESTS, load: async () => (await import('./tap.ts')).renderTap },
  lcov: { summary: 'coverage', commands: OF_TESTS, load: async () => (await import('./lcov.ts')).renderLcov },
} as const satisfies Record<string, Format>

export type FormatName = keyof typeof TABLE

export const FORMATS: Readonly<Record<FormatName, Format>> = TABLE
export const FORMAT_NAMES: readonly FormatName[] = keysOf(TABLE)

/** Of commands whose reports are none of findings. */
export const BENCH_FORMATS = ['pretty', 'json'] as const satisfies readonly FormatName[]

/** What `-f` takes behind a command. */
export function formatsOf(command: string): readonly FormatName[] {
  if (command === 'bench') return BENCH_FORMATS
  return FORMAT_NAMES.filter((name) => FORMATS[name].commands.some((one) => one === command))
}

export function isFormatName(name: string): name is FormatName {
  return isKeyOf(TABLE, name)
}

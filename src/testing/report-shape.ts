/**
 * The shape of a report: what `check` and `test` found, as `-f json` writes it, as `postern report` reads it again, and as
 * every other format is made from it. docs/cli.md describes it; `version` changes when a key goes away or changes its meaning.
 */
import type { FromSchema, Schema } from '../core/schema.ts'
import {
  COLUMN,
  COUNT,
  DIAGNOSTIC_SCHEMA,
  EXCERPT_SCHEMA,
  FILE,
  LINE,
  SEVERITIES,
  TEXT,
} from '../language/render/json.ts'
import { MUTATION_SCHEMA } from './mutation/report-shape.ts'

export const REPORT_VERSION = 1
export const COMMANDS = ['check', 'test', 'import', 'report'] as const
export const TEST_STATES = ['passed', 'failed', 'skipped', 'todo'] as const

const TEXTS = { type: 'array', items: TEXT } as const satisfies Schema

const SUMMARY_SCHEMA = {
  type: 'object',
  required: ['files', 'error', 'warning', 'info', 'fail_on', 'exit_code'],
  properties: {
    files: { ...COUNT, description: 'Files looked at' },
    rules: { ...COUNT, description: 'Rules looked at, by `check`' },
    lists: { ...COUNT, description: 'List files looked at, by `check`' },
    suppressed: { ...COUNT, description: 'Findings that a comment allows' },
    error: { ...COUNT, description: 'Findings that are errors' },
    warning: { ...COUNT, description: 'Findings that are warnings' },
    info: { ...COUNT, description: 'Findings that are for information' },
    passed: { ...COUNT, description: 'Tests that hold' },
    failed: { ...COUNT, description: 'Tests that do not hold, or could not be judged' },
    skipped: { ...COUNT, description: 'Tests left out by their `skip`' },
    todo: { ...COUNT, description: 'Tests that fail as their `todo` says' },
    bailed: { type: 'boolean', description: 'Stopped behind the first test that failed' },
    fail_on: { type: 'string', enum: SEVERITIES, description: 'The least finding that fails the run' },
    exit_code: { type: 'integer', minimum: 0, maximum: 255, description: 'What the command ended with' },
  },
} as const satisfies Schema

const MISMATCH_SCHEMA = {
  type: 'object',
  required: ['field', 'expected', 'actual'],
  properties: {
    field: { ...TEXT, description: 'The key of `expect`' },
    expected: { ...TEXT, description: 'What the test says of it' },
    actual: { ...TEXT, description: 'What came of it' },
    about: { type: 'string', description: 'Step and decision, where a test expects several things' },
  },
} as const satisfies Schema

const TEST_RESULT_SCHEMA = {
  type: 'object',
  required: ['suite', 'name', 'status', 'passed', 'file', 'line', 'mismatches', 'problems', 'because'],
  properties: {
    suite: { ...TEXT, description: 'The plugin or file that the test is of' },
    name: { ...TEXT, description: 'What the test says that it is about' },
    status: {
      type: 'string',
      enum: TEST_STATES,
      description: 'A `todo` fails as expected; a `skipped` one was not run',
    },
    passed: { type: 'boolean', description: 'Its status is `passed`' },
    reason: { type: 'string', description: 'Of its `skip` or `todo`' },
    file: FILE,
    line: LINE,
    mismatches: { type: 'array', items: MISMATCH_SCHEMA, description: 'What was expected and is not so' },
    problems: { ...TEXTS, description: 'Why it could not be judged' },
    decided: { type: 'string', description: 'What was decided instead, by which rule' },
    because: { ...TEXTS, description: 'The comparisons of that rule' },
  },
} as const satisfies Schema

export const CONDITION_SCHEMA = {
  type: 'object',
  required: ['test', 'line', 'column', 'hit', 'missed', 'unknown'],
  properties: {
    test: { ...TEXT, description: 'The comparison, as the rule has it' },
    line: LINE,
    column: COLUMN,
    hit: { ...COUNT, description: 'How often it was true' },
    missed: { ...COUNT, description: 'How often it was false' },
    unknown: { ...COUNT, description: 'How often nobody could tell' },
  },
} as const satisfies Schema

const COVERED_RULE_SCHEMA = {
  type: 'object',
  required: ['rule', 'hook', 'line', 'column', 'evaluated', 'matched', 'conditions'],
  properties: {
    rule: { ...TEXT, description: 'The name of the rule' },
    hook: { ...TEXT, description: 'The hook of its chain; several with commas between them' },
    line: LINE,
    column: COLUMN,
    evaluated: { ...COUNT, description: 'How often it was asked' },
    matched: { ...COUNT, description: 'How often its condition held' },
    conditions: { type: 'array', items: CONDITION_SCHEMA, description: 'The comparisons of the rule' },
    reply: {
      type: 'object',
      required: ['line', 'spoken'],
      properties: { line: LINE, spoken: { ...COUNT, description: 'How often it was spoken' } },
      description: 'The answer of the rule; absent where it has none',
    },
  },
} as const satisfies Schema

export const COVERED_FILE_SCHEMA = {
  type: 'object',
  required: ['file', 'rules', 'lists', 'conditions'],
  properties: {
    file: FILE,
    rules: { type: 'array', items: COVERED_RULE_SCHEMA, description: 'Rules of the file' },
    lists: {
      type: 'array',
      items: {
        type: 'object',
        required: ['list', 'line', 'hits'],
        properties: {
          list: { ...TEXT, description: 'The name of the list' },
          line: LINE,
          hits: { ...COUNT, description: 'How often something was found in it' },
        },
      },
      description: 'Lists of the file',
    },
    conditions: {
      type: 'array',
      items: CONDITION_SCHEMA,
      description: 'Conditions of whole plugins, in a site or ruleset',
    },
  },
} as const satisfies Schema

const USED = {
  type: 'object',
  required: ['used', 'total'],
  properties: {
    used: { ...COUNT, description: 'Those that a test came to' },
    total: { ...COUNT, description: 'All of them' },
  },
} as const satisfies Schema

export const COVERAGE_SCHEMA = {
  type: 'object',
  required: ['percent', 'rules', 'conditions', 'replies', 'lists', 'files'],
  properties: {
    percent: { type: 'number', minimum: 0, maximum: 100, description: 'Rules matched, rounded down to tenths' },
    fail_under: { type: 'number', description: 'The percentage of rules that was asked for' },
    fail_under_conditions: { type: 'number', description: 'The percentage of conditions that was asked for' },
    fail_under_replies: { type: 'number', description: 'The percentage of replies that was asked for' },
    fail_under_lists: { type: 'number', description: 'The percentage of lists that was asked for' },
    rules: {
      type: 'object',
      required: ['matched', 'evaluated', 'total'],
      properties: {
        matched: { ...COUNT, description: 'Rules whose condition held at least once' },
        evaluated: { ...COUNT, description: 'Rules that were asked at least once' },
        total: { ...COUNT, description: 'All of them' },
      },
      description: 'Counts of rules',
    },
    conditions: {
      type: 'object',
      required: ['both', 'total'],
      properties: {
        both: { ...COUNT, description: 'Comparisons that were true once and false once' },
        total: { ...COUNT, description: 'All of them' },
      },
      description: 'Counts of comparisons',
    },
    replies: { ...USED, description: 'Counts of answers that were spoken' },
    lists: { ...USED, description: 'Counts of lists in which something was found' },
    files: { type: 'array', items: COVERED_FILE_SCHEMA, description: 'The same for each file, by rule and comparison' },
  },
} as const satisfies Schema

const SNAPSHOTS_SCHEMA = {
  type: 'object',
  required: ['written', 'stale'],
  properties: {
    written: { ...TEXTS, description: 'Files that were written' },
    stale: {
      type: 'array',
      items: {
        type: 'object',
        required: ['file', 'line', 'name'],
        properties: { file: FILE, line: LINE, name: { ...TEXT, description: 'Of the snapshot' } },
      },
      description: 'Stored, and no test has them any more',
    },
  },
} as const satisfies Schema

const SUPPRESSED_SCHEMA = {
  type: 'object',
  required: ['finding', 'reason'],
  properties: {
    finding: { ...DIAGNOSTIC_SCHEMA, description: 'As it would stand among the findings' },
    reason: { type: 'string', description: 'What its comment says' },
  },
} as const satisfies Schema

export const REPORT_SCHEMA = {
  type: 'object',
  required: ['version', 'tool', 'command', 'summary', 'diagnostics', 'excerpts'],
  properties: {
    version: { type: 'integer', enum: [REPORT_VERSION], description: 'Of this shape' },
    tool: {
      type: 'object',
      required: ['name', 'version'],
      properties: {
        name: { type: 'string', enum: ['postern'], description: 'Always `postern`' },
        version: { ...TEXT, description: 'Of Postern' },
      },
      description: 'What wrote the report',
    },
    command: { type: 'string', enum: COMMANDS, description: 'What was run; `report` only where it failed' },
    summary: { ...SUMMARY_SCHEMA, description: 'Counts, and the exit code' },
    failure: { type: 'string', description: 'Why the command could not run, or had nothing to do' },
    diagnostics: { type: 'array', items: DIAGNOSTIC_SCHEMA, description: 'Findings about the files' },
    suppressed: { type: 'array', items: SUPPRESSED_SCHEMA, description: 'Findings that a comment allows; by `check`' },
    tests: { type: 'array', items: TEST_RESULT_SCHEMA, description: 'Results, in order; by `test`' },
    coverage: { ...COVERAGE_SCHEMA, description: 'By `test --coverage`' },
    mutation: { ...MUTATION_SCHEMA, description: 'By `test --mutate`' },
    snapshots: { ...SNAPSHOTS_SCHEMA, description: 'Where there is something to say about them; by `test`' },
    excerpts: {
      type: 'array',
      items: EXCERPT_SCHEMA,
      description: 'Lines that findings are about, and all lines of files that coverage is about',
    },
  },
} as const satisfies Schema

export type SavedReport = FromSchema<typeof REPORT_SCHEMA>
export type Summary = FromSchema<typeof SUMMARY_SCHEMA>
export type JsonTest = FromSchema<typeof TEST_RESULT_SCHEMA>
export type Command = (typeof COMMANDS)[number]

/**
 * Cases of the language as data: what a rule says, what a session holds, what is decided.
 *
 * `conditions` are judged alone: which sessions they hit, miss, or leave unknown. `cases` are plugins or whole sites with
 * the decisions expected of them, in the form of policy tests.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Schema } from '../../src/core/schema.ts'
import { Report } from '../../src/language/diagnostic.ts'
import { toJson } from '../../src/language/node.ts'
import { checkSchema } from '../../src/language/schema/check.ts'
import { EXPECT_SCHEMA, SESSION_SCHEMA } from '../../src/language/files/session-schema.ts'
import { parseYaml } from '../../src/language/yaml/parse.ts'
import { mergeRecords, type SessionRecord } from '../../src/testing/session-record.ts'
import type { Expectation } from '../../src/testing/test-case.ts'
import { some } from '../support/some.ts'
import { findingLines } from './memory-site.ts'

export interface Condition {
  readonly match: unknown
  readonly unless?: unknown
  /** Where it is asked; `data_post` without it. */
  readonly at?: string
  readonly hit?: readonly SessionRecord[]
  readonly miss?: readonly SessionRecord[]
  readonly unknown?: readonly SessionRecord[]
}

export interface Case {
  readonly name: string
  /** Text of the only plugin. */
  readonly plugin?: string
  /** Text of the site file, with its other files in `files`. */
  readonly site?: string
  readonly files?: Readonly<Record<string, string>>
  readonly given?: SessionRecord
  readonly expect?: Expectation | readonly Expectation[]
  /** More sessions of the same site. */
  readonly sessions?: readonly {
    readonly given: SessionRecord
    readonly expect: Expectation | readonly Expectation[]
  }[]
  /** `warn text`, in order, of what rules log. */
  readonly logs?: readonly string[]
  /** Milliseconds to wait, by hook. */
  readonly waits?: Readonly<Record<string, number>>
  /** Rules asked, in order, as `hook plugin/rule`. */
  readonly asked?: readonly string[]
}

export interface CaseFile {
  readonly topic: string
  readonly given?: SessionRecord
  readonly conditions?: readonly Condition[]
  readonly cases?: readonly Case[]
}

const TEXTS: Schema = { type: 'object', additionalProperties: { type: 'string' } }
const SESSIONS: Schema = { type: 'array', items: SESSION_SCHEMA }
const EXPECT: Schema = { anyOf: [EXPECT_SCHEMA, { type: 'array', items: EXPECT_SCHEMA }] }

const CASE_FILE_SCHEMA: Schema = {
  type: 'object',
  required: ['topic'],
  properties: {
    topic: { type: 'string' },
    given: SESSION_SCHEMA,
    conditions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['match'],
        properties: { match: {}, unless: {}, at: { type: 'string' }, hit: SESSIONS, miss: SESSIONS, unknown: SESSIONS },
      },
    },
    cases: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          plugin: { type: 'string' },
          site: { type: 'string' },
          files: TEXTS,
          given: SESSION_SCHEMA,
          expect: EXPECT,
          sessions: {
            type: 'array',
            items: {
              type: 'object',
              required: ['given', 'expect'],
              properties: { given: SESSION_SCHEMA, expect: EXPECT },
            },
          },
          logs: { type: 'array', items: { type: 'string' } },
          waits: { type: 'object', additionalProperties: { type: 'integer' } },
          asked: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
}

const CASES = join(import.meta.dirname, 'cases')

export function caseFiles(): readonly CaseFile[] {
  return some(readdirSync(CASES).toSorted(), 'cases').map((name) => readCaseFile(join(CASES, name)))
}

function readCaseFile(path: string): CaseFile {
  const report = new Report()
  const root = parseYaml(readFileSync(path, 'utf8'), path, report)
  if (root && checkSchema(root, CASE_FILE_SCHEMA, report, { what: 'a case file' })) return toJson(root) as CaseFile
  throw new Error(findingLines(report).join('\n'))
}

/** A session that reaches every hook. */
export const WHOLE: SessionRecord = {
  remote_ip: '192.0.2.7',
  helo: 'client.example',
  sender: 'a@example.net',
  rcpt: 'x@example.org',
  headers: [['Subject', 'hi']],
  body: 'Hello',
}

export const ONE_PLUGIN = 'hostname: mx.example.org\nplugins: [./plugin.yaml]\n'

/** The files of a case's site. */
export function textsOf({ plugin, site = ONE_PLUGIN, files }: Case): Readonly<Record<string, string>> {
  return { 'postern.yaml': site, ...(plugin !== undefined && { 'plugin.yaml': plugin }), ...files }
}

export interface CaseSession {
  readonly given: SessionRecord
  readonly expect: readonly Expectation[]
}

export function sessionsOf({ given = {}, expect = [], sessions }: Case, file: CaseFile): readonly CaseSession[] {
  const base = mergeRecords(WHOLE, file.given ?? {})
  return (sessions ?? [{ given, expect }]).map((one) => ({
    given: mergeRecords(base, one.given),
    expect: [one.expect].flat() as readonly Expectation[],
  }))
}

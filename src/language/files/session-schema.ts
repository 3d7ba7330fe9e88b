/** The shape of a recorded session and of a test: one shape for `given`, `explain --session` and replay. */
import { HOOKS } from '../../core/hook.ts'
import type { Schema } from '../../core/schema.ts'
import { POLICY_SCHEMA } from './policy-file.ts'
import { TRANSPORT_PROPERTIES } from './transport-schema.ts'
import { RETURN_CODES } from '../../core/verdict.ts'

const TEXTS: Schema = { type: 'object', additionalProperties: { type: 'string' } }
const SCALAR: Schema = { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] }
const NOTES: Schema = { type: 'object', additionalProperties: SCALAR }
const ONE_OR_MORE: Schema = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] }

const TRUTH = { type: 'string', enum: ['hit', 'miss', 'unknown'] } as const satisfies Schema
const ANSWER = {
  type: 'object',
  required: ['truth'],
  properties: {
    truth: { ...TRUTH, description: 'Whether it holds' },
    found: { ...TEXTS, description: 'What it finds, by name: what rules read as `WORD.NAME`' },
  },
} as const satisfies Schema

const SAID: Schema = {
  anyOf: [
    { type: 'string', enum: ['NONE', 'FAILED'] },
    { type: 'object', additionalProperties: SCALAR },
  ],
}
const QUESTIONS = {
  type: 'object',
  additionalProperties: {
    anyOf: [
      { type: 'string', enum: ['FAILED'] },
      { type: 'object', additionalProperties: SAID },
    ],
  },
} as const satisfies Schema

export const SESSION_SCHEMA = {
  type: 'object',
  properties: {
    remote_ip: { type: 'string', description: "The client's address; 192.0.2.1 without it" },
    remote_host: {
      anyOf: [{ type: 'string' }, { type: 'null' }],
      description: "The client's name by PTR look-up, null for none; what `dns` answers, when it is left out",
    },
    remote_port: { type: 'integer', minimum: 0, maximum: 65535, description: "The client's port" },
    local_ip: { type: 'string', description: 'The address the client connected to' },
    local_port: { type: 'integer', minimum: 0, maximum: 65535, description: 'The port the client connected to' },
    listener: { type: 'string', description: 'Name of the listener' },
    client_sessions: { type: 'integer', minimum: 1, description: 'Sessions that the client has open, with this one' },
    elapsed: { type: 'number', minimum: 0, description: 'Seconds since the client connected, all along' },
    relay_client: { type: 'boolean', description: 'Whether the client may relay from the start' },
    immune: { type: 'boolean', description: 'Whether the client is on a white list from the start' },
    helo: { type: 'string', description: 'The name given with EHLO' },
    helo_verb: { type: 'string', enum: ['EHLO', 'HELO'], description: 'EHLO without it' },
    auth: {
      type: 'object',
      required: ['user'],
      properties: {
        user: { type: 'string', description: 'Name of the user' },
        mechanism: { type: 'string', description: 'PLAIN without it' },
        password: { type: 'string', description: 'The client logs in with it; without it, it has logged in before' },
      },
      description: 'Who logs in, and how',
    },
    ...TRANSPORT_PROPERTIES,
    commands: {
      type: 'array',
      items: { type: 'string' },
      description: 'Command lines said after the greeting, such as NOOP or unknown ones',
    },
    sender: { type: 'string', description: 'The envelope sender; "" or "<>" is the null sender' },
    mail_params: { ...TEXTS, description: 'Parameters of MAIL' },
    rcpt: { ...ONE_OR_MORE, description: 'The recipients' },
    rcpt_params: { ...TEXTS, description: 'Parameters of RCPT, the same for all recipients' },
    headers: {
      type: 'array',
      items: { type: 'array', items: { type: 'string' }, minItems: 2 },
      description: 'Header fields: [[name, value], …]',
    },
    body: { type: 'string', description: 'The body' },
    message: { type: 'string', description: 'File with the whole message, instead of headers and body' },
    notes: {
      type: 'object',
      properties: {
        connection: { ...NOTES, description: 'Those that last as long as the connection' },
        transaction: { ...NOTES, description: 'Those that last as long as the transaction' },
      },
      description: 'Notes that are there from the start',
    },
    env: { ...TEXTS, description: 'Environment variables' },
    policies: {
      type: 'object',
      additionalProperties: POLICY_SCHEMA,
      description: 'Policies by address, domain or name, before those of the site',
    },
    now: { type: 'string', description: 'The time, as 2026-11-20T12:00:00Z' },
    dns: {
      type: 'object',
      additionalProperties: ONE_OR_MORE,
      description: '"NAME TYPE": [answers], or TIMEOUT, SERVFAIL or NXDOMAIN',
    },
    sources: {
      type: 'object',
      additionalProperties: { anyOf: [{ type: 'string', enum: ['FAILED'] }, TEXTS] },
      description: 'What lists outside answer: "URL": { key: value }, or FAILED; other keys are not in it',
    },
    sql: { ...QUESTIONS, description: 'What databases answer to `sql`, by URL and query' },
    ldap: { ...QUESTIONS, description: 'What directories answer to `ldap`, by `URL/base` and filter' },
    http: { ...QUESTIONS, description: 'What web services answer to `http`, by server, and method with path' },
    answers: {
      type: 'object',
      additionalProperties: {
        anyOf: [TRUTH, ANSWER, { type: 'array', items: { anyOf: [TRUTH, ANSWER] }, minItems: 1 }],
      },
      description: 'What words answer, in place of asking: `clamd: hit`. Several: one after the other',
    },
    delivery: {
      type: 'string',
      enum: ['delivered', 'deferred', 'refused'],
      description: 'What the delivery target answers; delivered without it',
    },
  },
} as const satisfies Schema

/** What must hold of one decision, or in the end. */
const ONE_EXPECTATION = {
  type: 'object',
  minProperties: 1,
  properties: {
    hook: { type: 'string', enum: HOOKS, description: 'The decision meant; the last one without it' },
    rcpt: { type: 'string', description: 'The recipient meant, where a hook decides for each; the first without it' },
    return: { type: 'string', enum: RETURN_CODES, description: 'The return code' },
    message: { type: 'string', description: 'The text of the verdict' },
    reply: {
      anyOf: [{ type: 'string' }, { type: 'integer' }],
      description: 'The reply, or how it begins: `550 5.7.1`',
    },
    plugin: { type: 'string', description: 'The plugin that decided' },
    rule: { type: 'string', description: 'The rule that decided' },
    disconnect: { type: 'boolean', description: 'Whether the session was closed' },
    delay: { type: 'string', format: 'duration', description: 'How long the client waits for the reply' },
    log: { type: 'string', description: 'What a line has that rules wrote to the log at this hook' },
    would: {
      type: 'string',
      enum: [...RETURN_CODES, 'none'],
      description: 'What a rule in monitor mode would have answered',
    },
    accepted: { ...ONE_OR_MORE, description: 'The recipients accepted in the end' },
    delivered_to: { ...ONE_OR_MORE, description: 'Where mail to the accepted recipients goes in the end' },
    relay_client: { type: 'boolean', description: 'Whether the client may relay in the end' },
    immune: { type: 'boolean', description: 'Whether the session is immune in the end' },
    score: { type: 'number', description: 'The score in the end' },
    notes: { ...NOTES, description: 'Notes in the end' },
    headers: { ...TEXTS, description: 'Header fields of the message in the end' },
    unknown: { type: 'boolean', description: 'Whether some condition at the hook could not be found out' },
  },
} as const satisfies Schema

export const EXPECT_SCHEMA = {
  ...ONE_EXPECTATION,
  properties: {
    ...ONE_EXPECTATION.properties,
    recipients: {
      type: 'object',
      minProperties: 1,
      additionalProperties: { anyOf: [{ type: 'string', enum: RETURN_CODES }, ONE_EXPECTATION] },
      description: 'What each recipient gets at rcpt: a return code, or an expectation of its own',
    },
  },
} as const satisfies Schema

const EXPECT = {
  anyOf: [EXPECT_SCHEMA, { type: 'array', items: EXPECT_SCHEMA, minItems: 1 }],
  description: 'What must hold; a list means all of it',
} as const satisfies Schema

const STEP_SCHEMA = {
  type: 'object',
  required: ['at'],
  properties: {
    at: { type: 'string', format: 'duration', description: 'When, from the start of the test' },
    given: { ...SESSION_SCHEMA, description: "Merged into the test's session" },
    expect: EXPECT,
  },
} as const satisfies Schema

const TEST_PROPERTIES = {
  name: { type: 'string', description: 'What is shown, as a sentence' },
  skip: { type: 'string', minLength: 1, description: 'Why this test is left out' },
  todo: { type: 'string', minLength: 1, description: 'What is missing: the test must fail until it is there' },
  params: { type: 'object', additionalProperties: {}, description: 'Parameters of the plugin' },
  lists: { type: 'object', additionalProperties: {}, description: 'Lists of the plugin: entries, or a file' },
  local_domains: { anyOf: [{ type: 'string' }, { type: 'array' }], description: 'Domains we accept mail for' },
  given: { ...SESSION_SCHEMA, description: 'The session' },
  expect: EXPECT,
  table: {
    type: 'array',
    items: { type: 'array', minItems: 1 },
    minItems: 2,
    description: 'Many tests in one: the names of columns, then a row of values for each',
  },
  steps: {
    type: 'array',
    items: STEP_SCHEMA,
    minItems: 1,
    description: 'Sessions one after the other, in one world whose clock moves',
  },
  snapshot: { type: 'boolean', description: 'Compares what is decided with what was stored beside this file' },
} as const

export const TEST_SCHEMA = {
  type: 'object',
  required: ['name'],
  properties: TEST_PROPERTIES,
} as const satisfies Schema

export const SUITE_SCHEMA = {
  type: 'object',
  required: ['suite', 'tests'],
  properties: {
    suite: { type: 'string', description: 'Name of the suite' },
    site: { type: 'string', description: 'The site file under test, relative to this file' },
    plugin: { type: 'string', description: 'The plugin under test: a builtin, or a file relative to this one' },
    given: { ...SESSION_SCHEMA, description: 'Merged into the session of every test' },
    tests: { type: 'array', items: TEST_SCHEMA, description: 'The cases' },
  },
} as const satisfies Schema

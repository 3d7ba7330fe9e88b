/** The shape of a rule, as one JSON Schema: check at load, editor, documentation. Conditions are checked by the compiler. */
import { LOG_LEVELS } from '../../core/effect.ts'
import { HOOKS } from '../../core/hook.ts'
import { LIMITS } from '../../core/limits.ts'
import type { Schema } from '../../core/schema.ts'
import { ON_UNKNOWN } from '../../core/truth.ts'
import { RETURN_CODES } from '../../core/verdict.ts'
import { ACCEPTANCE_SCHEMA } from './mutation-schema.ts'
import { TRIAL_PROPERTIES } from '../trial.ts'

const NOTE_VALUES: Schema = {
  anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }],
}

const NOTE = '^note\\..+$'
const SETTING = '^policy\\..+$'

/** A value that a parameter may have, several of them, or a question about it. */
const WANTED: Schema = {
  anyOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'boolean' },
    { type: 'array', minItems: 1 },
    {
      type: 'object',
      minProperties: 1,
      properties: {
        exists: { type: 'boolean', description: 'Whether it was given' },
        not: { description: 'Not this' },
      },
    },
  ],
}

export const RULE_SCHEMA = {
  type: 'object',
  required: ['id'],
  properties: {
    id: {
      type: 'string',
      pattern: '^[a-z0-9][a-z0-9_.-]*$',
      description: 'Name of the rule within its plugin: letters, digits, - _ .',
    },
    summary: { type: 'string', description: 'What the rule is for' },
    enabled: {
      type: 'object',
      minProperties: 1,
      additionalProperties: WANTED,
      description: 'A match over parameters, decided at load; without it the rule is always there',
    },
    match: { $ref: '#/definitions/match', description: 'The condition. `always` matches every session' },
    unless: {
      $ref: '#/definitions/match',
      description: 'Exemptions: the rule applies when `match` holds and this does not',
    },
    on_unknown: {
      type: 'string',
      enum: ON_UNKNOWN,
      description: 'What a condition that could not be found out means: skip the rule, defer the client, or match',
    },
    set: {
      type: 'object',
      minProperties: 1,
      properties: {
        relay_client: { type: 'boolean', description: 'Whether the client may relay' },
        immune: { type: 'boolean', description: 'Whether rules leave the session alone' },
        own_files: {
          type: 'string',
          minLength: 1,
          description: "At user_config: directory of the recipient's own files, with %u, %h or %a in it",
        },
        'config.hostname': { type: 'string', description: 'At config: our own name in this session' },
        'config.greeting': { type: 'string', minLength: 1, description: 'At config: what follows it in the greeting' },
        'config.message_size': {
          type: 'integer',
          minimum: LIMITS.message_size.minimum,
          description: 'At config: the largest message of this session, in octets',
        },
        'config.command_timeout': {
          type: 'integer',
          minimum: LIMITS.command_timeout.minimum,
          description: 'At config: time for one command of this session, in seconds',
        },
      },
      patternProperties: { [NOTE]: NOTE_VALUES, [SETTING]: NOTE_VALUES },
      description: 'Sets note.NAME, relay_client or immune; at user_config also policy.NAME and own_files',
    },
    add: {
      type: 'object',
      minProperties: 1,
      properties: { score: { type: 'number', description: 'The score of the client' } },
      patternProperties: { [NOTE]: { type: 'number' } },
      description: 'Adds a number to note.NAME or to score',
    },
    headers: {
      type: 'object',
      minProperties: 1,
      properties: {
        add: { type: 'object', additionalProperties: { type: 'string' }, description: 'New fields, put on top' },
        replace: {
          type: 'object',
          additionalProperties: { type: 'string' },
          description: 'Fields that take the place of all with their name',
        },
        remove: { type: 'array', items: { type: 'string' }, description: 'Fields to drop' },
      },
      description: 'Edits the header section',
    },
    delay: { type: 'string', format: 'duration', description: 'Lets the client wait before the reply' },
    log: {
      anyOf: [
        { type: 'string' },
        {
          type: 'object',
          required: ['text'],
          properties: {
            level: { type: 'string', enum: LOG_LEVELS, description: 'How much it matters' },
            text: { type: 'string', description: 'The line; ${fact} is filled in' },
          },
        },
      ],
      description: 'Writes a line to the log',
    },
    deliver: {
      type: 'object',
      minProperties: 1,
      maxProperties: 1,
      additionalProperties: {},
      description: 'At queue: hands the message to a delivery target',
    },
    deliver_to: {
      anyOf: [
        { type: 'string' },
        { type: 'array', items: { type: 'string' }, minItems: 1 },
        {
          type: 'object',
          required: ['list'],
          properties: { list: { type: 'string', description: 'Name of a list of addresses' } },
        },
      ],
      description: 'Addresses that mail to the recipient goes to instead; the client knows it by its old one',
    },
    return: { type: 'string', enum: RETURN_CODES, description: 'The answer. Without it, the next rule is asked' },
    message: { type: 'string', description: 'Text for the client; ${fact} and ${fact | fallback} are filled in' },
    status: {
      type: 'string',
      pattern: '^[245X]\\.[0-9]{1,3}\\.[0-9]{1,3}$',
      description: 'Enhanced status code (RFC 3463), such as 5.7.1; X for the class of whatever `return` is',
      examples: ['5.7.1', 'X.7.1'],
    },
    reply_code: {
      type: 'integer',
      enum: [450, 451, 452, 530, 550, 551, 552, 553, 554],
      description: 'Reply code (RFC 5321 section 4.2.3) instead of that of the hook',
    },
    reply_at: { type: 'string', enum: HOOKS, description: 'Decide now, refuse at this later hook' },
    mode: {
      type: 'string',
      enum: ['enforce', 'monitor', 'naughty'],
      description:
        'monitor: log what the rule would have done, do not do it; naughty: remember the refusal for the plugin naughty',
    },
    ...TRIAL_PROPERTIES,
    mutation: ACCEPTANCE_SCHEMA,
  },
} as const satisfies Schema

/** The shape of a plugin file. */
import { LIST_KINDS } from '../../core/list.ts'
import type { Schema } from '../../core/schema.ts'
import { PLACES_SCHEMA } from './log-schema.ts'
import { ACCEPTANCE_SCHEMA } from './mutation-schema.ts'
import { SETTINGS_SCHEMA } from './policy-file.ts'
import { RULE_SCHEMA } from './rule-schema.ts'

export const PARAM_TYPES = [
  'text',
  'texts',
  'integer',
  'integers',
  'number',
  'boolean',
  'duration',
  'size',
  'return_code',
  'reject',
  'hook',
  'path',
] as const
export type ParamType = (typeof PARAM_TYPES)[number]

const LIST_KIND_NAMES = Object.keys(LIST_KINDS)

const LIST_SCHEMA = {
  type: 'object',
  required: ['of'],
  properties: {
    of: { type: 'string', enum: LIST_KIND_NAMES, description: 'Kind of the entries' },
    file: { type: 'string', description: "File of entries, relative to the site's directory" },
    entries: { type: 'array', items: { type: 'string' }, description: 'Entries in place' },
    source: { type: 'string', description: 'URL of a list outside, such as `cdb:lists/valid.cdb` (docs/sources.md)' },
    with: {
      type: 'object',
      additionalProperties: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      description: 'What the source is told: the same as behind `#` of its URL',
    },
    else: {
      type: 'string',
      description:
        'Name of the list that is asked for recipients who have none: for `own:` and other lists of their own',
    },
    optional: { type: 'boolean', description: 'Whether a missing file counts as an empty list' },
    summary: { type: 'string', description: 'What is in it' },
    mutation: ACCEPTANCE_SCHEMA,
  },
} as const satisfies Schema

const PARAM_SCHEMA = {
  type: 'object',
  properties: {
    type: { type: 'string', enum: PARAM_TYPES, description: 'Type of a value' },
    list: {
      type: 'string',
      enum: LIST_KIND_NAMES,
      description: 'Kind of a list; its value is a file or a list of entries',
    },
    values: { type: 'array', items: { type: 'string' }, description: 'The values allowed' },
    minimum: { type: 'number', description: 'The smallest number allowed' },
    maximum: { type: 'number', description: 'The greatest number allowed' },
    default: {
      description: 'Used when the site says nothing; without it the parameter must be given, unless it is optional',
    },
    optional: { type: 'boolean', description: 'May be left out; a list is empty then' },
    refused: {
      type: 'string',
      description: 'The original has it, and this plugin takes it not: what to write instead',
    },
    summary: { type: 'string', description: 'What it is for' },
  },
} as const satisfies Schema

const { place, time, tag, ...others } = PLACES_SCHEMA.items.properties

/** Their forms are checked when parameters are in place. */
const LOG_PLACES = {
  ...PLACES_SCHEMA,
  items: {
    ...PLACES_SCHEMA.items,
    properties: {
      ...others,
      place: { type: 'string', description: place.description },
      time: { type: 'string', description: time.description },
      tag: { type: 'string', description: tag.description },
    },
  },
  description: 'Places of the log of a site that uses the plugin, as in `log: { to: [..] }`',
} as const satisfies Schema

export const PLUGIN_SCHEMA = {
  type: 'object',
  required: ['plugin'],
  properties: {
    plugin: { type: 'string', pattern: '^[a-z0-9][a-z0-9_/-]*$', description: 'Name of the plugin' },
    summary: { type: 'string', description: 'What it does, in one sentence' },
    description: { type: 'string', description: 'More about it, for its documentation' },
    reference: { type: 'string', description: 'Where it comes from: a qpsmtpd plugin, an RFC' },
    refused: { type: 'string', description: 'No site can use it: what to write instead' },
    params: { type: 'object', additionalProperties: PARAM_SCHEMA, description: 'What a site may set' },
    lists: { type: 'object', additionalProperties: LIST_SCHEMA, description: 'Named lists' },
    notes: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        required: ['type'],
        properties: {
          type: { type: 'string', enum: ['text', 'number', 'boolean'], description: 'Type of its values' },
          scope: {
            type: 'string',
            enum: ['connection', 'transaction', 'recipient'],
            description: 'How long it lives, and who shares it',
          },
          summary: { type: 'string', description: 'What it says' },
        },
      },
      description: 'Notes that need a type or scope other than what their first writer implies',
    },
    settings: SETTINGS_SCHEMA,
    log: LOG_PLACES,
    hooks: {
      type: 'object',
      additionalProperties: { type: 'array', items: RULE_SCHEMA },
      description: 'A chain of rules for each hook; `helo, ehlo` is a chain for both',
    },
    tests: { type: 'array', items: { $ref: '#/definitions/test' }, description: 'Cases run by `postern test`' },
  },
} as const satisfies Schema

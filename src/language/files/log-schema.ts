/** The key `log` of a site file: from which level on lines are written, and where to. */
import { LOG_LEVELS } from '../../core/effect.ts'
import type { Schema } from '../../core/schema.ts'
import { STRFTIME_LETTERS } from '../../core/strftime.ts'

/** Of syslog. */
export const FACILITIES = [
  'user',
  'mail',
  'daemon',
  'auth',
  'local0',
  'local1',
  'local2',
  'local3',
  'local4',
  'local5',
  'local6',
  'local7',
] as const
export type Facility = (typeof FACILITIES)[number]

const PORT = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])'
const UDP = `syslog://([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):${PORT}`

const PATH = `([^%]|%[i${STRFTIME_LETTERS}])+`

export const PLACES_SCHEMA = {
  type: 'array',
  items: {
    type: 'object',
    required: ['place'],
    properties: {
      place: {
        type: 'string',
        pattern: `^(stdout:|stderr:|file:${PATH}|program:/.+|syslog:/[^/].*|${UDP})$`,
        description:
          '`file:PATH` (`%Y-%m-%d` and the like as in strftime, `%i` the session), `stdout:`, `stderr:`, `program:/PATH`, `syslog:/dev/log` (needs the program logger) or `syslog://ADDRESS:PORT` (UDP)',
        examples: ['file:/var/log/postern/%Y-%m-%d.log', 'syslog:/dev/log', 'syslog://192.0.2.1:514'],
      },
      level: {
        type: 'string',
        enum: LOG_LEVELS,
        description: "Lines below it are not written there; the log's own without it",
      },
      plugins: {
        type: 'array',
        items: { type: 'string' },
        description: 'Lines of these plugins are written there whatever their level is',
      },
      when: {
        type: 'string',
        enum: ['accepted', 'refused'],
        description:
          'Lines of a session wait until its transaction ends, and are written only if nothing, or something, was refused in it',
      },
      prefix: { type: 'string', minLength: 1, description: 'Stands before the text of each line' },
      format: {
        type: 'string',
        enum: ['json', 'text'],
        default: 'json',
        description:
          '`text`: time, host, process, text, then `name=value` of each field. Not for syslog, which has its own',
      },
      time: {
        type: 'string',
        pattern: `^([^%]|%[${STRFTIME_LETTERS}])+$`,
        description: 'Times of lines, as in strftime; without it as ISO 8601 has them',
      },
      nosplit: {
        type: 'boolean',
        default: false,
        description: 'All lines of a session go to the file that its first one goes to',
      },
      reopen: { type: 'boolean', default: false, description: 'The file is opened anew for each session' },
      arguments: { type: 'array', items: { type: 'string' }, default: [], description: 'For a program' },
      facility: { type: 'string', enum: FACILITIES, default: 'mail', description: 'For syslog' },
      tag: {
        type: 'string',
        pattern: '^[!-~]{1,48}$',
        default: 'postern',
        description: 'For syslog: the name that lines begin with',
      },
    },
  },
  description: 'Places of the log',
} as const satisfies Schema

export const LOG_SCHEMA = {
  type: 'object',
  properties: {
    level: { type: 'string', enum: LOG_LEVELS, default: 'info', description: 'Lines below it are not written' },
    file: {
      type: 'string',
      pattern: `^${PATH}$`,
      description: 'File to append to; standard error when no other place is named',
    },
    to: { ...PLACES_SCHEMA, minItems: 1, description: 'Places, several at once, beside `file`' },
  },
  description: 'The log',
} as const satisfies Schema

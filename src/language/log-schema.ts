/** The key `log` of a site file: from which level on lines are written, and where to. */
import { LOG_LEVELS } from '../core/effect.ts'
import type { Schema } from '../core/schema.ts'

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

export const LOG_SCHEMA = {
  type: 'object',
  properties: {
    level: { type: 'string', enum: LOG_LEVELS, default: 'info', description: 'Lines below it are not written' },
    file: { type: 'string', description: 'File to append to; standard error when no other place is named' },
    to: {
      type: 'array',
      minItems: 1,
      items: {
        type: 'object',
        required: ['place'],
        properties: {
          place: {
            type: 'string',
            pattern: `^(stdout:|stderr:|file:.+|syslog:/[^/].*|${UDP})$`,
            description:
              '`file:PATH`, `stdout:` and `stderr:` (JSON), `syslog:/dev/log` (needs the program logger) or `syslog://ADDRESS:PORT` (UDP)',
            examples: ['file:/var/log/postern/postern.log', 'syslog:/dev/log', 'syslog://192.0.2.1:514'],
          },
          level: {
            type: 'string',
            enum: LOG_LEVELS,
            description: "Lines below it are not written there; the log's own without it",
          },
          facility: { type: 'string', enum: FACILITIES, default: 'mail', description: 'For syslog' },
          tag: {
            type: 'string',
            pattern: '^[!-~]{1,48}$',
            default: 'postern',
            description: 'For syslog: the name that lines begin with',
          },
        },
      },
      description: 'Places, several at once, beside `file`',
    },
  },
  description: 'The log',
} as const satisfies Schema

/** The part of a site file that is about the life of the daemon: processes, rights, reload, health, the decision log. */
import type { Schema } from '../../core/schema.ts'

const FIELDS = ['remote_ip', 'helo', 'auth', 'sender', 'rcpt'] as const

export const LIFE_PROPERTIES = {
  workers: {
    anyOf: [
      { type: 'integer', minimum: 1, maximum: 256 },
      { type: 'string', enum: ['auto'] },
    ],
    default: 1,
    description: 'Processes that serve; `auto` is one for each processor, and 1 needs no other process',
  },
  user: { type: 'string', minLength: 1, description: 'Who to become once the ports are ours, when started by root' },
  group: { type: 'string', minLength: 1, description: "Group to become with it; the user's own without it" },
  allow_root: {
    type: 'boolean',
    default: false,
    description: 'Serve as root on loopback addresses, as a trial in a container does',
  },
  reload: {
    type: 'object',
    properties: {
      watch: {
        type: 'boolean',
        default: false,
        description: 'Load the site again when one of its files changes; SIGHUP does so always',
      },
    },
    description: 'How the site is loaded again while it serves',
  },
  smoke: {
    type: 'array',
    items: { type: 'string', minLength: 1 },
    description: 'Suites that must pass before the site serves, at the start and at every reload',
  },
  health: {
    type: 'object',
    required: ['listen'],
    properties: {
      listen: {
        type: 'string',
        pattern: '^([0-9.]+|\\[[0-9A-Fa-f:.]+\\]):[0-9]{1,5}$',
        description: 'Address and port of /healthz and /metrics',
        examples: ['127.0.0.1:9125'],
      },
    },
    description: 'A small HTTP server for supervision; it asks nobody for a password',
  },
  decisions: {
    type: 'object',
    required: ['file'],
    properties: {
      file: { type: 'string', minLength: 1, description: 'File of one JSON object a line' },
      record: {
        type: 'string',
        enum: ['decided', 'all'],
        default: 'decided',
        description: 'Hooks at which a rule held or a refusal was decided, or every hook',
      },
      rotate: {
        type: 'object',
        properties: {
          size: { type: 'string', format: 'size', default: '100 MiB', description: 'A new file begins at this size' },
          keep: { type: 'integer', minimum: 1, maximum: 1000, default: 10, description: 'Old files that are kept' },
        },
        description: 'When a new file begins',
      },
      headers: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        description: 'Header fields of the message that are recorded; none without it',
      },
      mask: {
        type: 'array',
        items: { type: 'string', enum: FIELDS },
        description: 'Facts that are replaced by a keyed hash, with everything that could repeat them',
      },
      key: {
        type: 'string',
        minLength: 1,
        description: 'File with the key of that hash; without it the same value has another hash after each start',
      },
    },
    description: 'The record of every decision, for explanations and replays afterwards',
  },
} as const satisfies Readonly<Record<string, Schema>>

/** A schema with everything our subset has, and what it says about mistakes. */
import type { Schema } from '../../src/core/schema.ts'

const KIND: Schema = { type: 'string', enum: ['relay', 'submission', 'mx'] }
const HOST: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: { type: 'string', minLength: 1, description: 'Its name' },
    port: { type: 'integer', minimum: 1, maximum: 65535, default: 25 },
    kind: { $ref: '#/definitions/kind' },
  },
}

export const SCHEMA: Schema = {
  type: 'object',
  required: ['host'],
  properties: {
    host: { type: 'string', minLength: 1, description: 'Where mail goes' },
    port: { type: 'integer', minimum: 1, maximum: 65535, default: 25 },
    ratio: { type: 'number' },
    greylist: { type: 'boolean' },
    wait: { type: 'string', format: 'duration', minimum: 1000, maximum: 60_000, default: '5s' },
    limit: { type: 'integer', format: 'size' },
    zones: { 'x-list': 'zone' },
    kind: { $ref: '#/definitions/kind' },
    version: { const: 1 },
    status: { type: 'string', pattern: '^[245]\\.\\d+\\.\\d+$', examples: ['5.7.1'] },
    names: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
    switch: { anyOf: [{ type: 'boolean' }, HOST] },
    between: { type: 'array', items: { type: 'number' }, minItems: 2 },
    deliver: { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: {} },
    hosts: { type: 'array', items: HOST },
    notes: { type: 'object', propertyNames: { pattern: '^[a-z]+$' }, additionalProperties: { type: 'number' } },
    target: {
      anyOf: [
        { type: 'object', required: ['path'], properties: { path: { type: 'string' } } },
        { type: 'object', required: ['url'], properties: { url: { type: 'string' }, timeout: { type: 'integer' } } },
      ],
    },
  },
}

export const USE = { what: 'a target', definitions: { kind: KIND } }

export interface SchemaCase {
  readonly name: string
  /** Besides `host: mx`, unless it begins with `!`. */
  readonly text: string
  readonly says: readonly string[]
  readonly message?: string
  readonly help?: string
}

export const SCHEMA_CASES: readonly SchemaCase[] = [
  // CFG101
  {
    name: 'a typo in a key',
    text: '! hots: mx',
    says: ['error CFG101 1:1-1:5 did you mean `host`?'],
    message: 'unknown key `hots` in a target',
    help: 'rename it to `host`',
  },
  { name: 'a key that is nobody’s', text: 'xyzzy: 1', says: ['error CFG101 2:1-2:6 not known here'] },
  {
    name: 'a key of a map inside',
    text: 'hosts:\n  - { name: a, prot: 5 }',
    says: ['error CFG101 3:16-3:20 did you mean `port`?'],
    message: 'unknown key `prot` in an entry of `hosts`',
  },
  { name: 'keys of one’s own', text: 'x-owner: [postmaster]', says: [] },

  // CFG102
  {
    name: 'a number in quotes',
    text: 'port: "60"',
    says: ['error CFG102 2:7-2:11 string'],
    message: '`port` must be an integer, got a string',
    help: 'remove the quotes: `port: 60`',
  },
  { name: 'a fraction', text: 'port: 5.5', says: ['error CFG102 2:7-2:10 not an integer'] },
  {
    name: 'a number for a text',
    text: '! host: 550',
    says: ['error CFG102 1:7-1:10 number'],
    help: 'quote it: `host: "550"`',
  },
  { name: 'a boolean for a text', text: '! host: true', says: ['error CFG102 1:7-1:11 boolean'] },
  { name: 'null for a text', text: '! host: ~', says: ['error CFG102 1:7-1:8 null'] },
  {
    name: 'a list for a text',
    text: '! host: [mx]',
    says: ['error CFG102 1:7-1:11 list'],
    help: 'write the value without brackets or dash: `host: mx`',
  },
  {
    name: 'a text for a map',
    text: 'deliver: maildir:x',
    says: ['error CFG102 2:10-2:19 string'],
    help: 'put a space behind the colon: `maildir: x`',
  },
  {
    name: 'a text for a list',
    text: 'between: 5',
    says: ['error CFG102 2:10-2:11 number'],
    help: 'write a list: `between: [5]`',
  },
  {
    name: 'true in quotes',
    text: 'greylist: "true"',
    says: ['error CFG102 2:11-2:17 string'],
    help: 'remove the quotes: `greylist: true`',
  },
  {
    name: 'none of the alternatives',
    text: 'names:\n  a: b',
    says: ['error CFG102 3:3-3:7 map'],
    message: '`names` must be a string or a list, got a map',
  },
  {
    name: 'an entry with a colon',
    text: 'zones:\n  - a.example: why',
    says: ['error CFG102 3:5-3:19 map'],
    help: 'if it is one text, quote it: "a.example: why"',
  },
  {
    name: 'the file as a whole',
    text: '!- a',
    says: ['error CFG102 1:1-1:4 list'],
    message: 'a target must be a map, got a list',
  },

  // CFG103
  {
    name: 'a key left out',
    text: '! port: 25',
    says: ['error CFG103 1:1-1:5 no `host` here'],
    message: 'a target needs the key `host`',
  },
  { name: 'a key left out inside', text: 'hosts:\n  - port: 25', says: ['error CFG103 3:5-3:9 no `name` here'] },
  {
    name: 'a key left out of an alternative',
    text: 'switch: { port: 25 }',
    says: ['error CFG103 2:1-2:7 no `name` here'],
  },

  // CFG104
  {
    name: 'a typo in a value',
    text: 'kind: realy',
    says: ['error CFG104 2:7-2:12 did you mean `relay`?'],
    help: 'write `kind: relay`',
  },
  {
    name: 'a value that is nobody’s',
    text: 'kind: xyzzy',
    says: ['error CFG104 2:7-2:12 not one of the values allowed'],
  },
  {
    name: 'another version',
    text: 'version: 2',
    says: ['error CFG104 2:10-2:11 did you mean `1`?'],
    help: 'write `version: 1`',
  },

  // CFG105
  {
    name: 'a number too large',
    text: 'port: 70000',
    says: ['error CFG105 2:7-2:12 too large'],
    message: '`port` must be at most 65535, got 70000',
  },
  { name: 'a number too small', text: 'port: 0', says: ['error CFG105 2:7-2:8 too small'] },
  {
    name: 'a duration too long',
    text: 'wait: 2m',
    says: ['error CFG105 2:7-2:9 too large'],
    message: '`wait` must be at most 1m, got 2m',
  },
  { name: 'too few entries', text: 'between: [1]', says: ['error CFG105 2:1-2:8 too few'] },
  { name: 'too many keys', text: 'deliver: { a: 1, b: 2 }', says: ['error CFG105 2:1-2:8 too many'] },
  { name: 'no keys', text: 'deliver: {}', says: ['error CFG105 2:1-2:8 too few'] },

  // CFG112
  {
    name: 'a text of another form',
    text: 'status: five',
    says: ['error CFG112 2:9-2:13 not the form asked for'],
    help: 'for example `status: 5.7.1`',
  },
  { name: 'an empty text', text: '! host: ""', says: ['error CFG112 1:7-1:9 empty'] },
  { name: 'a key of another form', text: 'notes: { A1: 1 }', says: ['error CFG112 2:10-2:12 not the form asked for'] },

  // CFG113
  { name: 'no duration', text: 'wait: ten', says: ['error CFG113 2:7-2:10 `wait` is a duration'] },
  {
    name: 'a duration in words',
    text: 'wait: 5 seconds',
    says: ['error CFG113 2:9-2:16 `wait` is a duration'],
    help: 'write `wait: 5s`',
  },
  {
    name: 'a size that could be either',
    text: 'limit: 10M',
    says: ['error CFG113 2:10-2:11 `limit` is a size'],
    help: 'write `limit: 10 MiB` or `limit: 10 MB`',
  },

  // YML702
  {
    name: 'off',
    text: 'greylist: off',
    says: ['error YML702 2:11-2:14 reads as the text "off"'],
    message: '`greylist` must be true or false; `off` is a string in YAML 1.2',
    help: 'write `greylist: false`',
  },
  {
    name: 'Yes',
    text: 'greylist: Yes',
    says: ['error YML702 2:11-2:14 reads as the text "Yes"'],
    help: 'write `greylist: true`',
  },
  {
    name: 'off where a map would do as well',
    text: 'switch: off',
    says: ['error YML702 2:9-2:12 reads as the text "off"'],
  },

  // YML709
  { name: 'braces for a text', text: '! host: {a: b}', says: ['error YML709 1:7-1:13 a map, not a text'] },
  { name: 'braces in a list', text: 'zones: [a, {b: c}]', says: ['error YML709 2:12-2:18 a map, not a text'] },

  // YML710
  {
    name: '5.10 for a text',
    text: 'status: 5.10',
    says: ['error YML710 2:9-2:13 reads as 5.1'],
    help: 'quote it: `status: "5.10"`',
  },
  {
    name: '0755 for a number',
    text: 'port: 0755',
    says: ['error YML710 2:7-2:11 reads as 755'],
    help: 'write `port: 755` or `port: 493`',
  },
  { name: '1e3 for a number', text: 'port: 1e3', says: ['error YML710 2:7-2:10 reads as 1000'] },
  { name: '0x1F for a number', text: 'port: 0x1F', says: ['error YML710 2:7-2:11 reads as 31'] },
  { name: 'infinity for a number', text: 'ratio: .inf', says: ['error YML710 2:8-2:12 reads as Infinity'] },
  { name: '5.10 for a number', text: 'ratio: 5.10', says: [] },
  { name: '10.0 in a list', text: 'zones: [10.0, 192.168.]', says: [] },

  // one mistake, one finding
  {
    name: 'a required key with a typo is not missing too',
    text: '! hst: mx',
    says: ['error CFG101 1:1-1:4 did you mean `host`?'],
  },
  { name: 'alternatives of one kind', text: 'target: { url: 5 }', says: ['error CFG102 2:16-2:17 number'] },
  {
    name: 'a typo in one of several alternatives',
    text: 'target: { url: x, timeuot: 5 }',
    says: ['error CFG101 2:19-2:26 did you mean `timeout`?'],
  },
  {
    name: 'what the parser reported',
    text: 'port: @x\nkind: !relay\nswitch:\nnames: {x}',
    says: [
      'error YML711 2:7-2:9 needs quotes',
      'error YML706 3:7-3:13 read as an empty value',
      'error YML714 4:1-4:7 no value',
      'error YML709 5:8-5:11 a map, not a text',
    ],
  },
  { name: 'parameters', text: 'port: ${port}\ngreylist: "${ on }"\nbetween: ${range}\nhosts: ["${host}"]', says: [] },
]

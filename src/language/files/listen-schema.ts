/** The part of a site file that is about listeners: where, what is offered, with which TLS, and whose word is taken. */
import { EXTENSIONS } from '../../core/extensions.ts'
import { AUTH_MECHANISMS, PROTOCOLS } from '../../core/offer.ts'
import { POSITIONS } from '../../core/position.ts'
import { TLS_MODES } from '../../core/service.ts'
import type { Schema } from '../../core/schema.ts'
import { mapValues } from '../../core/table.ts'
import { CLIENT_CERTIFICATES, TLS_VERSIONS } from '../../core/net/tls.ts'

/** What a listener may have otherwise than the site. */
const TLS_PROPERTIES = {
  certificates: {
    type: 'array',
    minItems: 1,
    items: {
      type: 'object',
      required: ['cert', 'key'],
      properties: {
        names: {
          type: 'array',
          minItems: 1,
          items: { type: 'string' },
          description: 'Names it is for, `*.example.org` for one label more; those in the certificate without it',
        },
        cert: { type: 'string', minLength: 1, description: 'PEM file, our own certificate first, then the chain' },
        key: { type: 'string', minLength: 1, description: 'PEM file of its private key' },
      },
    },
    description: 'By the name the client asks for (SNI); the first is for everybody else',
  },
  min_version: { type: 'string', enum: TLS_VERSIONS, description: 'TLSv1.2 without it; what is older is broken' },
  ciphers: { type: 'string', minLength: 1, description: "OpenSSL's list of ciphers, best first" },
  client_certificates: {
    type: 'string',
    enum: CLIENT_CERTIFICATES,
    description: 'Whether clients are asked for a certificate, and have to have one an authority has signed',
  },
  ca: { type: 'string', minLength: 1, description: 'PEM file of these authorities; the public ones without it' },
} as const satisfies Readonly<Record<string, Schema>>

const MODE = { type: 'string', enum: TLS_MODES } as const satisfies Schema

function trust(description: string): Schema {
  const from: Schema = { 'x-list': 'ip', description: 'Addresses and networks, or a list file' }
  return { type: 'object', required: ['from'], properties: { from }, description }
}

const AUTH_SCHEMA = {
  type: 'object',
  required: ['mechanisms'],
  properties: {
    mechanisms: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', enum: AUTH_MECHANISMS },
      description: 'SASL mechanisms; what a backend cannot check is offered and fails',
    },
    without_tls: {
      type: 'boolean',
      default: false,
      description: 'Also in clear text, for everybody in between to read',
    },
  },
  description: 'Clients may log in, as far as a plugin answers the hook `auth`',
} as const satisfies Schema

export const EXTENSIONS_SCHEMA: Schema = {
  type: 'object',
  properties: mapValues(EXTENSIONS, (one) => ({ type: 'boolean', default: one.default, description: one.summary })),
  description: 'Extensions of SMTP that are offered, on all listeners',
}

export const TLS_SCHEMA = {
  type: 'object',
  properties: TLS_PROPERTIES,
  description: 'Certificates, and what is asked of clients, on all listeners with TLS',
} as const satisfies Schema

export const LISTEN_SCHEMA = {
  type: 'array',
  items: {
    type: 'object',
    properties: {
      name: { type: 'string', default: 'smtp', description: 'What rules see as `listener`' },
      address: {
        type: 'string',
        default: '127.0.0.1',
        description: 'Address to listen on; with `path`, where its clients count as coming from',
      },
      port: { type: 'integer', minimum: 0, maximum: 65535, description: 'Port; 0 for any free one' },
      path: { type: 'string', minLength: 1, description: 'A unix socket, instead of a port' },
      permissions: {
        type: 'string',
        pattern: '^0?[0-7]{3}$',
        default: '660',
        description: 'Of the unix socket: who may connect',
      },
      protocol: {
        type: 'string',
        enum: [...PROTOCOLS, ...POSITIONS],
        default: 'smtp',
        description:
          '`lmtp`: LHLO instead of EHLO, and a reply for each recipient after the content (RFC 2033). `policy` and `milter`: another mail server asks what the rules say (docs/attach.md)',
      },
      auth: AUTH_SCHEMA,
      tls: {
        anyOf: [
          MODE,
          { type: 'object', properties: { mode: { ...MODE, description: 'When it begins' }, ...TLS_PROPERTIES } },
        ],
        description:
          'After STARTTLS, from the start, or not at all; `starttls` when the site has certificates. A map sets `mode` and overrides the site',
      },
      require_tls: { type: 'boolean', description: 'Whether mail is only taken over TLS' },
      proxy: trust('Peers that announce their clients with the PROXY protocol, and must'),
      nat64: trust('Translators: an address there stands for the IPv4 address in its last 32 bits, `64:ff9b::/96`'),
      xclient: trust('Clients that may say for whom they speak (XCLIENT)'),
      xforward: trust('Clients that may say, for the log, whose mail they bring (XFORWARD)'),
    },
  },
  description: 'Where to listen',
} as const satisfies Schema

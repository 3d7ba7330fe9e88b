/** The part of a recorded session that is about what lies between the client and us. */
import type { Schema } from '../../core/schema.ts'

function text<const D extends string>(description: D) {
  return { type: 'string', description } as const satisfies Schema
}

export const TRANSPORT_PROPERTIES = {
  tls: {
    type: 'object',
    properties: {
      protocol: text('TLSv1.3 without it'),
      cipher: text("OpenSSL's name of the cipher suite"),
      server_name: text('The name the client asked for'),
      client: {
        type: 'object',
        properties: {
          subject: text('Its subject, as CN=client.example,O=Example'),
          fingerprint: text('Its SHA-256, in pairs of digits with colons'),
          verified: { type: 'boolean', description: 'Whether an authority of ours has signed it' },
        },
        description: "The client's certificate",
      },
    },
    description: 'What protects the connection',
  },
  anonymous: { type: 'boolean', description: 'Whether a proxy in front did not know the client' },
  attached: { type: 'boolean', description: 'Whether another mail server holds the session, and asks us' },
  proxy: {
    type: 'object',
    required: ['ip'],
    properties: {
      ip: text('Its address'),
      authority: text('The name the client asked it for'),
      unique_id: text('Its name for the connection'),
      tls: {
        type: 'object',
        properties: {
          protocol: text('TLS version'),
          cipher: text('Cipher suite'),
          client: text("Common name of the client's certificate"),
          verified: { type: 'boolean', description: 'Whether the proxy found that certificate good' },
        },
        description: 'TLS between the client and the proxy',
      },
    },
    description: 'What a proxy in front said',
  },
  xforward: {
    type: 'object',
    properties: {
      name: text('Name of the client before'),
      addr: text('Its address'),
      port: text('Its port'),
      helo: text('What it said with HELO'),
      proto: text('Protocol of the server before'),
      ident: text('Queue id of the server before'),
      source: text('LOCAL or REMOTE'),
    },
    description: 'What XFORWARD said',
  },
} as const satisfies Readonly<Record<string, Schema>>

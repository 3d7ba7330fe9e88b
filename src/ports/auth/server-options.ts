/** How a server is reached over the network: options that several words share, and the check of its certificate. */
import type { Schema } from '../../core/schema.ts'
import { type TlsCheck, tlsCheck } from '../../delivery/smtp/tls.ts'

export const SERVER_OPTIONS = {
  host: {
    type: 'string',
    minLength: 1,
    default: 'localhost',
    description: 'Name or address of the server; with TLS its certificate must be for it',
  },
  tls: {
    type: 'string',
    enum: ['required', 'implicit', 'none'],
    default: 'required',
    description: '`required`: STARTTLS or nothing; `implicit`: TLS at once; `none`: passwords can be read on the way',
  },
  ca_file: {
    type: 'string',
    'x-path': true,
    minLength: 1,
    description: "Authorities that the certificate is checked with (PEM), for the system's",
  },
} as const satisfies Readonly<Record<string, Schema>>

/** Rejects when the file of authorities cannot be read. */
export function checkFor(host: string, caFile: string | undefined): Promise<TlsCheck> {
  return tlsCheck({ mode: 'required', verify: true, caFile, serverName: undefined }, host)
}

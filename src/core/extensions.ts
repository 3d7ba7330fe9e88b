/**
 * SMTP extensions that a site may switch on or off, under `extensions` in the site file.
 *
 * The rest is offered always, or follows from the listener: what needs the next server's help is off until a site says
 * that its delivery can do it, so that nothing is promised that would later have to be cut.
 */
import { mapValues } from './table.ts'

export const EXTENSIONS = {
  chunking: { default: true, summary: 'CHUNKING: content in chunks, with BDAT instead of DATA (RFC 3030)' },
  binarymime: {
    default: false,
    summary: 'BINARYMIME: content with any octets, in chunks (RFC 3030); the delivery must keep it octet for octet',
  },
  smtputf8: { default: true, summary: 'SMTPUTF8: addresses and header fields beyond ASCII (RFC 6531)' },
  dsn: {
    default: false,
    summary: 'DSN: who wants to hear what became of the message (RFC 3461); the delivery must see to it',
  },
  prdr: { default: true, summary: 'PRDR: a reply for each recipient after the content (draft-hall-prdr, as in Exim)' },
  requiretls: {
    default: false,
    summary:
      'REQUIRETLS, inside TLS only: the message travels over verified TLS or not at all (RFC 8689); the delivery must see to it',
  },
} as const satisfies Readonly<Record<string, { readonly default: boolean; readonly summary: string }>>

export type ExtensionName = keyof typeof EXTENSIONS
export type Extensions = Readonly<Record<ExtensionName, boolean>>

export function defaultExtensions(): Extensions {
  return mapValues(EXTENSIONS, (one) => one.default)
}

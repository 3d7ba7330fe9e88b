/** TLS towards the next server (RFC 3207, RFC 8314 for implicit TLS). */
import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { errorCode } from '../../core/reason.ts'
import { HostFault } from './host-fault.ts'

/**
 * `opportunistic` takes STARTTLS when it is offered and goes on in clear text when it is not, or fails: it helps against
 * listeners, not against somebody who changes what is said. `required` and `implicit` never go on in clear text.
 */
export const TLS_MODES = ['none', 'opportunistic', 'required', 'implicit'] as const
export type TlsMode = (typeof TLS_MODES)[number]

export interface TlsSettings {
  readonly mode: TlsMode
  /** Whether the certificate must be good for the server's name. */
  readonly verify: boolean
  /** PEM; the system's authorities when absent. */
  readonly caFile: string | undefined
  /** The name in the certificate, where it is not that of the host. */
  readonly serverName: string | undefined
}

export interface TlsCheck {
  readonly name: string
  readonly verify: boolean
  readonly ca: Buffer | undefined
}

/** What to check of the server known by this name. Throws a HostFault when the file of authorities cannot be read. */
export async function tlsCheck({ verify, caFile, serverName }: TlsSettings, name: string): Promise<TlsCheck> {
  const ca = caFile === undefined ? undefined : await readAuthorities(caFile)
  return { name: serverName ?? name, verify, ca }
}

async function readAuthorities(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch {
    throw new HostFault('The certificates of authorities cannot be read', '4.3.5')
  }
}

export function tlsOptions({ name, verify, ca }: TlsCheck): ConnectionOptions {
  return {
    // An address is checked like a name, but is none to ask for (RFC 6066 section 3).
    host: name,
    ...(isIP(name) === 0 && { servername: name }),
    ...(ca !== undefined && { ca }),
    rejectUnauthorized: verify,
  }
}

/** OpenSSL's and Node's codes only: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`. */
export function tlsFailure(error: Error): string {
  const code = errorCode(error) ?? ''
  return /^[A-Z0-9_]{1,60}$/.test(code) ? `TLS failed (${code})` : 'TLS failed'
}

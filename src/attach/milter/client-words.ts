/** What a mail server tells a milter of its client: the packet of SMFIC_CONNECT, and macros. */
import { decode } from '../../core/mail/decode.ts'
import { canonicalDomain } from '../../core/mail/domain.ts'
import { canonicalIp } from '../../core/net/ip.ts'
import type { Endpoint } from '../../core/session.ts'
import type { TlsState } from '../../core/net/tls.ts'
import type { Login } from '../inquiry.ts'
import { textsIn } from './packets.ts'

/** Undefined: a client without an internet address. */
export interface Caller {
  readonly remote: Endpoint | undefined
}

/** Host name, family (`4`, `6`, `L` for a unix socket, `U` for unknown), port, address. Undefined when it is malformed. */
export function readConnect(data: Buffer): Caller | undefined {
  const end = data.indexOf(0)
  const family = data.toString('latin1', end + 1, end + 2)
  if (end < 0 || !['4', '6', 'L', 'U'].includes(family)) return undefined
  if (family === 'L' || family === 'U') return { remote: undefined }
  const [address, ...rest] = textsIn(data.subarray(end + 4)) ?? []
  const ip = address && canonicalIp(address.toString('latin1').replace(/^ipv6:/i, ''))
  return ip === undefined || rest.length > 0 ? undefined : { remote: { ip, port: data.readUInt16BE(end + 2) } }
}

/** By the command they came with: a later packet for it takes the place of the earlier one. */
export class Macros {
  readonly #byCommand = new Map<string, ReadonlyMap<string, string>>()

  /** False when the packet is malformed. */
  read(data: Buffer): boolean {
    const texts = textsIn(data.subarray(1))
    if (data.length === 0 || !texts || texts.length % 2 !== 0) return false
    const values = new Map<string, string>()
    for (let at = 0; at < texts.length; at += 2) values.set(nameOf(texts[at]), valueOf(texts[at + 1]))
    this.#byCommand.set(data.toString('latin1', 0, 1), values)
    return true
  }

  forget(): void {
    this.#byCommand.clear()
  }

  /** Undefined for what is not said, or empty. */
  get(name: string): string | undefined {
    for (const values of this.#byCommand.values()) if (values.has(name)) return values.get(name) || undefined
    return undefined
  }

  /** By PTR look-up. */
  get remoteHost(): string | undefined {
    const name = this.get('client_ptr')
    return name === undefined || name === 'unknown' ? undefined : canonicalDomain(name)
  }

  get local(): Endpoint | undefined {
    const ip = canonicalIp((this.get('daemon_addr') ?? '').replace(/^ipv6:/i, ''))
    const port = this.get('daemon_port') ?? ''
    return ip === undefined ? undefined : { ip, port: /^\d{1,5}$/.test(port) ? Number(port) : 0 }
  }

  get login(): Login | undefined {
    const user = this.get('auth_authen')
    return user === undefined ? undefined : { user, mechanism: (this.get('auth_type') ?? '').toUpperCase() }
  }

  get tls(): TlsState | undefined {
    const protocol = this.get('tls_version')
    return protocol === undefined ? undefined : { protocol, cipher: this.get('cipher') ?? '' }
  }

  get queueId(): string | undefined {
    return this.get('i')
  }
}

/** Sendmail writes long names in braces. */
function nameOf(text: Buffer | undefined): string {
  return valueOf(text).replace(/^\{(.*)\}$/s, '$1')
}

function valueOf(text: Buffer | undefined): string {
  return text ? decode(text) : ''
}

/**
 * Certificates for tests (X.509, RFC 5280), made when they are asked for, so that none of them is ever out of date.
 *
 *     const ours = authority('Test authority')
 *     const { cert, key } = ours.issue({ subject: 'mx.example.org', names: ['mx.example.org'] })
 */
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

export interface Issued {
  /** PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: string
}

export interface Wish {
  /** Common name, and organisations, in that order: the most special first. */
  readonly subject: string | readonly string[]
  /** Domain names; `*.example.org` too. */
  readonly names?: readonly string[]
  /** Days from now; yesterday to tomorrow without it. */
  readonly valid?: readonly [from: number, until: number]
}

export interface Authority extends Issued {
  issue(wish: Wish): Issued
}

const DAY = 86_400_000

export function authority(name: string): Authority {
  const keys = newKeys()
  const issuer = distinguishedName([name])
  const extensions = [extension(OIDS.basicConstraints, sequence(bool(true)), true)]
  const own = certificate({ issuer, signer: keys.privateKey, subject: issuer, publicKey: keys.publicKey, extensions })
  return {
    cert: pem('CERTIFICATE', own),
    key: exported(keys.privateKey),
    issue({ subject, names = [], valid }) {
      const leaf = newKeys()
      const alternatives = sequence(...names.map((one) => tlv(0x82, Buffer.from(one))))
      const made = certificate({
        issuer,
        signer: keys.privateKey,
        subject: distinguishedName(typeof subject === 'string' ? [subject] : subject),
        publicKey: leaf.publicKey,
        extensions: names.length > 0 ? [extension(OIDS.subjectAltName, alternatives)] : [],
        ...(valid && { valid }),
      })
      return { cert: pem('CERTIFICATE', made), key: exported(leaf.privateKey) }
    },
  }
}

/** SHA-256 as `openssl x509 -fingerprint -sha256` prints it. */
export function fingerprint(cert: string): string {
  const der = Buffer.from(cert.replace(/-----[^-]+-----|\s/g, ''), 'base64')
  const hex = createHash('sha256').update(der).digest('hex').toUpperCase()
  return hex.replace(/(..)(?=.)/g, '$1:')
}

function newKeys(): { readonly publicKey: KeyObject; readonly privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
}

function exported(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString()
}

const OIDS = {
  commonName: '550403',
  organization: '55040a',
  basicConstraints: '551d13',
  subjectAltName: '551d11',
  ecdsaWithSha256: '2a8648ce3d040302',
} as const

interface Parts {
  readonly issuer: Buffer
  readonly signer: KeyObject
  readonly subject: Buffer
  readonly publicKey: KeyObject
  readonly extensions: readonly Buffer[]
  readonly valid?: readonly [from: number, until: number]
}

let serial = 0

function certificate({ issuer, signer, subject, publicKey, extensions, valid = [-1, 1] }: Parts): Buffer {
  const algorithm = sequence(oid(OIDS.ecdsaWithSha256))
  const [from, until] = valid.map((days) => time(Date.now() + days * DAY))
  const body = sequence(
    tlv(0xa0, integer(2)),
    integer((serial += 1)),
    algorithm,
    issuer,
    sequence(from ?? nothing, until ?? nothing),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length > 0 ? [tlv(0xa3, sequence(...extensions))] : []),
  )
  return sequence(body, algorithm, bits(sign('sha256', body, signer)))
}

/** In DER the most general name comes first. */
function distinguishedName([common = '', ...organisations]: readonly string[]): Buffer {
  const relative = (type: string, text: string): Buffer => tlv(0x31, sequence(oid(type), tlv(0x0c, Buffer.from(text))))
  const general = organisations.toReversed().map((text) => relative(OIDS.organization, text))
  return sequence(...general, relative(OIDS.commonName, common))
}

function extension(type: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(type), ...(critical ? [bool(true)] : []), tlv(0x04, value))
}

const nothing = Buffer.alloc(0)

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  const { length } = value
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), value])
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tlv(0x30, ...parts)
}

function oid(hex: string): Buffer {
  return tlv(0x06, Buffer.from(hex, 'hex'))
}

/** Below 32768. */
function integer(value: number): Buffer {
  return tlv(0x02, value < 128 ? Buffer.from([value]) : Buffer.from([value >> 8, value & 0xff]))
}

function bool(value: boolean): Buffer {
  return tlv(0x01, Buffer.from([value ? 0xff : 0]))
}

function bits(octets: Buffer): Buffer {
  return tlv(0x03, Buffer.from([0]), octets)
}

/** GeneralizedTime is for 2050 and later (section 4.1.2.5). */
function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '').slice(0, 14)
  const isLate = Number(digits.slice(0, 4)) >= 2050
  return tlv(isLate ? 0x18 : 0x17, Buffer.from(`${isLate ? digits : digits.slice(2)}Z`))
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString('base64').replace(/(.{64})/g, '$1\n')
  return `-----BEGIN ${label}-----\n${lines.trimEnd()}\n-----END ${label}-----\n`
}

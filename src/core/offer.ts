/** What a listener speaks, and which extensions it offers, as the site file says. */
import { defaultExtensions, type Extensions } from './extensions.ts'

export const PROTOCOLS = ['smtp', 'lmtp'] as const

/** SASL mechanisms (src/smtp/sasl), strongest first. */
export const AUTH_MECHANISMS = [
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-256',
  'SCRAM-SHA-1-PLUS',
  'SCRAM-SHA-1',
  'OAUTHBEARER',
  'XOAUTH2',
  'CRAM-MD5',
  'PLAIN',
  'LOGIN',
] as const

export interface Offer {
  /** LMTP (RFC 2033): LHLO instead of EHLO, and a reply for each recipient after the content. */
  readonly protocol: (typeof PROTOCOLS)[number]
  readonly extensions: Extensions
  /** Absent: nobody can log in here. */
  readonly auth: AuthOffer | undefined
}

export interface AuthOffer {
  /** Of `AUTH_MECHANISMS`. */
  readonly mechanisms: readonly string[]
  /** Passwords may be sent in clear. */
  readonly withoutTls: boolean
}

export const PLAIN_OFFER: Offer = { protocol: 'smtp', extensions: defaultExtensions(), auth: undefined }

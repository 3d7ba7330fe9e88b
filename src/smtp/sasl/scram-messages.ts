/** The messages of a SCRAM client (RFC 5802 section 7), read strictly: attributes in their order, nothing twice. */
import { decodeSaslName, type Gs2Header, readGs2 } from './gs2.ts'
import { decodeBase64 } from './response.ts'

export interface ClientFirst {
  readonly gs2: Gs2Header
  /** `client-first-message-bare`. */
  readonly bare: string
  readonly name: string
  readonly nonce: string
}

const FIRST = /^n=([^,\0]+),r=([!-+\--~]+)(?:,[A-Za-z]=[^,\0]*)*$/

/** Undefined for what is none. An `m=` in front is an extension that must be understood, and none is. */
export function readClientFirst(message: string): ClientFirst | undefined {
  const gs2 = readGs2(message)
  const [bare, encoded, nonce] = FIRST.exec(gs2?.rest ?? '') ?? []
  if (!gs2 || bare === undefined || encoded === undefined || nonce === undefined) return undefined
  const name = decodeSaslName(encoded)
  return name === undefined ? undefined : { gs2, bare, name, nonce }
}

export interface ClientFinal {
  /** `client-final-message-without-proof`. */
  readonly withoutProof: string
  readonly binding: Buffer
  readonly nonce: string
  readonly proof: Buffer
}

const FINAL = /^(c=([A-Za-z0-9+/=]+),r=([!-+\--~]+)(?:,[A-Za-z]=[^,\0]*)*),p=([A-Za-z0-9+/=]+)$/

export function readClientFinal(message: string): ClientFinal | undefined {
  const [, withoutProof, binding = '', nonce, proof = ''] = FINAL.exec(message) ?? []
  const [bindingOctets, proofOctets] = [decodeBase64(binding), decodeBase64(proof)]
  if (withoutProof === undefined || nonce === undefined || !bindingOctets || !proofOctets) return undefined
  return { withoutProof, binding: bindingOctets, nonce, proof: proofOctets }
}

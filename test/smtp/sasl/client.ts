/**
 * The client's side of every mechanism, written from the RFCs with nothing of the server's in it.
 *
 * Each client is told a challenge and answers; undefined at first where the server begins.
 */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import type { SaslEnd, SaslExchange } from '../../../src/smtp/sasl/exchange.ts'

export type Client = (challenge: Buffer | undefined) => Buffer | undefined

/** Lets both talk until the server has decided. `spoil` may change what the client says on its way. */
export async function converse(
  exchange: SaslExchange,
  client: Client,
  spoil: (response: Buffer, turn: number) => Buffer = (response) => response,
): Promise<SaslEnd> {
  let said = client(undefined)
  for (let turn = 0; turn < 10; turn += 1) {
    const step = await exchange.next(said && spoil(said, turn))
    if (step.kind !== 'challenge') return step
    said = said === undefined && step.challenge.length === 0 ? client(undefined) : client(step.challenge)
    if (said === undefined) throw new Error('the client has nothing to say')
  }
  throw new Error('the exchange does not end')
}

export function plainClient(user: string, password: string, authorization = ''): Client {
  return () => Buffer.from(`${authorization}\0${user}\0${password}`)
}

export function loginClient(user: string, password: string): Client {
  return (challenge) => (challenge ? Buffer.from(challenge.equals(PASSWORD) ? password : user) : undefined)
}
const PASSWORD = Buffer.from('Password:')

export function cramDigest(challenge: Buffer | string, password: string): string {
  return createHmac('md5', password).update(challenge).digest('hex')
}

export function cramClient(user: string, password: string): Client {
  return (challenge) => challenge && Buffer.from(`${user} ${cramDigest(challenge, password)}`)
}

export function xoauth2Client(user: string, token: string): Client {
  return (challenge) => (challenge ? Buffer.alloc(0) : Buffer.from(`user=${user}\x01auth=Bearer ${token}\x01\x01`))
}

export function oauthBearerClient(user: string, token: string): Client {
  const first = `n,a=${saslName(user)},\x01host=mx.example.org\x01port=587\x01auth=Bearer ${token}\x01\x01`
  return (challenge) => Buffer.from(challenge ? '\x01' : first)
}

function saslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C')
}

export interface ScramClientOptions {
  readonly hash: 'sha1' | 'sha256'
  readonly user: string
  readonly password: string
  readonly nonce?: string
  /** `n,,` without one. */
  readonly gs2?: string
  readonly binding?: Buffer
}

/** Throws when the server does not prove that it knows the secret. `messages` is what both said. */
export function scramClient(options: ScramClientOptions, messages: string[] = []): Client {
  const { hash, user, password, nonce = 'rOprNGfwEbeRWgbNEkqO', gs2 = 'n,,', binding = Buffer.alloc(0) } = options
  const bare = `n=${saslName(user)},r=${nonce}`
  let signature: string | undefined
  const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()

  const prove = (serverFirst: string): string => {
    const [, nonces = '', salt = '', count = ''] = /^r=([^,]*),s=([^,]*),i=(\d+)$/.exec(serverFirst) ?? []
    if (!nonces.startsWith(nonce) || nonces === nonce) throw new Error('the server has no nonce of its own')
    const size = hash === 'sha1' ? 20 : 32
    const salted = pbkdf2Sync(password, Buffer.from(salt, 'base64'), Number(count), size, hash)
    const clientKey = hmac(salted, 'Client Key')
    const channel = Buffer.concat([Buffer.from(gs2), binding]).toString('base64')
    const withoutProof = `c=${channel},r=${nonces}`
    const message = `${bare},${serverFirst},${withoutProof}`
    const mask = hmac(createHash(hash).update(clientKey).digest(), message)
    const proof = Buffer.from(clientKey.map((octet, index) => octet ^ (mask[index] ?? 0)))
    signature = hmac(hmac(salted, 'Server Key'), message).toString('base64')
    return `${withoutProof},p=${proof.toString('base64')}`
  }

  const answer = (challenge: Buffer | undefined): string => {
    if (!challenge) return `${gs2}${bare}`
    if (signature === undefined) return prove(challenge.toString())
    if (challenge.toString() !== `v=${signature}`) throw new Error('the server does not know the secret')
    return ''
  }

  return (challenge) => {
    const said = answer(challenge)
    messages.push(...(challenge ? [challenge.toString()] : []), said)
    return Buffer.from(said)
  }
}

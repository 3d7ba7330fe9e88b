/**
 * SCRAM-SHA-1, SCRAM-SHA-256 (RFC 5802, RFC 7677), and their -PLUS forms, which are bound to the TLS connection.
 *
 * A user that nobody knows gets a salt and a count like one whose password is stored in clear, the same each time, and
 * costs the same work. Who stores keys instead should store them with the same count, since a client is told it.
 */
import type { StoredSecret } from '../../core/auth.ts'
import { andThen, type MaybePromise } from '../../core/truth.ts'
import { challenge, exchange, failed, type Move, type SaslExchange, type SaslOptions } from './exchange.ts'
import type { Gs2Header } from './gs2.ts'
import { textOf, userNamed } from './identity.ts'
import { askAboutProof, type Claimant, type LookedUp, lookUp } from './policy.ts'
import { saslPrep } from './saslprep.ts'
import {
  HASH_OCTETS,
  hmac,
  isProof,
  keysFrom,
  saltedPassword,
  type ScramHash,
  type ScramKeys,
  serverSignature,
} from './scram-keys.ts'
import { type ClientFirst, readClientFinal, readClientFirst } from './scram-messages.ts'

export interface ScramKind {
  readonly mechanism: string
  readonly hash: ScramHash
  readonly isBound: boolean
}

const NONCE_OCTETS = 18
const SALT_OCTETS = 16

export function scram(kind: ScramKind): (options: SaslOptions) => SaslExchange {
  return (options) =>
    exchange({ challenge: Buffer.alloc(0), turn: (response) => begin({ kind, options }, textOf(response)) })
}

interface Setting {
  readonly kind: ScramKind
  readonly options: SaslOptions
}

function begin(setting: Setting, message: string | undefined): MaybePromise<Move> {
  const { kind, options } = setting
  const first = readClientFirst(message ?? '')
  if (!first) return failed('malformed')
  const binding = bindingFor(setting, first.gs2)
  const user = userNamed(first.name, first.gs2.authorization)
  if (typeof user !== 'string') return user
  if (!binding) return failed('denied')
  const claimant = { mechanism: kind.mechanism, user }
  return andThen(
    lookUp(options, claimant, (secret): secret is StoredSecret => serves(secret, kind.hash)),
    (lookedUp) => answerFirst({ ...setting, first, binding, claimant, lookedUp }),
  )
}

/** What the client must repeat in its last message; undefined where it is not bound as it must be (RFC 5802 section 6). */
function bindingFor({ kind, options }: Setting, { text, binding }: Gs2Header): Buffer | undefined {
  if (binding.kind === 'named') {
    const octets = kind.isBound ? options.channelBindings.get(binding.name) : undefined
    return octets && Buffer.concat([Buffer.from(text), octets])
  }
  // "You do not offer it", said to a server that does: somebody in between took the offer away.
  const isDowngraded = binding.kind === 'unseen' && options.channelBindings.size > 0
  return kind.isBound || isDowngraded ? undefined : Buffer.from(text)
}

function serves(secret: StoredSecret, hash: ScramHash): boolean {
  if (secret.kind === 'clear') return saslPrep(secret.password) !== undefined
  return secret.hash === hash && secret.storedKey.length === HASH_OCTETS[hash]
}

interface Conversation extends Setting {
  readonly first: ClientFirst
  readonly binding: Buffer
  readonly claimant: Claimant
  readonly lookedUp: LookedUp<StoredSecret>
}

function answerFirst(conversation: Conversation): Move {
  const { first, options } = conversation
  const nonce = `${first.nonce}${options.randomBytes(NONCE_OCTETS).toString('base64')}`
  const { salt, iterations } = shownFor(conversation)
  const message = `r=${nonce},s=${salt.toString('base64')},i=${iterations}`
  return challenge(message, (response) => verify(conversation, nonce, message, textOf(response)))
}

function shownFor(conversation: Conversation): { readonly salt: Buffer; readonly iterations: number } {
  const secret = conversation.lookedUp.stored?.secret
  return secret?.kind === 'scram' ? secret : invented(conversation)
}

function invented({ kind, options, claimant }: Conversation): { readonly salt: Buffer; readonly iterations: number } {
  const salt = hmac('sha256', options.processKey, `salt ${kind.hash} ${claimant.user}`).subarray(0, SALT_OCTETS)
  return { salt, iterations: options.iterations }
}

async function verify(
  conversation: Conversation,
  nonce: string,
  serverFirst: string,
  response: string | undefined,
): Promise<Move> {
  const { kind, first, binding, options, claimant, lookedUp } = conversation
  const final = readClientFinal(response ?? '')
  if (!final || final.proof.length !== HASH_OCTETS[kind.hash]) return failed('malformed')
  const message = `${first.bare},${serverFirst},${final.withoutProof}`
  const keys = await keysFor(conversation)
  const isProved = isProof(kind.hash, keys, message, final.proof)
  const isHere = final.nonce === nonce && final.binding.equals(binding)
  const end = await askAboutProof(options, claimant, lookedUp, isProved && isHere)
  if (end.kind === 'failed') return end
  const signature = serverSignature(kind.hash, keys, message).toString('base64')
  return challenge(`v=${signature}`, ({ length }) => (length === 0 ? end : failed('malformed')))
}

/** Derives keys in every case, for stored ones too: the time must not tell which users there are. */
async function keysFor(conversation: Conversation): Promise<ScramKeys> {
  const { kind, options, lookedUp } = conversation
  const secret = lookedUp.stored?.secret
  const { salt, iterations } = invented(conversation)
  const password = secret?.kind === 'clear' ? (saslPrep(secret.password) ?? '') : options.processKey
  const derived = keysFrom(kind.hash, await saltedPassword(kind.hash, password, salt, iterations))
  return secret?.kind === 'scram' ? secret : derived
}

/**
 * Logging in (RFC 4954): one exchange of a SASL mechanism, from AUTH to its reply.
 *
 * Who does not know the secret learns nothing else either: every failed attempt is answered in the same words, and not
 * before `auth_delay` has gone by since the client's last word, whatever the reason.
 */
import type { AuthAttempt } from '../core/auth.ts'
import { andThen, type MaybePromise } from '../core/truth.ts'
import { isTemporary, type ReturnCode, verdict } from '../core/verdict.ts'
import type { Answer } from './answer.ts'
import { authenticationMode } from './authentication-mode.ts'
import type { Ruling } from './decision-log.ts'
import type { Dialogue } from './dialogue.ts'
import type { Pause } from './pauses.ts'
import { AUTH_MALFORMED, AUTH_TOO_LONG } from './protocol-replies.ts'
import type { AuthAnswer, SaslExchange, SaslFailure, SaslStep } from './sasl/exchange.ts'
import { type Mechanism, mechanismsFor } from './sasl/mechanisms.ts'

/** Those this client could use now, strongest first. None in clear text, unless the listener allows that. */
export function offeredMechanisms({ offer: { auth }, connection }: Dialogue): readonly Mechanism[] {
  if (!auth || connection.auth) return []
  if (!connection.tls && !auth.withoutTls) return []
  const channelBindings = connection.tls?.channelBindings ?? NO_BINDINGS
  return mechanismsFor(new Set(auth.mechanisms), { isEncrypted: true, channelBindings })
}

/**
 * None where no -PLUS mechanism is on offer: a client that could bind says that the server cannot (RFC 5802 section 6),
 * and is right.
 */
function bindingsOffered(dialogue: Dialogue): ReadonlyMap<string, Buffer> {
  const isBound = offeredMechanisms(dialogue).some((mechanism) => mechanism.isBound)
  return (isBound && dialogue.connection.tls?.channelBindings) || NO_BINDINGS
}

const NO_BINDINGS: ReadonlyMap<string, Buffer> = new Map()

/** RFC 7677 section 4 asks for at least so many. */
const SCRAM_ITERATIONS = 4096

/** Challenges fit into one line of a reply (RFC 5321 section 4.5.3.1.5). */
const CHALLENGE_LENGTH = 500

export class Authentication {
  readonly #dialogue: Dialogue
  readonly #mechanism: string
  readonly #exchange: SaslExchange
  #attempt: AuthAttempt | undefined
  /** What the rules said last. */
  #ruling: Ruling | undefined

  constructor(dialogue: Dialogue, { name, start }: Mechanism) {
    const { hostname, entropy } = dialogue
    this.#dialogue = dialogue
    this.#mechanism = name
    this.#exchange = start({
      hostname,
      ask: (attempt) => this.#ask(attempt),
      randomBytes: (count) => entropy.bytes(count),
      processKey: entropy.key,
      iterations: SCRAM_ITERATIONS,
      channelBindings: bindingsOffered(dialogue),
    })
  }

  /** Goes on with what the client says; at first undefined when it says nothing. */
  respond(response: Buffer | undefined): MaybePromise<Answer> {
    const { pauses, limits } = this.#dialogue
    const pause = pauses.start(limits.auth_delay)
    return this.#dialogue.when(this.#exchange.next(response), (step) => this.#settle(step, pause))
  }

  #ask(attempt: AuthAttempt): MaybePromise<AuthAnswer> {
    if (this.#dialogue.isOver) return 'deny'
    const command = { verb: 'AUTH', argument: this.#mechanism }
    return andThen(this.#dialogue.consult({ hook: 'auth', command, attempt }), (ruling) => {
      this.#attempt = attempt
      this.#ruling = ruling
      return answerOf(ruling.outcome.verdict.code)
    })
  }

  #settle(step: SaslStep, pause: Pause): MaybePromise<Answer> {
    if (step.kind === 'failed' && step.because !== 'malformed')
      return this.#dialogue.when(pause.over, () => this.#refuse(step.because))
    pause.end()
    if (step.kind === 'failed') return { reply: AUTH_MALFORMED }
    return step.kind === 'done' ? this.#welcome(step.user) : this.#challenge(step.challenge.toString('base64'))
  }

  #challenge(text: string): Answer {
    if (text.length > CHALLENGE_LENGTH) return { reply: AUTH_TOO_LONG }
    return { reply: { code: 334, text }, listen: authenticationMode((response) => this.respond(response)) }
  }

  #welcome(user: string): Answer {
    const { connection } = this.#dialogue
    const ruling = this.#ruling ?? this.#rule('DECLINED')
    if (ruling.row.meaning !== 'accept') return this.#refuse('denied')
    connection.auth = { user, mechanism: this.#mechanism }
    connection.relayClient = true
    this.#dialogue.record(ruling, { attempt: this.#attempt })
    return { reply: ruling.reply }
  }

  #refuse(because: SaslFailure): Answer {
    const ruling = this.#refusal(because === 'temporary')
    if (because === 'denied') this.#dialogue.authFailures += 1
    this.#dialogue.record(ruling, { attempt: this.#attempt })
    return { reply: ruling.reply, close: ruling.row.close ?? false, logged: true }
  }

  /** A mechanism may refuse what the rules would take: the secret was not proved. */
  #refusal(temporary: boolean): Ruling {
    const said = this.#ruling
    const fits = said?.row.meaning === 'refuse' && isTemporary(said.outcome.verdict.code) === temporary
    return said && fits ? said : this.#rule(temporary ? 'DENYSOFT' : 'DECLINED')
  }

  #rule(code: ReturnCode): Ruling {
    const nobody = { by: undefined, monitored: [], delay: 0, trace: undefined }
    return this.#dialogue.rule({ hook: 'auth', verdict: verdict(code), ...nobody })
  }
}

function answerOf(code: ReturnCode): AuthAnswer {
  if (code === 'OK') return 'accept'
  return isTemporary(code) ? 'temporary' : 'deny'
}

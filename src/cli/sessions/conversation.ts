/**
 * One SMTP session on a terminal: lines in, replies out, and after each reply what was decided for it, and why. The session
 * is the server's own; the wire under it is a list of lines, and nothing is delivered.
 */
import { randomBytes } from 'node:crypto'
import { formatAddress } from '../../core/mail/address.ts'
import type { HookContext } from '../../core/context.ts'
import type { Decision } from '../../core/decision.ts'
import type { Ports } from '../../core/ports.ts'
import { PLAIN_SERVICE } from '../../core/service.ts'
import type { Connection } from '../../core/session.ts'
import type { Site } from '../../core/site.ts'
import { andThen } from '../../core/truth.ts'
import { createDispatcher, type Dispatch } from '../../engine/dispatch.ts'
import { Session } from '../../smtp/session.ts'
import type { Wire } from '../../smtp/wire.ts'
import { decisionOf } from '../../testing/decision.ts'
import { offlinePolicies } from '../../testing/offline-policies.ts'
import { policySource } from '../wiring.ts'

export interface ConversationOptions {
  readonly site: Site
  readonly connection: Connection
  readonly ports: Ports
  /** A reply, one line or several, without the line end at its end. */
  readonly said: (reply: string) => void
  /** What was decided before that reply. Comes behind it. */
  readonly decided: (decisions: readonly Decision[]) => void
}

export class Conversation {
  readonly #options: ConversationOptions
  readonly #session: Session
  readonly #pace = new Pace()
  #decisions: Decision[] = []
  #isOver = false

  constructor(options: ConversationOptions) {
    this.#options = options
    const { site, connection, ports } = options
    const { offer } = site.services?.get(connection.listener) ?? PLAIN_SERVICE
    this.#session = new Session({
      connection,
      hostname: site.hostname,
      limits: site.limits,
      revision: site.program.revision,
      dispatch: this.#dispatch(),
      offer,
      tellsLog: site.program.chains.has('logging'),
      ports,
      policies: offlinePolicies({}, { plan: site.policies, open: policySource, ...ports }),
      split: site.program.split,
      entropy: { bytes: randomBytes, key: randomBytes(32) },
      newId: () => randomBytes(10).toString('hex'),
      wire: this.#wire(),
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Resolves when the client was greeted, or sent away. */
  async begin(): Promise<void> {
    const greeted = this.#pace.expect()
    this.#session.start()
    await greeted
  }

  /** A line without its end. Resolves when it was answered, or has been taken for part of a message. */
  async say(line: string): Promise<void> {
    if (this.#isOver) return
    const answered = this.#pace.next(line)
    this.#session.receive(Buffer.from(`${line}\r\n`))
    await answered
  }

  /** The client goes. Resolves when the last hook has run. */
  async leave(): Promise<void> {
    if (!this.#isOver) this.#session.gone()
    await this.#session.over
    this.#tell()
  }

  #wire(): Wire {
    return {
      send: (text) => {
        const reply = text.replace(/\r\n$/, '').replaceAll('\r\n', '\n')
        this.#options.said(reply)
        this.#tell()
        this.#pace.answered(reply)
        return true
      },
      close: () => {
        this.#isOver = true
        this.#pace.end()
        this.#session.gone()
      },
      flow: () => undefined,
      later: (resume) => void setImmediate(resume),
    }
  }

  #tell(): void {
    const decisions = this.#decisions
    this.#decisions = []
    if (decisions.length > 0) this.#options.decided(decisions)
  }

  #dispatch(): Dispatch {
    const { program, limits } = this.#options.site
    const options = { deadline: limits.handler_deadline, hookDeadline: limits.hook_deadline, trace: true }
    const dispatch = createDispatcher(program, options)
    return (context) =>
      andThen(dispatch(context), (outcome) => {
        this.#decisions.push(decisionOf(outcome, subjectOf(context, this.#options.site.hostname)))
        return outcome
      })
  }
}

function subjectOf({ hook, connection, transaction, recipient, command }: HookContext, hostname: string) {
  const address = hook === 'mail' ? transaction?.sender : recipient?.address
  const subject = address ? formatAddress(address) : (command?.argument ?? '')
  return { connection, transaction, recipient, names: { subject, hostname } }
}

const NOTHING = Promise.resolve()

/** Which lines are answered: commands are, lines of a message are not, but for its last. */
class Pace {
  #resolve: () => void = () => undefined
  #isContent = false
  /** Octets of a chunk (BDAT) that are still to come. */
  #chunk = 0

  expect(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#resolve = resolve
    return promise
  }

  next(line: string): Promise<void> {
    if (this.#chunk > 0) {
      this.#chunk -= Buffer.byteLength(line) + 2
      return this.#chunk > 0 ? NOTHING : this.expect()
    }
    this.#chunk = Number(/^BDAT +(\d{1,9})(?: |$)/i.exec(line)?.[1] ?? 0)
    return this.#chunk > 0 || (this.#isContent && line !== '.') ? NOTHING : this.expect()
  }

  answered(reply: string): void {
    this.#isContent = reply.startsWith('354')
    this.#resolve()
  }

  end(): void {
    this.#resolve()
  }
}

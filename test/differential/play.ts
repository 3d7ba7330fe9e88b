/** One dialogue with two servers at the same time, step by step, for as long as they are in the same state. */
import type { Dialogue, Step } from './generate.ts'
import { type Reply, withoutOrder } from './reply.ts'
import { Side } from './side.ts'

export interface Exchange {
  /** The command's verb; CONNECT for the greeting, CONTENT for what follows DATA, ANSWER for what follows AUTH. */
  readonly at: string
  readonly command: string
  readonly theirs: Reply
  readonly ours: Reply
}

/** Both servers' ports. */
export interface Ports {
  readonly theirs: number
  readonly ours: number
}

export async function play(dialogue: Dialogue, ports: Ports): Promise<readonly Exchange[]> {
  const sides = await Promise.all([Side.open(ports.theirs, dialogue.from), Side.open(ports.ours, dialogue.from)])
  try {
    return await new Play(sides).run(dialogue)
  } finally {
    for (const side of sides) side.close()
  }
}

/**
 * Where the two are after an exchange. `parted`: what is kept of the transaction is not the same, and RSET makes it so; `over`:
 * one of them is gone, or what is kept of the connection is not the same.
 */
type State = 'together' | 'parted' | 'over'

class Play {
  readonly #sides: readonly [Side, Side]
  readonly #exchanges: Exchange[] = []

  constructor(sides: readonly [Side, Side]) {
    this.#sides = sides
  }

  async run({ steps, isEarly = false }: Dialogue): Promise<readonly Exchange[]> {
    const [first, ...others] = steps
    if (isEarly && first) this.#say(`${first.command}\r\n`)
    let state = await this.#hear('CONNECT', '')
    if (isEarly && first && state === 'together') state = await this.#hear(verbOf(first.command), first.command)
    for (const step of isEarly ? others : steps) {
      if (state === 'over') break
      if (state === 'parted' && !/^(?:MAIL|QUIT)/i.test(step.command)) continue
      if (state === 'parted' && (await this.#step({ command: 'RSET' })) === 'over') break
      state = await this.#step(step)
    }
    return this.#exchanges
  }

  #say(text: string): void {
    for (const side of this.#sides) side.say(text)
  }

  async #hear(at: string, command: string): Promise<State> {
    const [theirs, ours] = await Promise.all([this.#sides[0].reply(), this.#sides[1].reply()])
    const exchange = { at, command, theirs, ours }
    const last = this.#exchanges.at(-1)
    if (last && hangsUp(exchange) && areApart(last)) return 'over'
    const isList = at === 'EHLO' && theirs.code === 250
    this.#exchanges.push(isList ? { ...exchange, theirs: withoutOrder(theirs), ours: withoutOrder(ours) } : exchange)
    return stateAfter(exchange, this.#exchanges)
  }

  async #step(step: Step): Promise<State> {
    this.#say(`${step.command}\r\n`)
    const state = await this.#hear(verbOf(step.command), step.command)
    const code = this.#exchanges.at(-1)?.theirs.code
    if (state !== 'together') return state
    if (code === 354) return this.#content(step.content ?? ['Subject: x', '', 'x'])
    if (code === 334) return this.#answers(step)
    if (code === 220) await Promise.all(this.#sides.map((side) => side.encrypt()))
    return state
  }

  async #content(lines: readonly string[]): Promise<State> {
    this.#say(`${lines.join('\r\n')}\r\n.\r\n`)
    return this.#hear('CONTENT', lines.slice(0, 8).join(' / '))
  }

  async #answers({ command, answers = [] }: Step): Promise<State> {
    let state: State = 'together'
    for (const answer of answers) {
      const last = this.#exchanges.at(-1)
      if (!last || last.theirs.code !== 334 || state !== 'together') break
      this.#sides[0].say(`${answer(last.theirs.text)}\r\n`)
      this.#sides[1].say(`${answer(last.ours.text)}\r\n`)
      state = await this.#hear('ANSWER', command)
    }
    return state
  }
}

/** One of them alone: it belongs to what that one has said before, whenever it is noticed. */
function hangsUp({ theirs, ours }: Exchange): boolean {
  const isGone = ({ closed, text }: Reply): boolean => closed && text === ''
  return isGone(theirs) !== isGone(ours)
}

/** One of them has not come to the question that the other has answered, or the answers go two ways. */
function areApart({ theirs, ours }: Exchange): boolean {
  return classOf(theirs) !== classOf(ours) || (theirs.code === 503) !== (ours.code === 503)
}

function verbOf(command: string): string {
  const verb = command.split(' ')[0]?.toUpperCase() ?? ''
  return VERBS.has(verb) ? verb : 'OTHER'
}

const VERBS = new Set('EHLO HELO STARTTLS AUTH MAIL RCPT DATA RSET NOOP VRFY HELP QUIT'.split(' '))
const OF_A_TRANSACTION = new Set(['MAIL', 'RCPT', 'DATA', 'CONTENT'])

function stateAfter({ at, theirs, ours }: Exchange, exchanges: readonly Exchange[]): State {
  if (theirs.closed || ours.closed) return 'over'
  const isSame = classOf(theirs) === classOf(ours)
  if (OF_A_TRANSACTION.has(at)) return ofTransaction(at, isSame, theirs, ours)
  if (at === 'EHLO' || at === 'HELO') return afterGreeting(theirs, ours, exchanges)
  // One of them counts unrecognized commands.
  const isKnownToOne = (theirs.code === 500) !== (ours.code === 500)
  return isSame && !isKnownToOne ? 'together' : 'over'
}

/** Said again, it means something to one of them only. */
function afterGreeting(theirs: Reply, ours: Reply, exchanges: readonly Exchange[]): State {
  const [last, ...before] = exchanges.toReversed()
  if (theirs.code !== 503) return classOf(theirs) === classOf(ours) ? 'together' : 'over'
  const isRepeated = before.some(({ command, theirs: { code } }) => command === last?.command && code === 250)
  return isRepeated && ours.code === 250 ? 'parted' : 'over'
}

function ofTransaction(at: string, isSame: boolean, theirs: Reply, ours: Reply): State {
  if (!isSame && at !== 'RCPT') return isOnlyRefused(at, theirs, ours) ? 'parted' : 'over'
  if (at === 'CONTENT' && theirs.code >= 400) return theirs.text === ours.text ? 'together' : 'parted'
  if (isSame && theirs.code === ours.code) return 'together'
  // One of them may end the session with such a code.
  return isSame && at === 'RCPT' && theirs.code >= 400 ? 'over' : isSame && at === 'CONTENT' ? 'together' : 'parted'
}

/**
 * Whether nothing but the transaction differs. Not so where one of them waits for the content, has refused a whole message, or
 * was not asked about the sender, whom a plugin of the other may have noted.
 */
function isOnlyRefused(at: string, theirs: Reply, ours: Reply): boolean {
  const isWaiting = theirs.code === 354 || ours.code === 354
  return at === 'MAIL' ? ours.code !== 503 : at === 'DATA' && !isWaiting
}

function classOf({ code }: Reply): number {
  return code >= 400 ? 4 : Math.floor(code / 100)
}

/**
 * Which rules are asked at all: FLW501 and FLW502.
 *
 * A rule is never asked when the rules before it have answered every session that it is about: those of its chain, those of
 * plugins before it, and those of earlier hooks that have ended the session. The proof names them.
 */
import type { Hook } from '../../core/hook.ts'
import { HOOK_TABLE } from '../../core/hook.ts'
import { replyRow } from '../../core/reply-table.ts'
import { isReturnCode } from '../../core/verdict.ts'
import { textOf, valueOf } from '../../language/node.ts'
import { type AskedHook, type AskedRule, conditionOf, defers } from './asked-rule.ts'
import { Blockers } from './blockers.ts'
import { asksIn, type Basis, type Formula, restrict, sessionsWith, type Terms, type Want } from './formula.ts'
import type { Product, World } from './product.ts'

export interface Unreached {
  readonly rule: AskedRule
  /** The rules that answer first: none of them can be left out. */
  readonly because: readonly AskedRule[]
  readonly basis: Basis
}

/** Hooks whose refusals end the session, or keep the message from coming. */
const GATES: readonly Hook[] = ['pre_connection', 'connect', 'mail']

export function unreachedRules(hooks: readonly AskedHook[], world: World): readonly Unreached[] {
  const gates = GATES.map((hook) => refusalsAt(hook, hooks))
  return hooks.flatMap(({ hook, rules }) => {
    const isLater = HOOK_TABLE[hook].stage !== 'any' && hook !== 'config'
    const before = isLater ? gates.slice(0, gatesBefore(hook)).flat() : []
    return new HookReach(before, world).unreached(rules)
  })
}

const BEFORE_CONNECT: readonly Hook[] = ['pre_connection']
const BEFORE_MAIL: readonly Hook[] = ['connect', 'helo', 'ehlo', 'auth', 'mail_pre', 'mail']

function gatesBefore(hook: Hook): number {
  if (BEFORE_CONNECT.includes(hook)) return 0
  if (hook === 'connect') return 1
  return BEFORE_MAIL.includes(hook) ? 2 : 3
}

/** A rule that keeps others from being asked, and those before it that may keep it from being asked itself. */
interface Gate {
  readonly rule: AskedRule
  readonly escapes: readonly AskedRule[]
}

function refusalsAt(hook: Hook, hooks: readonly AskedHook[]): readonly Gate[] {
  const rules = hooks.find((one) => one.hook === hook)?.rules ?? []
  const ends = rules.filter(({ ends: end }) => end !== undefined)
  return ends.flatMap((rule, index) => {
    if (rule.ends !== 'hook' || !isRefused(rule) || !isLasting(rule)) return []
    const escapes = ends
      .slice(0, index)
      .filter((one) => (one.ends === 'hook' ? !isRefused(one) : one.plugin === rule.plugin))
    return escapes.length <= MOST_ESCAPES ? [{ rule, escapes }] : []
  })
}

function isRefused({ hook, node }: AskedRule): boolean {
  const code = textOf(valueOf(node, 'return')) ?? ''
  const meaning = isReturnCode(code) ? replyRow(hook, code).meaning : 'proceed'
  return meaning === 'refuse' || meaning === 'silent'
}

/** Whether it says the same at later hooks: about the client, or at MAIL about the message's envelope. */
function isLasting(rule: AskedRule): boolean {
  return asksIn(conditionOf(rule)).every(({ certain: { fact } }) => !fact.includes('@') || fact.endsWith('@mail'))
}

class HookReach {
  readonly #world: World
  /** By plugin: the rules so far that leave its chain without an answer. */
  readonly #leaving = new Map<object, readonly AskedRule[]>()
  /** By rule: those that may have kept it from being asked. */
  readonly #escapes = new Map<AskedRule, readonly AskedRule[]>()
  readonly #ofHook = new Blockers()
  readonly #ofChain = new Map<object, Blockers>()

  constructor(before: readonly Gate[], world: World) {
    this.#world = world
    for (const { rule, escapes } of before) {
      this.#escapes.set(rule, escapes)
      this.#block(this.#ofHook, rule)
    }
  }

  unreached(rules: readonly AskedRule[]): readonly Unreached[] {
    return rules.flatMap((rule) => {
      const likely = this.#proof(rule, 'likely')
      const found = likely && (this.#proof(rule, 'certain') ?? likely)
      this.#enter(rule)
      return found ? [found] : []
    })
  }

  #enter(rule: AskedRule): void {
    const leaving = this.#leaving.get(rule.plugin) ?? []
    this.#escapes.set(rule, leaving)
    if (rule.ends === 'hook' && leaving.length <= MOST_ESCAPES) this.#block(this.#ofHook, rule)
    if (!rule.ends) return
    if (rule.ends === 'chain') this.#leaving.set(rule.plugin, [...leaving, rule])
    const chain = this.#ofChain.get(rule.plugin) ?? new Blockers()
    this.#ofChain.set(rule.plugin, chain)
    this.#block(chain, rule)
  }

  #block(blockers: Blockers, rule: AskedRule): void {
    blockers.add(rule, sessionsWith(conditionOf(rule), 'hit', { world: this.#world, basis: 'likely' }))
  }

  #proof(rule: AskedRule, basis: Basis): Unreached | undefined {
    const terms = { world: this.#world, basis }
    const { formula, want } = firing(rule, this.#world)
    const sessions = sessionsWith(formula, want, terms)
    if (!sessions || sessions.length === 0) return undefined
    const blockers = new Set(sessions.flatMap((session) => this.#blockersFor(session, rule)))
    const able = [...blockers].filter(({ waits }) => basis === 'likely' || !waits)
    const because = coveringRules(sessions, able, (left, blocker) => this.#left(left, blocker, rule, terms))
    return because && { rule, because, basis }
  }

  /** What a blocker leaves: where it does not answer, and where its own chain was left before it was asked. */
  #left(sessions: readonly Product[], blocker: AskedRule, rule: AskedRule, terms: Terms): Left {
    const missed = restrict(sessions, conditionOf(blocker), passing(blocker), terms)
    if (!missed || (blocker.plugin === rule.plugin && blocker.hook === rule.hook)) return missed
    const escaped = (this.#escapes.get(blocker) ?? []).map((escape) => {
      const { formula, want } = firing(escape, this.#world)
      return restrict(sessions, formula, want, terms)
    })
    const all = [missed, ...escaped]
    const known = all.filter((some) => some !== undefined)
    return known.length === all.length ? known.flat() : undefined
  }

  #blockersFor(session: Product, { plugin }: AskedRule): readonly AskedRule[] {
    return [...(this.#ofChain.get(plugin)?.for(session) ?? []), ...this.#ofHook.for(session)]
  }
}

/** When the rule does anything: unknown counts where it becomes an answer, and who waits may be cut off at any time. */
function firing(rule: AskedRule, world: World): { readonly formula: Formula; readonly want: Want } {
  if (rule.rule.onUnknown === 'skip') return { formula: conditionOf(rule), want: 'hit' }
  const isScopeOpen = asksIn(rule.scope).some(({ certain }) => world(certain.fact).unknown)
  if (rule.scopeWaits) return { formula: { kind: 'always' }, want: 'hit' }
  return { formula: rule.waits || isScopeOpen ? rule.scope : conditionOf(rule), want: 'maybe' }
}

type Left = readonly Product[] | undefined
type Leave = (sessions: readonly Product[], blocker: AskedRule) => Left

/** The rules that leave nothing; undefined when something is left, or cannot be told. */
function coveringRules(
  sessions: readonly Product[],
  blockers: readonly AskedRule[],
  leave: Leave,
): readonly AskedRule[] | undefined {
  const used = new Set<AskedRule>()
  return new Search(blockers, leave).closes(sessions, used) ? withoutIdle(sessions, [...used], leave) : undefined
}

/** More steps are not worth it: nothing is said then. */
const MOST_STEPS = 2000

/** Looks for one session that no blocker answers, blocker by blocker; mostly the first attempt finds it. */
class Search {
  readonly #blockers: readonly AskedRule[]
  readonly #leave: Leave
  #steps = 0

  constructor(blockers: readonly AskedRule[], leave: Leave) {
    this.#blockers = blockers
    this.#leave = leave
  }

  /** Whether there is none. `used` gathers the rules that made a difference. */
  closes(sessions: readonly Product[], used: Set<AskedRule>, from = 0): boolean {
    return sessions.every((session) => this.#closesOne(session, used, from))
  }

  #closesOne(session: Product, used: Set<AskedRule>, from: number): boolean {
    const blocker = this.#blockers[from]
    this.#steps += 1
    if (!blocker || this.#steps > MOST_STEPS) return false
    const left = this.#leave([session], blocker)
    if (!left) return false
    used.add(blocker)
    return this.closes(left, used, from + 1)
  }
}

/** Longest list of exemptions before a rule that is taken into account. */
const MOST_ESCAPES = 16
/** A proof with this many rules is left as it is. */
const MOST_TRIED = 48

function passing(blocker: AskedRule): Want {
  return defers(blocker) && !blocker.waits ? 'miss' : 'hardly'
}

function withoutIdle(sessions: readonly Product[], used: readonly AskedRule[], leave: Leave): readonly AskedRule[] {
  if (used.length > MOST_TRIED) return used
  return used.reduce((kept: readonly AskedRule[], candidate) => {
    const others = kept.filter((one) => one !== candidate)
    return new Search(others, leave).closes(sessions, new Set()) ? others : kept
  }, used)
}

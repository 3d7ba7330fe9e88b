/**
 * Plugins as tables, and what they decide, found out the slow and obvious way.
 *
 * Each rule adds its own power of two to the score, so that the score says which rules acted.
 */
import fc from 'fast-check'
import type { Chain, Mode, Program, Rule } from '../../src/core/program.ts'
import type { MaybePromise, OnUnknown, Truth } from '../../src/core/truth.ts'
import { isRefusal, type ReturnCode } from '../../src/core/verdict.ts'
import { rule } from './situation.ts'

export type RuleTruth = Truth | 'throws'

export interface RuleModel {
  readonly truth: RuleTruth
  readonly code: ReturnCode | undefined
  /** Whether a refusal waits for RCPT. */
  readonly waits: boolean
  readonly exempt: Truth | undefined
  readonly onUnknown: OnUnknown
  readonly mode: Mode
  readonly fails: boolean
}

export interface PluginModel {
  readonly mail: readonly RuleModel[]
  readonly rcpt: readonly RuleModel[]
}

export interface Expected {
  readonly code: ReturnCode
  readonly by: string | undefined
  readonly monitored: readonly ReturnCode[]
}

export interface Told {
  readonly mail: Expected
  readonly rcpt: Expected
  readonly score: number
}

const CODES = ['DECLINED', 'OK', 'DENY', 'DENYSOFT'] as const

const RULE: fc.Arbitrary<RuleModel> = fc.record({
  truth: fc.constantFrom<RuleTruth>('hit', 'hit', 'miss', 'unknown', 'throws'),
  code: fc.option(fc.constantFrom(...CODES), { nil: undefined }),
  waits: fc.boolean(),
  exempt: fc.option(fc.constantFrom<Truth>('hit', 'miss', 'unknown'), { nil: undefined }),
  onUnknown: fc.constantFrom<OnUnknown>('skip', 'defer', 'match'),
  mode: fc.constantFrom<Mode>('enforce', 'enforce', 'monitor'),
  fails: fc.nat(9).map((number) => number === 0),
})

const CHAIN = fc.array(RULE, { maxLength: 4 })
export const PLUGINS: fc.Arbitrary<readonly PluginModel[]> = fc.array(fc.record({ mail: CHAIN, rcpt: CHAIN }), {
  minLength: 1,
  maxLength: 4,
})

/** `soon` says whether a rule's next answer comes at once. */
export function programOf(plugins: readonly PluginModel[], soon: () => boolean): Program {
  const later = <T>(value: () => T): MaybePromise<T> => (soon() ? value() : Promise.resolve().then(value))
  const chainOf = (hook: keyof PluginModel, plugin: PluginModel, index: number): Chain => ({
    plugin: `p${index}`,
    scope: undefined,
    rules: plugin[hook].map((model, place) => ruleOf(model, hook, weight(index, hook, place), later)),
  })
  return {
    revision: 'r1',
    plugins: plugins.map((_, index) => `p${index}`),
    chains: new Map([
      ['mail', plugins.map((plugin, index) => chainOf('mail', plugin, index))],
      ['rcpt', plugins.map((plugin, index) => chainOf('rcpt', plugin, index))],
    ]),
  }
}

function weight(plugin: number, hook: keyof PluginModel, place: number): number {
  return 2 ** (plugin * 8 + (hook === 'mail' ? 0 : 4) + place)
}

type Later = <T>(value: () => T) => MaybePromise<T>

function ruleOf(model: RuleModel, hook: keyof PluginModel, amount: number, later: Later): Rule {
  const { truth, code, exempt, onUnknown, mode, fails } = model
  return rule(`${hook}-${amount}`, {
    onUnknown,
    mode,
    test: () =>
      later(() => {
        if (truth === 'throws') throw new Error('a word broke')
        return truth
      }),
    exempt: exempt && (() => later(() => exempt)),
    act: () =>
      later(() => {
        if (fails) throw new Error('a handler broke')
        return { effects: [{ kind: 'add_score', amount }], ...(code && { verdict: verdictOf(model, code, hook) }) }
      }),
  })
}

function verdictOf({ waits }: RuleModel, code: ReturnCode, hook: string) {
  return { code, ...(waits && hook === 'mail' && isRefusal(code) && { replyAt: 'rcpt' as const }) }
}

interface Answer {
  readonly code: ReturnCode
  readonly by: string
}

interface Waiting extends Answer {
  readonly plugin: number
  readonly exempt: boolean
}

interface Session {
  score: number
  readonly waiting: Waiting[]
}

/** One plugin after the other, one rule after the other. */
export function reference(plugins: readonly PluginModel[]): Told {
  const session: Session = { score: 0, waiting: [] }
  const mail = decide(plugins, 'mail', session)
  const rcpt = decide(plugins, 'rcpt', session)
  return { mail, rcpt, score: session.score }
}

function decide(plugins: readonly PluginModel[], hook: keyof PluginModel, session: Session): Expected {
  const monitored: ReturnCode[] = []
  for (const [index, plugin] of plugins.entries()) {
    const due = hook === 'rcpt' && session.waiting.find((one) => one.plugin === index && !one.exempt)
    const said = ask(plugin[hook], hook, index, session, monitored)
    if (said === 'left') continue
    const refusal = said && isRefusal(said.code) ? said : due || said
    if (refusal) return { code: refusal.code, by: refusal.by, monitored }
  }
  return { code: 'DECLINED', by: undefined, monitored }
}

function ask(
  rules: readonly RuleModel[],
  hook: keyof PluginModel,
  plugin: number,
  session: Session,
  monitored: ReturnCode[],
): Answer | 'left' | undefined {
  let spared = false
  for (const [place, model] of rules.entries()) {
    const code = codeOf(model)
    const isMonitored = model.mode === 'monitor'
    if (code === 'nothing' || (spared && isMonitored)) continue
    if (isMonitored && code !== undefined) monitored.push(code)
    spared ||= isMonitored && code === 'DECLINED'
    if (isMonitored) continue
    const amount = weight(plugin, hook, place)
    if (acted(model)) session.score += amount
    if (code === 'DECLINED') return 'left'
    if (code === undefined) continue
    const answer = { code, by: `p${plugin}/${hook}-${amount}` }
    if (!(hook === 'mail' && model.waits && isRefusal(code) && acted(model))) return answer
    session.waiting.push({ ...answer, plugin, exempt: model.exempt === 'hit' })
    return undefined
  }
  return undefined
}

/** What a rule answers, or that it is passed over. */
function codeOf({ truth, onUnknown, fails, code }: RuleModel): ReturnCode | 'nothing' | undefined {
  if (truth === 'miss') return 'nothing'
  const isUnknown = truth !== 'hit'
  if (isUnknown && onUnknown === 'skip') return 'nothing'
  if (isUnknown && onUnknown === 'defer') return 'DENYSOFT'
  if (fails) return onUnknown === 'skip' ? 'nothing' : 'DENYSOFT'
  return isUnknown && code === 'OK' ? 'DENYSOFT' : code
}

/** Whether it came to its effects, and is not deferred before. */
function acted({ truth, onUnknown, fails, code }: RuleModel): boolean {
  return !fails && (truth === 'hit' || (onUnknown === 'match' && code !== 'OK'))
}

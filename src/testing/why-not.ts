/** Why a rule did not decide: what it saw that it was not made for, or who spoke before it was asked. */
import type { Decision } from '../core/decision.ts'
import type { Hook } from '../core/hook.ts'
import type { Program } from '../core/program.ts'
import type { AtomTrace, RuleTrace } from '../core/trace.ts'

export interface WhyNot {
  readonly hook: Hook
  /** `plugin/rule` */
  readonly rule: string
  readonly at: string
  /** A sentence, and below it what was compared. */
  readonly because: string
  readonly atoms: readonly AtomTrace[]
}

/** `name` is a rule, or `plugin/rule`. One answer for each rule of that name; none when there is no such rule. */
export function whyNot(name: string, program: Program, decisions: readonly Decision[]): readonly WhyNot[] {
  return [...program.chains].flatMap(([hook, chains]) =>
    chains.flatMap(({ plugin, rules }) =>
      rules
        .filter(({ id }) => name === id || name === `${plugin}/${id}`)
        .map(({ id, at }) => ({ hook, rule: `${plugin}/${id}`, at, ...reasonFor({ hook, plugin, at }, decisions) })),
    ),
  )
}

/** Names of all rules, for suggestions. */
export function ruleNames({ chains }: Program): readonly string[] {
  return [...chains.values()].flat().flatMap(({ plugin, rules }) => rules.map(({ id }) => `${plugin}/${id}`))
}

interface Place {
  readonly hook: Hook
  readonly plugin: string
  readonly at: string
}

type Reason = Pick<WhyNot, 'because' | 'atoms'>

function reasonFor(place: Place, decisions: readonly Decision[]): Reason {
  const there = decisions.filter(({ hook }) => hook === place.hook)
  const asked = there.flatMap(({ trace }) => trace).findLast(({ at }) => at === place.at)
  if (asked) return reasonIn(asked)
  const last = there.at(-1)
  return { because: last ? notAsked(place, last) : neverCame(place.hook, decisions), atoms: [] }
}

/** What is asked last settles it: a condition is asked no further than it takes. */
function reasonIn({ truth, atoms, return: code, monitored, note }: RuleTrace): Reason {
  if (truth === 'miss') return { because: 'it does not hold', atoms: atoms.slice(-1) }
  if (truth === 'unknown') {
    const unknown = atoms.filter((atom) => atom.truth === 'unknown')
    return { because: `it could not be found out${note === undefined ? '' : `: ${note}`}`, atoms: unknown }
  }
  if (monitored)
    return { because: `it holds, and is on trial (mode: monitor): it would answer ${code ?? 'nothing'}`, atoms }
  return { because: code === undefined ? 'it holds, and has effects only' : `it holds, and answered ${code}`, atoms }
}

function notAsked({ plugin }: Place, { rule, plugin: by, trace, hook }: Decision): string {
  const left = trace.findLast((one) => one.plugin === plugin && one.truth === 'hit' && one.return === 'DECLINED')
  if (left) return `${plugin}/${left.rule} left this plugin with DECLINED before it was asked`
  if (rule !== undefined) return `${by}/${rule} answered before it was asked`
  return `the entry of ${plugin} in the site file does not hold for this session, so nothing of it was asked at ${hook}`
}

function neverCame(hook: Hook, decisions: readonly Decision[]): string {
  const last = decisions.findLast(({ reply, rule }) => reply !== '' && rule !== undefined)
  const end = last
    ? `it came to ${last.hook}, where ${last.plugin}/${last.rule} answered ${last.return}`
    : 'it says too little'
  return `the session never came to ${hook}: ${end}`
}

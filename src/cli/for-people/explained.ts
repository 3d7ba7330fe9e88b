/** Explanations for people: the decision, the rule with its place, and what made it decide. */
import type { Decision } from '../../core/decision.ts'
import { schemeOf } from '../../core/source.ts'
import type { AtomTrace, RuleTrace } from '../../core/trace.ts'
import { visible } from '../../language/render/display.ts'
import type { WhyNot } from '../../testing/why-not.ts'
import type { Explained, Unanswered } from '../sessions/explain-session.ts'
import { shown, shownPlaces } from '../find-files.ts'
import { painter } from '../terminal.ts'

interface Options {
  /**
   * 0: what decided, and what else acted. 1: every rule that was asked. 2: each of its comparisons, and the notes
   * behind each hook.
   */
  readonly detail: number
  readonly color: boolean
}

/** An explanation, with what would have happened without the rule that decided. */
export interface Reasoned extends Explained {
  readonly otherwise?: Decision
}

type Paint = ReturnType<typeof painter>

export function renderExplained(
  { decisions, accepted, relay_client: relayClient, asked, otherwise }: Reasoned,
  { detail, color }: Options,
): string {
  const paint = painter(color)
  const verbose = detail > 0
  const last = decisions.at(-1)
  const shownDecisions = decisions.filter((decision) => verbose || decision === last || saysSomething(decision))
  return [
    ...shownDecisions.flatMap((decision) => renderDecision(decision, detail, paint)),
    ...(otherwise ? [elseLine(otherwise)] : []),
    `accepted  ${accepted.length > 0 ? accepted.join(', ') : 'nobody'}${relayClient ? '   (relay client)' : ''}`,
    ...asked.map(({ kind, what }) => paint('yellow', visible(`asked     ${ASKED[kind](what)}`))),
  ].join('\n')
}

/** What was asked, and how to answer it. */
const ASKED: Readonly<Record<Unanswered['kind'], (what: string) => string>> = {
  dns: (question) => `DNS ${question}: not recorded, so unknown; answer it with --dns "${question}=…"`,
  word: (word) =>
    `${word}: not recorded, so unknown; answer it in a session (--session): "answers": { "${word}": "miss" }`,
  source: (entry) =>
    `a list outside: not recorded, so unknown; answer it in a session (--session): "sources": { ${entry} }`,
  question: (entry) => `somebody outside: not recorded, so unknown; answer it in a session (--session): ${entry}`,
}

/** Those with something to say; nothing for none. */
export function renderDecisions(decisions: readonly Decision[], { detail, color }: Options): string {
  const shownDecisions = decisions.filter(
    ({ rule, trace }) => detail > 0 || rule !== undefined || trace.some(isNotable),
  )
  return shownDecisions.flatMap((decision) => renderDecision(decision, detail, painter(color))).join('\n')
}

function elseLine({ hook, plugin, rule, at, return: code, reply }: Decision): string {
  const who = rule === undefined ? 'nobody would decide' : `${plugin}/${rule} would, ${shownPlace(at ?? '')}`
  return `else      at ${hook} ${who}: ${verdictText({ reply, return: code })}`
}

export function renderWhyNot({ rule, hook, at, because, atoms }: WhyNot, { color }: Pick<Options, 'color'>): string {
  const paint = painter(color)
  return [
    `${paint('bold', rule)} at ${hook}  ${paint('dim', shownPlace(at))}`,
    `  ${because}`,
    ...atoms.map(renderAtom),
  ].join('\n')
}

function saysSomething({ rule, reply, trace }: Decision): boolean {
  return rule !== undefined || reply !== '' || trace.some(isNotable)
}

function renderDecision(decision: Decision, detail: number, paint: Paint): readonly string[] {
  const subject = decision.rcpt === undefined ? '' : ` ${visible(decision.rcpt)}`
  const head = `${paint('bold', decision.hook)}${subject}  ${verdictText(decision)}`
  const deciding = decision.trace.filter(({ rule, plugin }) => rule === decision.rule && plugin === decision.plugin)
  const rules = detail > 0 ? decision.trace : [...deciding, ...decision.trace.filter(isNotable)]
  return [
    head,
    ...(decision.policy?.at !== undefined || detail > 0 ? policyLines(decision.policy, paint) : []),
    ...(decision.rule === undefined
      ? []
      : [`  rule    ${decision.plugin}/${decision.rule}  ${paint('dim', shownPlace(decision.at ?? ''))}`]),
    ...[...new Set(rules)].flatMap((rule) => renderRule(rule, detail, paint)),
    ...(detail > 1 ? [`  notes   ${JSON.stringify(decision.notes)}`] : []),
  ]
}

function policyLines(policy: Decision['policy'], paint: Paint): readonly string[] {
  if (!policy) return []
  const { key, at, because } = policy
  const place = at === undefined ? '' : `  ${paint('dim', schemeOf(at) ? at : shown(at))}`
  return [`  policy  ${visible(`${key === undefined ? '' : `${key}: `}${because}`)}${place}`]
}

/** What strangers said must not steer the terminal, here and in what rules saw. */
function verdictText({ reply, return: code }: Pick<Decision, 'reply' | 'return'>): string {
  return reply === '' ? code : visible(reply.replaceAll('\n', ' / '))
}

/** Worth showing although it did not decide: what acted, what would have, and what could not be found out. */
function isNotable({ truth, effects, monitored, return: code }: RuleTrace): boolean {
  return truth === 'unknown' || (truth === 'hit' && (effects.length > 0 || monitored === true || code !== undefined))
}

function renderRule(rule: RuleTrace, detail: number, paint: Paint): readonly string[] {
  const atoms = detail > 1 ? rule.atoms : rule.atoms.filter(({ truth }) => truth === rule.truth || truth === 'unknown')
  const answer = rule.return === undefined ? '' : ` → ${rule.return}${rule.monitored ? ' (monitor: not done)' : ''}`
  const head = `  ${rule.truth.padEnd(7)} ${rule.plugin}/${rule.rule}${answer}  ${paint('dim', shownPlace(rule.at))}`
  const effects = rule.effects.map(
    ({ kind, ...effect }) => `          ${kind.replace('_', ' ')} ${JSON.stringify(effect)}`,
  )
  return [head, ...atoms.map(renderAtom), ...effects, ...(rule.note === undefined ? [] : [`          ${rule.note}`])]
}

function renderAtom({ test, truth, saw, because }: AtomTrace): string {
  const seen = saw === undefined ? '' : `, saw ${JSON.stringify(saw)}`
  return visible(`          ${test} → ${truth}${seen}${because === undefined ? '' : `, ${shownPlaces(because)}`}`)
}

function shownPlace(at: string): string {
  const [, file = at, place = ''] = /^(.*?)((?::\d+)*)$/.exec(at) ?? []
  return `${shown(file)}${place}`
}

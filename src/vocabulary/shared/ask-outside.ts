/** What `sql`, `ldap` and `http` have in common: options, values of facts as texts, and answers as matches. */
import type { HookContext } from '../../core/context.ts'
import type { FactType, FactValue } from '../../core/fact.ts'
import { formatFact } from '../../core/facts.ts'
import { type Asked, askedOf, type QuestionAnswer, type QuestionDraft, questionShown } from '../../core/question.ts'
import type { Schema } from '../../core/schema.ts'
import { Unknown } from '../../core/truth.ts'
import { type CompileTools, type Match, OptionFault, type Template } from '../../core/word.ts'

export const TIMEOUT = {
  type: 'string',
  format: 'duration',
  default: '2s',
  description: 'Time for the answer; what has not been found out by then is unknown',
} as const satisfies Schema

export const CACHE = {
  type: 'string',
  format: 'duration',
  default: '0s',
  description: 'How long other sessions get the same answer without asking again; in its own session it is asked once',
} as const satisfies Schema

export const CA_FILE = {
  type: 'string',
  minLength: 1,
  description: "Authorities that the certificate is checked with (PEM); the system's without it",
} as const satisfies Schema

/** Throws an OptionFault for a secret that stands in the rule. */
export function checkSecret(option: string, text: string | undefined): void {
  if (text === undefined || /^(?:env|file):./.test(text)) return
  const message = `a secret has no place in rules; write \`${option}: env:NAME\` or \`${option}: file:PATH\``
  throw new OptionFault(message, { option, offset: 0, length: text.length })
}

/** The longest value that is asked about, in characters: facts of a message may be long. */
export const LONGEST_VALUE = 65_536

type Values = readonly (string | undefined)[]

/** Unknown when one could not be found out: what is absent is asked about, what is not known cannot be. */
export function textsOf({ parts, values }: Template): (context: HookContext) => Values | Unknown {
  const places = parts.filter((part) => typeof part !== 'string')
  return (context) => {
    const texts: (string | undefined)[] = []
    for (const [index, value] of values(context).entries()) {
      const { name = '', type = 'text' } = places[index] ?? {}
      if (value instanceof Unknown) return new Unknown(`${name}: ${value.because}`)
      const text = value === undefined ? undefined : factText(value, type)
      if (text !== undefined && text.length > LONGEST_VALUE)
        return new Unknown(`${name} has more than ${LONGEST_VALUE} characters`)
      texts.push(text)
    }
    return texts
  }
}

export function factText(value: FactValue, type: FactType): string {
  return type === 'time' ? new Date(Number(value)).toISOString() : formatFact(value)
}

/** What an answer that was found means. */
export type Judge = (values: ReadonlyMap<string, string>) => Match['truth']

export interface Inquiry {
  readonly question: QuestionDraft
  /** What is asked about in this session; a match when there is nothing to ask for. */
  readonly asked: (context: HookContext) => Asked | Match
  /** Whatever is found is a hit without it. */
  readonly judge?: Judge
}

/** Throws an Error with a plain sentence when nobody can be asked so. */
export function inquire(
  { question, asked, judge = () => 'hit' }: Inquiry,
  tools: CompileTools,
): (context: HookContext) => Promise<Match> {
  const ask = tools.question(question)
  return async (context: HookContext): Promise<Match> => {
    const about = asked(context)
    if ('truth' in about) return about
    return matchOf(question, about, await ask(about, context), judge)
  }
}

function matchOf(question: QuestionDraft, asked: Asked, answer: QuestionAnswer, judge: Judge): Match {
  const because = `${shortened(questionShown(question, asked))} in ${askedOf(question)}: ${said(answer)}`
  if (answer.kind === 'failed') return { truth: 'unknown', because }
  if (answer.kind === 'none') return { truth: 'miss', because }
  return { truth: judge(answer.values), because, found: Object.fromEntries(answer.values) }
}

function said(answer: QuestionAnswer): string {
  if (answer.kind === 'failed') return answer.because
  if (answer.kind === 'none') return 'nothing'
  return shortened(Array.from(answer.values, ([name, value]) => `${name} ${value}`).join(', ')) || 'found'
}

/** Of questions and answers in traces, in characters. */
const LONGEST_SHOWN = 300

function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN - 1)}…` : text
}

export function unknown({ because }: Unknown): Match {
  return { truth: 'unknown', because }
}

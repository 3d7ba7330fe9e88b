/** The parts of an example session that are more than one fact each: the time, a login, commands, and what words answer. */
import type { Hook } from '../../core/hook.ts'
import type { Product } from './product.ts'
import type { ValueSet } from './value-set.ts'
import { hintsOf, texts } from './witness-texts.ts'

type Part = Readonly<Record<string, unknown>>

/** From a Friday on: 20 November 2026. */
const DAYS = ['friday', 'saturday', 'sunday', 'monday', 'tuesday', 'wednesday', 'thursday']

/** Undefined where it cannot be guessed. */
export function timeIn(product: Product): Part | undefined {
  const [hours, days] = [product.get('time.hour'), product.get('time.weekday')]
  if (!hours && !days) return {}
  const hour = hours?.literals.size ? undefined : (hours?.region ?? { example: () => 12 }).example()
  const day = days ? DAYS.indexOf(textIn(days, DAYS) ?? '') : 0
  if (hour === undefined || day < 0) return undefined
  return { now: `2026-11-${20 + day}T${String(hour).padStart(2, '0')}:00:00Z` }
}

function textIn(set: ValueSet | undefined, candidates: readonly string[]): string | undefined {
  return set ? texts(set, [...candidates, ...hintsOf(set)])[0] : candidates[0]
}

/** With any password: nobody looks. Where nobody tries to log in (`isTried`), whoever is believed may say that it has. */
export function loginOf(product: Product, isTried: boolean): Part | undefined {
  const said = product.get('auth.user')
  if (!isTried) return said && !said.absent ? { auth: { user: textIn(said, ['someone']), mechanism: 'XCLIENT' } } : {}
  const user = textIn(product.get('attempt.user@auth'), ['someone'])
  const mechanism = textIn(product.get('attempt.mechanism@auth'), ['plain'])
  if (user === undefined || mechanism === undefined) return undefined
  return { auth: { user, password: 'anything', mechanism: mechanism.toUpperCase() } }
}

const COMMANDS: readonly (readonly [hook: Hook, command: string, argument: string])[] = [
  ['noop', 'NOOP', ''],
  ['vrfy', 'VRFY', 'someone'],
  ['help', 'HELP', ''],
  ['unrecognized_command', 'SOMETHING', ''],
]

const XFORWARD = /^xforward\.(.+)$/

/** What whoever is believed says of the client before it. */
export function forwardedIn(product: Product): Part {
  const told = [...product].flatMap(([fact, set]) => {
    const name = XFORWARD.exec(fact)?.[1]
    const value = set.region.kind === 'range' ? set.region.exampleAddress() : textIn(set, [])
    return name === undefined || set.absent || value === undefined ? [] : [[name, value] as const]
  })
  return told.length > 0 ? { xforward: Object.fromEntries(told) } : {}
}

/** A line for each of these hooks. Undefined where one cannot be guessed. */
export function commandsOf(product: Product, hooks: ReadonlySet<Hook>): Part | undefined {
  const lines = COMMANDS.filter(([hook]) => hooks.has(hook)).map(([hook, command, argument]) => {
    const verb = textIn(product.get(`command@${hook}`), [command.toLowerCase()])
    const asked = product.get(`command.argument@${hook}`)
    const rest = asked?.absent ? '' : textIn(asked, [argument])
    return verb === undefined || rest === undefined ? undefined : `${verb.toUpperCase()} ${rest}`.trimEnd()
  })
  if (lines.includes(undefined)) return undefined
  return lines.length > 0 ? { commands: lines } : {}
}

/** Of words that answer the same wherever they are asked on the way. */
export function answersIn(product: Product): Part {
  const wanted = [...product].flatMap(([fact, { region, unknown }]) => {
    const word = /^word (\S+) /.exec(fact)?.[1]
    const answers = unknown ? undefined : region.values()
    return word !== undefined && answers?.length === 1 ? [[word, String(answers[0])] as const] : []
  })
  const byWord = Map.groupBy(wanted, ([word]) => word)
  const clear = [...byWord].flatMap(([word, all]) => {
    const [first] = all
    return first && all.every(([, answer]) => answer === first[1]) ? [[word, first[1]] as const] : []
  })
  return clear.length > 0 ? { answers: Object.fromEntries(clear) } : {}
}

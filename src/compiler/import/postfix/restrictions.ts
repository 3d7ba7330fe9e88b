/**
 * A list of restrictions as the chain of a plugin: permit leaves it, refusals answer, everything else goes on.
 *
 * With smtpd_delay_reject, which is Postfix's default, all of them are asked at RCPT. Where a restriction stands before what it
 * asks for is known, Postfix passes it over, and so does the import.
 */
import { both, type Fields, type Json, type RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { accessRules } from './access.ts'
import { SUBJECTS } from './access-subjects.ts'
import { matchesParents, type PostfixContext } from './context.ts'
import { wordsOf } from './logical-lines.ts'
import type { Parameters } from './main-cf.ts'
import {
  type AccessRow,
  type AbsentRestriction,
  isAbsent,
  isAccess,
  type RestrictionRow,
  restrictionId,
  type RuleRow,
  type Step,
} from './restriction-row.ts'
import { RESTRICTIONS } from './restriction-table.ts'
import { isTable } from './table-ref.ts'

export interface ListPlace {
  /** From which command on its rules are asked. */
  readonly step: Step
  readonly subject: string
  readonly parameters: Parameters
  readonly ours: readonly Fields[]
  readonly mynetworks: Json
}

const STEPS: readonly Step[] = ['client', 'helo', 'sender', 'recipient']

export async function restrictionRules(
  words: readonly PlacedText[],
  place: ListPlace,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const rules: RuleDraft[] = []
  let monitored = false
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index]
    if (!word) break
    if (word.text === 'warn_if_reject') {
      monitored = true
      continue
    }
    const { made, skip } = await one(word, words[index + 1], place, context)
    rules.push(...(monitored ? made.map(asMonitor) : made))
    index += skip
    monitored = false
  }
  return rules
}

/** Only refusals are looked on at. */
function asMonitor(rule: RuleDraft): RuleDraft {
  return rule.return === undefined || rule.return === 'DECLINED' ? rule : { ...rule, mode: 'monitor' }
}

function withoutLogins(word: PlacedText, { findings }: PostfixContext): readonly RuleDraft[] {
  const message = `\`${word.text}\` is left out: no service here lets anybody log in`
  findings.changed({ at: word.at, effect: 'none', message })
  return []
}

interface Made {
  readonly made: readonly RuleDraft[]
  /** How many words behind it belong to it. */
  readonly skip: number
}

async function one(
  word: PlacedText,
  next: PlacedText | undefined,
  place: ListPlace,
  context: PostfixContext,
): Promise<Made> {
  const row = RESTRICTIONS.get(word.text)
  if (!row && isTable(word.text)) return { made: await bareTable(word, place, context), skip: 0 }
  if (!row) return { made: await classRules(word, place, context), skip: 0 }
  const takesOne = isAccess(row) || ('argument' in row && row.argument !== undefined)
  if (takesOne && !next) return { made: withoutArgument(word, context), skip: 0 }
  const made = isTooEarly(row, place)
    ? passedOver(word, context)
    : await rulesOf(row, word, takesOne ? next : undefined, place, context)
  return { made, skip: takesOne ? 1 : 0 }
}

function withoutArgument(word: PlacedText, { findings }: PostfixContext): readonly RuleDraft[] {
  findings.missing({ at: word.at, effect: 'laxer', message: `\`${word.text}\` is left out: it has no argument` })
  return []
}

function isTooEarly(row: RestrictionRow, { step }: ListPlace): boolean {
  return !isAbsent(row) && STEPS.indexOf(row.step ?? 'client') > STEPS.indexOf(step)
}

function passedOver(word: PlacedText, { findings }: PostfixContext): readonly RuleDraft[] {
  findings.changed({
    at: word.at,
    effect: 'none',
    message: `\`${word.text}\` is left out: it stands before what it asks for, and Postfix passes it over too`,
  })
  return []
}

async function rulesOf(
  row: RestrictionRow,
  word: PlacedText,
  argument: PlacedText | undefined,
  place: ListPlace,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  if (isAbsent(row)) return absent(row, word, argument, context)
  if (isAccess(row)) return argument ? tableRules(row, word, argument, place, context) : []
  if (word.text === 'permit_sasl_authenticated' && !context.hasLogins) return withoutLogins(word, context)
  return [plainRule(row, word, argument, place)]
}

function absent(
  { absent: because, effect, instead }: AbsentRestriction,
  word: PlacedText,
  argument: PlacedText | undefined,
  { findings }: PostfixContext,
): readonly RuleDraft[] {
  const text = argument ? `${word.text} ${argument.text}` : word.text
  const finding = { at: word.at, effect, message: `\`${text}\` is left out: ${because}`, instead }
  if (effect === 'none') findings.changed(finding)
  else findings.missing(finding)
  return []
}

function plainRule(
  row: RuleRow,
  word: PlacedText,
  argument: PlacedText | undefined,
  { subject, ours, mynetworks }: ListPlace,
): RuleDraft {
  const made = row.make({ argument: argument ?? word, subject, ours, mynetworks })
  const summary = argument ? `${word.text} ${argument.text}` : word.text
  return { id: restrictionId(word.text, argument?.text), summary, ...made }
}

function tableRules(
  { access }: AccessRow,
  word: PlacedText,
  table: PlacedText,
  place: ListPlace,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const isNamed = isTable(table.text)
  if (!isNamed) {
    context.findings.missing({
      at: table.at,
      effect: 'laxer',
      message: `\`${word.text} ${table.text}\` is left out: this is no table`,
      instead: 'Postfix writes tables as `type:name`',
    })
    return Promise.resolve([])
  }
  const use = {
    subject: SUBJECTS[access],
    table,
    summary: `${word.text} ${table.text.startsWith('inline:') ? 'inline' : table.text}`,
    id: restrictionId(word.text, table.text.startsWith('inline:') ? 'inline' : table.text),
    parentsMatch: matchesParents(place.parameters, 'smtpd_access_maps'),
    restrictions: (value: PlacedText, when: Json) => underCondition(value, when, place, context),
  }
  return accessRules(use, context)
}

/** A table alone is one of the list's own subject. */
function bareTable(word: PlacedText, place: ListPlace, context: PostfixContext): Promise<readonly RuleDraft[]> {
  const access =
    place.step === 'recipient' && !place.subject.startsWith('<${rcpt}>') ? ownSubject(place.subject) : place.step
  return tableRules({ access }, word, word, place, context)
}

function ownSubject(subject: string): Step {
  return STEPS.find((step) => SUBJECTS[step].refusal.subject === subject) ?? 'recipient'
}

/** Restriction classes, and restrictions on the right side of a table. */
async function classRules(word: PlacedText, place: ListPlace, context: PostfixContext): Promise<readonly RuleDraft[]> {
  const { parameters } = place
  const isClass = parameters.words('smtpd_restriction_classes').some(({ text }) => text === word.text)
  if (!isClass || context.open.has(word.text)) {
    context.findings.missing({
      at: word.at,
      effect: 'laxer',
      message: `\`${word.text}\` is left out: this is no restriction that is known here`,
      instead: 'a rule of your own in the plugin that was made of this list',
    })
    return []
  }
  context.open.add(word.text)
  const rules = await restrictionRules(parameters.words(word.text), place, context)
  context.open.delete(word.text)
  return rules
}

async function underCondition(
  value: PlacedText,
  when: Json,
  place: ListPlace,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const rules = await restrictionRules(wordsOf(value), place, context)
  return rules.map((rule) => ({ ...rule, match: both(when, rule.match) }))
}

/** Access tables of patterns: a rule for each line. A line that only says DUNNO keeps those below it from being asked. */
import type { Json, RuleDraft } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import { type AccessUse, actionRules, NAME_OF_CLIENT, placeFor } from './access-subjects.ts'
import type { PostfixContext } from './context.ts'
import { conditionOf, patternLines } from './patterns.ts'

export async function patternRules(
  lines: readonly PlacedText[],
  use: AccessUse,
  context: PostfixContext,
): Promise<readonly RuleDraft[]> {
  const rules: RuleDraft[] = []
  const spared: Json[] = []
  for (const { patterns, action: value, at } of patternLines(lines, context)) {
    const any = use.subject.facts.map((fact): Json => {
      const own = patterns.map((pattern): Json => conditionOf(pattern, fact))
      const all = fact === NAME_OF_CLIENT ? [{ fcrdns: true }, ...own] : own
      const [only] = all
      return all.length === 1 && only !== undefined ? only : { all }
    })
    if (use.subject.name === 'sender' && patterns.every(({ regex, isInverted }) => nullFits(regex) !== isInverted))
      any.push({ 'sender.null': true })
    const [only] = any
    const when: Json = any.length === 1 && only !== undefined ? only : { any }
    const made = await actionRules(
      value,
      { ...placeFor(when, use, at), summary: `${use.summary}: ${short(at.text)}` },
      use,
      context,
    )
    const spares: Pick<RuleDraft, 'unless'> = spared.length > 0 ? { unless: { any: [...spared] } } : {}
    rules.push(...made.map((rule) => ({ ...rule, ...spares })))
    if (made.every((rule) => rule.return === undefined)) spared.push(when)
  }
  return rules.map(inOrder)
}

function nullFits(regex: string): boolean {
  return regex.replace(/^\(\?[a-z-]+\)/, '').replaceAll('\\', '') === '^<>$'
}

/** `unless` stands behind `match`. */
function inOrder({ id, summary, match, unless, ...rest }: RuleDraft): RuleDraft {
  return { id, ...(summary !== undefined && { summary }), match, ...(unless && { unless }), ...rest }
}

const SHORT = 60

function short(text: string): string {
  return text.length > SHORT ? `${text.slice(0, SHORT)}…` : text
}

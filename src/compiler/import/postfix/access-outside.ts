/** Access tables in databases: what they answer is known when they are asked. */
import { both, idOf, type Json, type RuleDraft } from '../draft.ts'
import type { AccessUse } from './access-subjects.ts'
import { statusFor } from './actions.ts'
import type { PostfixContext } from './context.ts'

const ANSWERS = [
  { id: 'permit', regex: '^(ok|[0-9]+)$', return: 'DECLINED' },
  { id: 'reject', regex: '^(reject|5[0-9][0-9])\\b', return: 'DENY' },
  { id: 'defer', regex: '^(defer[a-z_]*|4[0-9][0-9])\\b', return: 'DENYSOFT' },
] as const

export function outsideRules(
  spec: (of: string) => Json | undefined,
  name: string,
  use: AccessUse,
  context: PostfixContext,
): readonly RuleDraft[] {
  context.findings.changed({
    at: use.table.at,
    effect: 'none',
    message: `\`${use.table.text}\` is asked as a list: for OK, REJECT, DEFER and codes it answers as in Postfix, and nothing else`,
    instead: 'docs/sources.md says which keys are asked',
  })
  return use.subject.keys.flatMap((asked) => {
    const list = asked.isUser || asked.of === 'pattern' ? undefined : spec(asked.of)
    if (list === undefined) return []
    const when = { ...asked.first, [asked.fact]: { in_list: context.list(idOf(name), list) } }
    return ANSWERS.map(({ id, regex, return: code }): RuleDraft => {
      const match = both(when, { 'list.reason': { regex } })
      const rule = { id: `${use.id}-${id}`, summary: use.summary, match, return: code }
      if (code === 'DECLINED') return rule
      return { ...rule, status: statusFor(code, '5.7.1'), message: `${use.subject.refusal.subject}: Access denied` }
    })
  })
}

/** What a rule does that concerns all recipients of a message, noted in the book of rules that tell recipients apart. */
import { HOOK_TABLE, isHook } from '../../core/hook.ts'
import { keysOf } from '../../core/table.ts'
import { isRefusal, isReturnCode } from '../../core/verdict.ts'
import { type MapNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import type { Scope } from '../rules/scope.ts'
import { type Deed, isAfterData } from './split-book.ts'

type Find = (rule: MapNode, scope: Scope) => YamlNode | undefined

const DEEDS: Readonly<Record<Deed['kind'], Find>> = {
  refuses(rule) {
    const answer = valueOf(rule, 'return')
    const code = textOf(answer)
    return code !== undefined && isReturnCode(code) && isRefusal(code) ? answer : undefined
  },
  edits: (rule) => valueOf(rule, 'headers'),
  delivers: (rule) => valueOf(rule, 'deliver'),
  delays(rule, { hook }) {
    const replyAt = valueOf(rule, 'reply_at')
    const later = textOf(replyAt)
    const isLater = later !== undefined && isHook(later) && isAfterData(later)
    return isLater && HOOK_TABLE[hook].stage === 'recipient' ? replyAt : undefined
  },
}

export function enterDeeds(rule: MapNode, scope: Scope): void {
  for (const kind of keysOf(DEEDS)) {
    const node = DEEDS[kind](rule, scope)
    if (node) scope.split.do(scope, node.at, kind)
  }
}

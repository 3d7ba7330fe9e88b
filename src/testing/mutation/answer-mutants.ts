/** A rule that answers something else. */
import { type Hook, isHook } from '../../core/hook.ts'
import { isAllowedAt } from '../../core/reply-table.ts'
import { isReturnCode, type ReturnCode } from '../../core/verdict.ts'
import { type MapNode, type ScalarNode, textOf, valueOf } from '../../language/node.ts'
import { made, type Place, scalar } from './make.ts'
import type { Mutant } from './mutant.ts'

/** To the answer that differs least: a test that only sees that mail was refused does not see which way. */
const FLIPS: Readonly<Record<ReturnCode, readonly ReturnCode[]>> = {
  OK: ['DENY', 'DECLINED'],
  DENY: ['DENYSOFT', 'DENY_DISCONNECT', 'DECLINED'],
  DENYSOFT: ['DENY', 'DENYSOFT_DISCONNECT'],
  DENY_DISCONNECT: ['DENY', 'DENYSOFT_DISCONNECT'],
  DENYSOFT_DISCONNECT: ['DENYSOFT', 'DENY_DISCONNECT'],
  DECLINED: ['OK', 'DENY'],
  DONE: [],
}

export function flipped(place: Place, rule: MapNode): readonly Mutant[] {
  const node = valueOf(rule, 'return')
  if (node?.kind !== 'scalar') return []
  const code = literal(node, place.root)
  const hooks = [textOf(valueOf(rule, 'reply_at')), ...(place.hook ?? '').split(/ *, */)].filter(
    (one): one is Hook => one !== undefined && isHook(one),
  )
  const other = code && FLIPS[code].find((one) => hooks.every((hook) => isAllowedAt(hook, one)))
  if (!other) return []
  return [
    made(place, { mutation: 'return', target: node, by: scalar(node, other), what: `\`${node.source}\` is ${other}` }),
  ]
}

/** Of a parameter, its default. */
function literal({ source }: ScalarNode, root: MapNode): ReturnCode | undefined {
  const name = /^\$\{\s*(\w+)\s*\}$/.exec(source)?.[1]
  const params = valueOf(root, 'params')
  const param = name !== undefined && params?.kind === 'map' ? valueOf(params, name) : undefined
  const code = param?.kind === 'map' ? (textOf(valueOf(param, 'default')) ?? 'DENY') : source
  return isReturnCode(code) ? code : undefined
}

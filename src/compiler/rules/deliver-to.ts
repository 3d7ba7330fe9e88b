/**
 * `deliver_to`: other addresses in place of a recipient, as texts or as the entries of a list.
 *
 * A text may stand for several addresses, one a line; that is how words find them. What is no address at run time makes the
 * rule unknown: nothing goes astray.
 */
import { parseMailbox } from '../../core/mail/address.ts'
import type { HookContext } from '../../core/context.ts'
import type { Effect } from '../../core/effect.ts'
import { isKnownAt } from '../../core/hook.ts'
import { type MapNode, type ScalarNode, valueOf, type YamlNode } from '../../language/node.ts'
import { findListAtHand } from '../lists/list-use.ts'
import { addressFault } from '../lists/address-list.ts'
import { complain, type Scope } from './scope.ts'
import { compileWhole } from './text.ts'

type MakeEffect = (context: HookContext) => Effect

export function compileDeliverTo(rule: MapNode, scope: Scope): readonly MakeEffect[] {
  const node = valueOf(rule, 'deliver_to')
  if (!node || isTooEarly(node, scope)) return []
  const addresses = node.kind === 'map' ? fromList(node, scope) : fromTexts(node, scope)
  return [(context) => ({ kind: 'deliver_to', addresses: addresses(context) })]
}

function isTooEarly(node: YamlNode, scope: Scope): boolean {
  if (isKnownAt('recipient', scope.hook)) return false
  complain(scope, {
    code: 'HOK402',
    at: node.at,
    message: `there is no recipient yet in hook \`${scope.hook}\``,
    help: 'move the rule to the `rcpt` chain',
  })
  return true
}

type Addresses = (context: HookContext) => readonly string[]

function fromTexts(node: YamlNode, scope: Scope): Addresses {
  const nodes = node.kind === 'seq' ? node.items : [node]
  const texts = nodes.flatMap((one) => (one.kind === 'scalar' ? [compileOne(one, scope)] : []))
  return (context) => texts.flatMap((text) => text(context).split('\n'))
}

function compileOne(node: ScalarNode, scope: Scope): (context: HookContext) => string {
  const text = String(node.value)
  if (!text.includes('$') && parseMailbox(text) === undefined) complain(scope, { ...addressFault(text), at: node.at })
  return compileWhole(node, scope)
}

function fromList(node: MapNode, scope: Scope): Addresses {
  const name = valueOf(node, 'list')
  const list = name && findListAtHand(name, scope, 'address')
  const entries = [...(list?.entries() ?? [])]
  const wrong = entries.find(({ text }) => parseMailbox(text) === undefined)
  if (wrong) {
    complain(scope, { ...addressFault(wrong.text), at: node.at, notes: [`the entry is at ${wrong.at}`] })
  }
  const addresses = entries.map(({ text }) => text)
  return () => addresses
}

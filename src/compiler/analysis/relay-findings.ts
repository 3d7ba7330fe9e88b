/** What the relay proof says of a way: which rule of the site makes it one, and what to do about it. */
import type { Finding, Label } from '../../language/diagnostic.ts'
import { textOf, toJson, valueOf } from '../../language/node.ts'
import { type AskedRule, conditionOf } from './asked-rule.ts'
import { asksIn } from './formula.ts'
import type { Outline } from './outline.ts'
import type { Way } from './relay-walk.ts'
import { type Claims, NO_CLAIMS } from './stranger.ts'

export interface Culprit {
  readonly at: Finding['at']
  readonly key: string
  readonly rule: AskedRule | undefined
}

/**
 * Of the rules on the way that are not ours (`isOurs`), the one that let somebody relay where OK depends on that, else the last; else the
 * entry of the first plugin that changed something.
 */
export function culpritOf({ rules }: Way, isOurs: (path: string) => boolean): Culprit {
  const mine = rules.filter(({ plugin }) => !isOurs(plugin.path))
  const granting = asksForRights(rules.at(-1)) ? mine.findLast((rule) => grantOf(rule) !== undefined) : undefined
  const own = granting ?? mine.at(-1)
  const at = own?.at ?? rules[0]?.plugin.entry.at
  if (!at) throw new Error('nobody said OK')
  return { at, key: `${at.file}:${at.range.start.offset}`, rule: own }
}

function asksForRights(rule: AskedRule | undefined): boolean {
  return rule !== undefined && asksIn(conditionOf(rule)).some(({ likely: { fact } }) => RIGHTS.test(fact))
}

const RIGHTS = /^(?:relay_client|immune|auth\..*)$/

function grantOf({ hook, node }: AskedRule): 'login' | 'right' | undefined {
  if (hook === 'auth' && textOf(valueOf(node, 'return')) === 'OK') return 'login'
  const changes = valueOf(node, 'set')
  const flag = changes?.kind === 'map' ? valueOf(changes, 'relay_client') : undefined
  return flag && toJson(flag) === true ? 'right' : undefined
}

const HELP = {
  login: 'let only those log in whose password is right: add a word that checks it, such as `auth_file`',
  right:
    'let only those relay who are known by address or login: HELO, the sender and names in DNS are what a client likes',
  believed: 'name your own proxies and servers, and nobody else, in `from` of `proxy`, `xclient` and `xforward`',
  ok: 'let only those relay who are known by address or login: `relay_client: true`\nor accept only what is ours: `rcpt.domain: { in_list: local_domains }`',
}

interface Believing {
  readonly claims: Claims
  readonly listeners: readonly string[] | undefined
}

export function openRelay(way: Way, { at, rule }: Culprit, witness: object, { claims, listeners }: Believing): Finding {
  const isBelieved = claims !== NO_CLAIMS
  return {
    ...path(way, rule),
    code: 'FLW510',
    severity: 'error',
    at,
    message: `anybody may relay through this server: \`${way.rules.at(-1)?.rule.id}\` says OK to recipients that are not ours`,
    label: 'here it becomes possible',
    notes: [
      ...pathNote(way),
      ...(isBelieved ? [`listener \`${listeners?.[0]}\` takes everybody's word for who a client is`] : []),
      `a session that does: ${JSON.stringify(witness)}`,
    ],
    help: isBelieved ? HELP.believed : HELP[(rule && grantOf(rule)) ?? 'ok'],
  }
}

export function unproved(way: Way, { at, rule }: Culprit): Finding {
  return {
    ...path(way, rule),
    code: 'FLW511',
    severity: 'info',
    at,
    message: `whether \`${way.rules.at(-1)?.rule.id}\` lets anybody relay cannot be told from here`,
    label: 'it depends on an answer from outside, or on a pattern',
    notes: pathNote(way),
    help: 'if only recipients of yours can match, all is well',
  }
}

function path({ rules }: Way, culprit: AskedRule | undefined): Pick<Finding, 'labels' | 'hook' | 'rule'> {
  const others = rules.filter((rule) => rule !== culprit)
  const labels = others.map((rule): Label => ({ ...rule.at, text: rule === rules.at(-1) ? 'says OK' : 'on the way' }))
  return { labels, ...(culprit && { hook: culprit.hook, rule: culprit.rule.id }) }
}

function pathNote({ rules }: Way): readonly string[] {
  return [
    `the way: ${rules.map(({ plugin, rule, hook }) => `\`${rule.id}\` of \`${plugin.name}\` at \`${hook}\``).join(', then ')}`,
  ]
}

export function tooMany({ outline }: { readonly outline: Outline }): Finding {
  const [first] = outline.plugins
  if (!first) throw new Error('no plugin, no way')
  return {
    code: 'FLW511',
    severity: 'info',
    at: first.entry.at,
    message: 'whether anybody may relay cannot be told: there are too many ways to RCPT',
    help: 'write a test: `expect: { accepted: [] }` for a stranger and a recipient elsewhere',
  }
}

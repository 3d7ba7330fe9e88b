/**
 * Whether relaying is a question on a site at all: by which listeners a stranger comes in, and whether mail can go on.
 *
 * A listener where another mail server asks us (`protocol: policy`, `milter`) is no way in: its clients talk to that server,
 * which decides about relaying itself, and our OK is none there (docs/attach.md).
 */
import type { Service } from '../../core/service.ts'
import type { Listener } from '../../core/site.ts'
import { valueOf } from '../../language/node.ts'
import type { Outline } from './outline.ts'
import { type Claims, claimsAt, NO_CLAIMS } from './stranger.ts'

const THIS_MACHINE = /^(?:127\.|::1$|localhost$)/

/**
 * Names of the listeners that strangers reach, who speak SMTP; undefined when nothing is known of listeners. A site that
 * takes SMTP on this machine alone is on trial, and looked at as if it did not.
 */
export function reachedFromOutside(
  services: ReadonlyMap<string, Service>,
  listeners: readonly Listener[],
): readonly string[] | undefined {
  if (services.size === 0) return undefined
  const smtp = [...services].flatMap(([name, { offer, position }]) =>
    offer.protocol === 'smtp' && position === undefined ? [name] : [],
  )
  const here = listeners.flatMap(({ name, address, unix }) => (unix || THIS_MACHINE.test(address) ? [name] : []))
  const open = smtp.filter((name) => !here.includes(name))
  return (open.length > 0 ? open : smtp).map((name) => name.toLowerCase())
}

export interface WayIn {
  /** Names of the listeners; undefined when nothing is known of listeners. */
  readonly listeners: readonly string[] | undefined
  readonly services: ReadonlyMap<string, Service>
  readonly claims: Claims
}

/** For strangers in all that rules know of them; besides, for those who may say that they are somebody else. */
export function waysIn(
  services: ReadonlyMap<string, Service>,
  reached: readonly string[] | undefined,
): readonly WayIn[] {
  if (reached?.length === 0) return []
  const entered = [...services].filter(([name]) => reached?.includes(name.toLowerCase()))
  const believing = entered.flatMap(([name, service]): readonly WayIn[] => {
    const claims = claimsAt(service)
    return claims ? [{ listeners: [name.toLowerCase()], services: new Map([[name, service]]), claims }] : []
  })
  return [{ listeners: reached, services: new Map(entered), claims: NO_CLAIMS }, ...believing]
}

/**
 * False where all that is accepted is thrown away. What is kept may be somebody's outgoing mail, and a site without any
 * delivery is not finished.
 */
export function canMailGoOn({ plugins }: Outline): boolean {
  const rules = plugins.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules))
  const targets = rules.flatMap(({ node }) => {
    const deliver = valueOf(node, 'deliver')
    return deliver?.kind === 'map' ? deliver.entries.map(({ key }) => key.value) : []
  })
  const hasCode = plugins.some(({ file }) => !file)
  return hasCode || targets.length === 0 || targets.some((target) => target !== 'discard')
}

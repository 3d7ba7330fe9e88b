/**
 * Which facts there can be at the listeners of a site: without TLS nothing is encrypted, where nobody can log in nobody has.
 *
 * Where another mail server asks us (src/attach) TLS and logins are its own, and it tells us of them; a policy service hears
 * nothing of the message, and of parameters only the size.
 */
import { type Hook, isHook } from '../../core/hook.ts'
import { NEVER_ASKED } from '../../core/position.ts'
import type { Service } from '../../core/service.ts'

export interface SiteFacts {
  /** By name; empty for rules without a site. */
  readonly services: ReadonlyMap<string, Service>
  /** Whether a plugin answers the hook `auth`. */
  readonly answersAuth: boolean
}

interface Need {
  readonly facts: RegExp
  /** Why it is never there. */
  readonly because: string
  readonly isMet: (service: Service, site: SiteFacts) => boolean
}

const NO_TLS = 'no listener of this site speaks TLS'
const NO_XFORWARD = 'no listener takes XFORWARD'

/** The first row that a fact matches says what it needs. */
const NEEDS: readonly Need[] = [
  { facts: /^tls\.server_name$/, because: NO_TLS, isMet: speaksTls },
  { facts: /^tls\.client\./, because: NO_TLS, isMet: (one) => speaksTls(one) || one.position === 'policy' },
  { facts: /^tls\./, because: NO_TLS, isMet: (one) => speaksTls(one) || isAsked(one) },
  { facts: /^auth\./, because: 'nobody can log in on this site', isMet: takesLogins },
  { facts: /^proxy\./, because: 'no listener has a `proxy` in front', isMet: ({ proxies }) => proxies !== undefined },
  { facts: /^xforward\.ident$/, because: NO_XFORWARD, isMet: (one) => one.xforward !== undefined || isAsked(one) },
  { facts: /^xforward\./, because: NO_XFORWARD, isMet: ({ xforward }) => xforward !== undefined },
  {
    facts: /^(?:header\.|header_count\.|hops$|date$|size$|body$|body\.)/,
    because: 'a policy service is told nothing of the message',
    isMet: ({ position }) => position !== 'policy',
  },
  {
    facts: /^rcpt\.params\.(?:NOTIFY|ORCPT)$/i,
    because: 'no listener of this site offers DSN',
    isMet: ({ position, offer }) => (position ? position !== 'policy' : offer.extensions.dsn),
  },
  {
    facts: /^(?:mail\.params\.(?!SIZE$)|rcpt\.params\.)/i,
    because: 'a policy service is told no parameter but the size',
    isMet: ({ position }) => position !== 'policy',
  },
]

function speaksTls({ tls }: Service): boolean {
  return tls.mode !== 'none'
}

function isAsked({ position }: Service): boolean {
  return position !== undefined
}

function takesLogins({ position, xclient, offer }: Service, { answersAuth }: SiteFacts): boolean {
  return position !== undefined || xclient !== undefined || (answersAuth && offer.auth !== undefined)
}

const ONLY_AT: readonly (readonly [prefix: string, hooks: readonly string[]])[] = [
  ['attempt.', ['auth']],
  ['decided.', ['deny', 'ok']],
  ['logged.', ['logging']],
]

function outsideItsHook(fact: string, hook: string): string | undefined {
  const [, hooks] = ONLY_AT.find(([prefix]) => fact.startsWith(prefix)) ?? []
  if (!hooks || hook === '' || hooks.includes(hook)) return undefined
  return `it is known only at ${hooks.map((one) => `\`${one}\``).join(' and ')}`
}

/** Why a fact is never there at a hook; undefined when it may be. That a hook is never asked is said elsewhere (CFG114). */
export function absenceOf(fact: string, hook: string, site: SiteFacts): string | undefined {
  const services = [...site.services.values()].filter((service) => !isHook(hook) || asks(service, hook))
  const need = services.length > 0 ? NEEDS.find(({ facts }) => facts.test(fact)) : undefined
  if (need && !services.some((service) => need.isMet(service, site))) return need.because
  return outsideItsHook(fact, hook)
}

/** Whether a hook is asked for clients of such a listener. */
export function asks({ position }: Service, hook: Hook): boolean {
  return position === undefined || !NEVER_ASKED[position].has(hook)
}

/** Nothing is ever encrypted. */
export function isClear({ services }: SiteFacts): boolean {
  return services.size > 0 && [...services.values()].every((one) => !speaksTls(one) && !isAsked(one))
}

/** Facts by which listeners differ. */
export function isOfListener(fact: string): boolean {
  return fact === 'listener' || fact === 'tls' || NEEDS.some(({ facts }) => facts.test(fact))
}

/** The site as its listeners make it, one for each kind of listener that the hook is asked at. */
export function kindsAsking(hook: Hook, site: SiteFacts): readonly SiteFacts[] {
  const asked = [...site.services].filter(([, service]) => asks(service, hook))
  const kinds = Map.groupBy(asked, ([, one]) =>
    NEEDS.map(({ isMet }) => isMet(one, site))
      .concat(speaksTls(one))
      .join(),
  )
  return [...kinds.values()].map((some) => ({ ...site, services: new Map(some) }))
}

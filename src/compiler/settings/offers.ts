/** What listeners offer, as the site file says, and what of it would come to nothing. */
import { defaultExtensions, type Extensions } from '../../core/extensions.ts'
import { AUTH_MECHANISMS, type AuthOffer, type Offer } from '../../core/offer.ts'
import type { Program } from '../../core/program.ts'
import type { Service } from '../../core/service.ts'
import type { Report } from '../../language/diagnostic.ts'
import { entryOf, itemsOf, type MapNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'

/** What is malformed was reported, and is left out. */
export function readOffer(item: MapNode, root: MapNode): Offer {
  const auth = valueOf(item, 'auth')
  return {
    protocol: textOf(valueOf(item, 'protocol')) === 'lmtp' ? 'lmtp' : 'smtp',
    extensions: readExtensions(valueOf(root, 'extensions')),
    auth: auth?.kind === 'map' ? readAuth(auth) : undefined,
  }
}

function readExtensions(node: YamlNode | undefined): Extensions {
  const defaults = defaultExtensions()
  if (node?.kind !== 'map') return defaults
  const given = Object.keys(defaults).flatMap((name) => {
    const value = valueOf(node, name)
    return value?.kind === 'scalar' && typeof value.value === 'boolean' ? [[name, value.value] as const] : []
  })
  return { ...defaults, ...Object.fromEntries(given) }
}

function readAuth(node: MapNode): AuthOffer {
  const [mechanisms, withoutTls] = [valueOf(node, 'mechanisms'), valueOf(node, 'without_tls')]
  const names = mechanisms?.kind === 'seq' ? mechanisms.items.map(textOf) : []
  return {
    mechanisms: AUTH_MECHANISMS.filter((name) => names.includes(name)),
    withoutTls: withoutTls?.kind === 'scalar' && withoutTls.value === true,
  }
}

/** Nobody can log in where no plugin says who may: AUTH is not offered there. */
export function settleAuth(
  services: ReadonlyMap<string, Service>,
  root: MapNode,
  { chains }: Program,
  report: Report,
): ReadonlyMap<string, Service> {
  reportIdleAuth(services, root, chains.has('auth'), report)
  if (chains.has('auth')) return services
  const settled = Array.from(services, ([name, service]) => {
    return [name, { ...service, offer: { ...service.offer, auth: undefined } }] as const
  })
  return new Map(settled)
}

function reportIdleAuth(
  services: ReadonlyMap<string, Service>,
  root: MapNode,
  hasChain: boolean,
  report: Report,
): void {
  const listeners = valueOf(root, 'listen')
  for (const item of itemsOf(listeners)) {
    const key = item.kind === 'map' ? entryOf(item, 'auth')?.key : undefined
    if (item.kind !== 'map' || !key) continue
    const because = hasChain ? reasonIn(services.get(textOf(valueOf(item, 'name')) ?? 'smtp')) : NO_CHAIN
    if (because)
      report.add({ code: 'CFG115', severity: 'warning', at: key.at, message: 'nobody can log in here', ...because })
  }
}

interface Because {
  readonly label: string
  readonly help: string
}

const NO_CHAIN: Because = {
  label: 'no plugin answers the hook `auth`',
  help: 'add a plugin that does, such as `auth/auth_flat_file`',
}
const IN_CLEAR: Because = {
  label: 'this listener has no TLS, and passwords are not taken in clear text',
  help: 'give the site certificates (`tls`), or write `without_tls: true`',
}

function reasonIn(service: Service | undefined): Because | undefined {
  return service?.tls.mode === 'none' && service.offer.auth?.withoutTls === false ? IN_CLEAR : undefined
}

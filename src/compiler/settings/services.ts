/** How the listeners of a site serve: TLS, proxies in front, whose word is taken. */
import { isPosition } from '../../core/position.ts'
import { PLAIN_SERVICE, type Service, type ServiceTls } from '../../core/service.ts'
import type { ListIndex } from '../../core/list.ts'
import { itemsOf, type MapNode, textOf, toJson, valueOf, type YamlNode } from '../../language/node.ts'
import { mustBeAtHand } from '../lists/list-use.ts'
import { type ListPlace, readSiteList } from '../lists/plugin-lists.ts'
import type { LoadEnvironment } from '../load-environment.ts'
import { readOffer } from './offers.ts'
import { readTls } from './tls-settings.ts'

/** By the listener's name. What is wrong is reported; a listener with a fault in it serves plain SMTP here. */
export async function readServices(
  root: MapNode,
  place: ListPlace,
  environment: LoadEnvironment,
): Promise<ReadonlyMap<string, Service>> {
  const services = new Map<string, Service>()
  const listeners = valueOf(root, 'listen')
  const seen = new Map<string, MapNode>()
  for (const item of itemsOf(listeners)) {
    if (item.kind !== 'map') continue
    const name = nameOf(item)
    const first = seen.get(name)
    if (first) checkTwin(name, first, item, environment)
    else services.set(name, await readService(item, root, place, environment))
    seen.set(name, first ?? item)
  }
  return services
}

function nameOf(item: MapNode): string {
  return textOf(valueOf(item, 'name')) ?? 'smtp'
}

/** Several addresses may have one name, which then stands for one way to serve. */
function checkTwin(name: string, first: MapNode, second: MapNode, { report }: LoadEnvironment): void {
  if (mannerOf(first) === mannerOf(second)) return
  report.add({
    code: 'CFG109',
    at: second.at,
    message: `two listeners named \`${name}\` that serve differently`,
    labels: [{ ...first.at, text: 'the other one' }],
    help: 'give each a `name` of its own',
  })
}

function mannerOf({ kind, at, entries }: MapNode): string {
  const others = entries.filter(({ key }) => !['name', 'address', 'port'].includes(key.value))
  const sorted = others.toSorted((one, other) => (one.key.value < other.key.value ? -1 : 1))
  return JSON.stringify(toJson({ kind, at, entries: sorted }))
}

async function readService(
  item: MapNode,
  root: MapNode,
  place: ListPlace,
  environment: LoadEnvironment,
): Promise<Service> {
  const position = textOf(valueOf(item, 'protocol'))
  if (isPosition(position)) return { ...PLAIN_SERVICE, position }
  const trusted = (key: string): Promise<ListIndex | undefined> => readTrusted(item, key, place, environment)
  const tls = await readServiceTls(item, root, place, environment)
  const required = valueOf(item, 'require_tls')
  const requireTls = required?.kind === 'scalar' && required.value === true
  if (required && requireTls && tls.mode === 'none')
    environment.report.add({
      code: 'TLS001',
      at: required.at,
      message: `listener \`${nameOf(item)}\` requires TLS and does not offer it: nobody could send mail`,
      help: 'add `tls: starttls`',
    })
  const [proxies, nat64] = [await trusted('proxy'), await trusted('nat64')]
  const [xclient, xforward] = [await trusted('xclient'), await trusted('xforward')]
  return { offer: readOffer(item, root), tls, requireTls, proxies, nat64, xclient, xforward }
}

async function readTrusted(
  item: MapNode,
  key: string,
  place: ListPlace,
  environment: LoadEnvironment,
): Promise<ListIndex | undefined> {
  const node = valueOf(item, key)
  const from = node?.kind === 'map' ? valueOf(node, 'from') : undefined
  if (!from) return undefined
  const list = await readSiteList('from', 'ip', from, place, environment)
  if (list.source) environment.report.add(mustBeAtHand(from.at, `\`${key}\` decides before a session begins`))
  return list.index
}

async function readServiceTls(
  item: MapNode,
  root: MapNode,
  { directory }: ListPlace,
  environment: LoadEnvironment,
): Promise<ServiceTls> {
  const [own, ofSite] = [valueOf(item, 'tls'), valueOf(root, 'tls')]
  const nodes = [own, ofSite].filter((node) => node?.kind === 'map')
  const mode = modeOf(own) ?? (nodes.some((node) => valueOf(node, 'certificates')) ? 'starttls' : 'none')
  if (mode === 'none') return { mode }
  const place = { directory, nodes, at: own?.at ?? item.at, listener: nameOf(item) }
  const settings = await readTls(place, environment)
  return settings === undefined || settings === 'missing' ? { mode: 'unavailable' } : { mode, settings }
}

function modeOf(node: YamlNode | undefined): 'none' | 'starttls' | 'implicit' | undefined {
  const text = textOf(node?.kind === 'map' ? valueOf(node, 'mode') : node)
  return text === 'none' || text === 'starttls' || text === 'implicit' ? text : undefined
}

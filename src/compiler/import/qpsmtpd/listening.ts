/**
 * Where qpsmtpd listens, and as whom, which stands on its command line: Debian's init script makes that of `debconf-settings`.
 * Without it, what qpsmtpd-forkserver does without options.
 */
import { isIpFault, parseIp } from '../../../core/net/ip.ts'
import { type Span, startOf } from '../../../language/diagnostic.ts'
import type { MapEntry, YamlNode } from '../../../language/node.ts'
import { entry, map, scalar, seq } from '../nodes.ts'
import type { ConfigReader } from './config-reader.ts'

const EVERYWHERE = '0.0.0.0'
const [USUAL_PORT, DEBIAN_PORT, DEBIAN_USER] = [2525, 25, 'qpsmtpd']

/** `mechanisms`: with which plugins answer logins. */
export async function listeningOf(reader: ConfigReader, mechanisms: ReadonlySet<string>): Promise<readonly MapEntry[]> {
  const settings = await reader.lines('debconf-settings')
  const at = startOf(reader.path(settings ? 'debconf-settings' : 'plugins'))
  const auth = mechanisms.size > 0 ? [entry('auth', await authOf(reader, mechanisms))] : []
  const interfaces = settings?.find(({ text }) => text.startsWith('INTERFACES='))?.text ?? ''
  const places = placesIn(interfaces, settings ? DEBIAN_PORT : USUAL_PORT)
  const listen = places.map((place, index) => map([...listener(place, index, at), ...auth], at))
  return [entry('listen', seq(listen, at)), ...(settings ? [entry('user', scalar(DEBIAN_USER, at))] : [])]
}

interface Place {
  readonly address: string
  readonly port: number
}

/** `INTERFACES="192.0.2.1 192.0.2.2:587"`; without an address, all of them. */
function placesIn(text: string, usual: number): readonly Place[] {
  const words = text.replace(/^INTERFACES=|"/g, '').split(/[\s,]+/)
  const places = words.map((word) => ({
    address: word.replace(/:\d+$/, ''),
    port: Number(/:(\d+)$/.exec(word)?.[1] ?? usual),
  }))
  const good = places.filter(({ address }) => !isIpFault(parseIp(address)))
  return good.length > 0 ? good : [{ address: EVERYWHERE, port: usual }]
}

function listener({ address, port }: Place, index: number, at: Span): readonly MapEntry[] {
  const name = index === 0 ? 'smtp' : `smtp-${index + 1}`
  return [entry('name', scalar(name, at)), entry('address', scalar(address, at)), entry('port', scalar(port, at))]
}

/** qpsmtpd offers logins in clear text unless it is told otherwise. */
async function authOf(reader: ConfigReader, names: ReadonlySet<string>): Promise<YamlNode> {
  const line = await reader.first('tls_before_auth')
  const at = line?.at ?? startOf(reader.path('plugins'))
  const mechanisms = [...names].map((name) => scalar(name, at))
  const isInClear = line === undefined || line.text === '0'
  return map([entry('mechanisms', seq(mechanisms, at)), entry('without_tls', scalar(isInClear, at))], at)
}

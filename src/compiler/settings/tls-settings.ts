/**
 * What a site file says about TLS, with its certificates read and tried.
 *
 * Everything a client would run into is found here, at its place in the site file: a file that is not there, a key that is
 * not the certificate's, ciphers nobody knows, a certificate that is not valid now (a warning). PEM texts go nowhere but into
 * the settings: findings never quote them.
 */
import { resolve } from 'node:path'
import { reasonOf } from '../../core/reason.ts'
import type { TlsCertificate, TlsSettings } from '../../core/net/tls.ts'
import type { Finding, Span } from '../../language/diagnostic.ts'
import { type MapNode, textOf, valueOf, type YamlNode } from '../../language/node.ts'
import type { LoadEnvironment } from '../load-environment.ts'
import { canonicalNames, checkAuthorities, checkPair } from './tls-certificates.ts'

export interface TlsPlace {
  readonly directory: string
  /** What stands under `tls`, the listener's own before the site's. */
  readonly nodes: readonly MapNode[]
  /** Of the listener. */
  readonly at: Span
  readonly listener: string
}

/** `missing`: files are not on this machine, which only whoever serves has to have. Undefined when something is wrong. */
export async function readTls(
  place: TlsPlace,
  environment: LoadEnvironment,
): Promise<TlsSettings | 'missing' | undefined> {
  const files = new PemFiles(place.directory, environment)
  const [first, ...others] = await readCertificates(place, files, environment)
  const ca = find(place, 'ca')
  const authorities = ca && (await files.read(ca))
  const trusts = !ca || authorities === undefined || checkAuthorities(authorities, ca, environment)
  if (files.missing) return 'missing'
  if (!first || files.faulty || !trusts) return undefined
  const settings: TlsSettings = {
    certificates: [first, ...others],
    minVersion: textOf(find(place, 'min_version')) === 'TLSv1.3' ? 'TLSv1.3' : 'TLSv1.2',
    ciphers: textOf(find(place, 'ciphers')),
    clientCertificates: clientCertificatesOf(textOf(find(place, 'client_certificates'))),
    ca: authorities,
  }
  return tryOut(settings, place, environment) ? settings : undefined
}

function find({ nodes }: TlsPlace, key: string): YamlNode | undefined {
  return nodes.map((node) => valueOf(node, key)).find((value) => value !== undefined)
}

function clientCertificatesOf(text: string | undefined): TlsSettings['clientCertificates'] {
  return text === 'request' || text === 'require' ? text : 'none'
}

async function readCertificates(
  place: TlsPlace,
  files: PemFiles,
  environment: LoadEnvironment,
): Promise<readonly TlsCertificate[]> {
  const list = find(place, 'certificates')
  if (list?.kind !== 'seq') {
    environment.report.add({
      code: 'TLS001',
      at: place.at,
      message: `listener \`${place.listener}\` is to speak TLS, and there is no certificate`,
      help: 'name one for the whole site: `tls: { certificates: [{ cert: mx.pem, key: mx.key }] }`',
    })
    return []
  }
  const read = await Promise.all(list.items.map((item) => readCertificate(item, files, environment)))
  return read.filter((one) => one !== undefined)
}

async function readCertificate(
  item: YamlNode,
  files: PemFiles,
  environment: LoadEnvironment,
): Promise<TlsCertificate | undefined> {
  const [cert, key] = item.kind === 'map' ? [valueOf(item, 'cert'), valueOf(item, 'key')] : []
  if (item.kind !== 'map' || !cert || !key) return undefined
  const [chain, privateKey] = [await files.read(cert), await files.read(key)]
  if (chain === undefined || privateKey === undefined) return undefined
  const own = checkPair({ cert, chain, key, privateKey }, environment)
  if (!own) {
    files.faulty = true
    return undefined
  }
  return { names: canonicalNames(valueOf(item, 'names'), own, environment), chain, key: privateKey }
}

/** OpenSSL has the last word. */
function tryOut(settings: TlsSettings, place: TlsPlace, { report, tlsFault }: LoadEnvironment): boolean {
  const fault = tlsFault?.(settings)
  if (fault === undefined) return true
  const at = find(place, settings.ciphers === undefined ? 'certificates' : 'ciphers')?.at ?? place.at
  report.add({ code: 'TLS001', at, message: `TLS does not work like this: ${fault}` })
  return false
}

/** Reads PEM files; remembers what could not be had. */
class PemFiles {
  readonly #directory: string
  readonly #environment: LoadEnvironment
  missing = false
  faulty = false

  constructor(directory: string, environment: LoadEnvironment) {
    this.#directory = directory
    this.#environment = environment
  }

  async read(node: YamlNode): Promise<string | undefined> {
    const name = textOf(node) ?? ''
    try {
      const text = await this.#environment.files.read(resolve(this.#directory, name))
      if (text === undefined) this.#lack({ code: 'CFG110', at: node.at, message: `there is no file ${name}` })
      return text
    } catch (fault) {
      const message = reasonOf(fault)
      this.#lack({ code: 'CFG110', at: node.at, message })
      return undefined
    }
  }

  #lack(finding: Finding): void {
    const { report, offline = false } = this.#environment
    this.missing = true
    if (offline) report.add({ ...finding, severity: 'warning', help: '`postern serve` needs it; nothing else does' })
    else report.add(finding)
  }
}

/** Certificates and keys, looked at before a client does. */
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { canonicalDomain } from '../../core/mail/domain.ts'
import type { Span } from '../../language/diagnostic.ts'
import { textOf, type YamlNode } from '../../language/node.ts'
import type { LoadEnvironment } from '../load-environment.ts'

export interface Pair {
  readonly cert: YamlNode
  /** PEM. */
  readonly chain: string
  readonly key: YamlNode
  /** PEM. */
  readonly privateKey: string
}

type Where = Pick<LoadEnvironment, 'report' | 'now' | 'turnsAt'>

/** Our own certificate of the chain; undefined when something is wrong. */
export function checkPair({ cert, chain, key, privateKey }: Pair, where: Where): X509Certificate | undefined {
  const [certificate] = readChain(chain, cert, where)
  const ours = readKey(privateKey, key, where)
  if (!certificate || !ours) return undefined
  if (certificate.checkPrivateKey(ours)) return certificate
  where.report.add({
    code: 'TLS001',
    at: key.at,
    message: `\`${textOf(key)}\` is not the key of the certificate in \`${textOf(cert)}\``,
    labels: [{ ...cert.at, text: 'the certificate' }],
    help: 'in a file with a chain our own certificate comes first',
  })
  return undefined
}

const PEM = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[^-]+-----END (?:TRUSTED )?CERTIFICATE-----/g

/** All certificates of a file; empty when one of them cannot be read. */
function readChain(text: string, node: YamlNode, where: Where): readonly X509Certificate[] {
  const blocks = text.match(PEM) ?? []
  try {
    const chain = blocks.map((block) => new X509Certificate(block))
    if (chain.length === 0) throw new Error('none')
    for (const one of chain) checkDates(one, node, where)
    return chain
  } catch {
    where.report.add({
      code: 'TLS001',
      at: node.at,
      message: `\`${textOf(node)}\` holds no certificate that can be read`,
      help: 'it begins with `-----BEGIN CERTIFICATE-----`',
    })
    return []
  }
}

/** Clients may go away over it, or not; mail servers mostly do not. */
function checkDates({ subject, validFromDate, validToDate }: X509Certificate, node: YamlNode, where: Where): void {
  const now = where.now?.()
  for (const date of [validFromDate, validToDate]) where.turnsAt?.(date.getTime())
  if (now === undefined || (validFromDate.getTime() <= now && now <= validToDate.getTime())) return
  const [word, date] = validToDate.getTime() < now ? ['was valid until', validToDate] : ['is valid from', validFromDate]
  where.report.add({
    code: 'TLS001',
    severity: 'warning',
    at: node.at,
    message: `the certificate \`${(subject || textOf(node) || '').replaceAll('\n', ', ')}\` ${word} ${date.toISOString().slice(0, 10)}`,
  })
}

function readKey(text: string, node: YamlNode, { report }: Where): KeyObject | undefined {
  try {
    return createPrivateKey(text)
  } catch (fault) {
    const isLocked = fault instanceof Error && /passphrase|password|encrypted/i.test(fault.message)
    report.add({
      code: 'TLS001',
      at: node.at,
      message: `\`${textOf(node)}\` holds no private key that can be read`,
      ...(isLocked && { label: 'it has a passphrase' }),
      help: isLocked
        ? 'take the passphrase off: `openssl pkey -in OLD -out NEW`'
        : 'it begins with `-----BEGIN PRIVATE KEY-----`',
    })
    return undefined
  }
}

/** The names a certificate is for: those that are written, else its own. */
export function canonicalNames(
  written: YamlNode | undefined,
  { subjectAltName = '' }: X509Certificate,
  { report }: Where,
): readonly string[] {
  if (written?.kind !== 'seq') return Array.from(subjectAltName.matchAll(/\bDNS:([^,\s"]+)/g), canonicalMatch).flat()
  return written.items.flatMap((item) => {
    const name = canonicalName(textOf(item) ?? '')
    if (name === undefined) report.add(noName(textOf(item) ?? '', item.at))
    return name ?? []
  })
}

function canonicalMatch([, name = '']: RegExpMatchArray): readonly string[] {
  const canonical = canonicalName(name)
  return canonical === undefined ? [] : [canonical]
}

function canonicalName(text: string): string | undefined {
  if (!text.startsWith('*.')) return canonicalDomain(text)
  const parent = canonicalDomain(text.slice(2))
  return parent === undefined ? undefined : `*.${parent}`
}

function noName(text: string, at: Span) {
  const message = `\`${text}\` is no domain name`
  return { code: 'NET204', at, message, help: 'a name, or `*.` and a name' } as const
}

/** False when the file holds none that can be read. */
export function checkAuthorities(text: string, node: YamlNode, where: Where): boolean {
  return readChain(text, node, where).length > 0
}

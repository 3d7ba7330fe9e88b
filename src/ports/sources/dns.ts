/**
 * `dns:ZONE`: the value as a name below the zone (RFC 5782). An IP address is reversed; with `hash`, anything else is its
 * digest in hexadecimal, which is how lists of addresses are asked without telling the address.
 *
 * With `type=A`, the default, a listing is an address in 127.0.0.0/8, and other answers are faults, as with `dnsbl`; the
 * value is the text that the zone publishes. With `type=TXT` the texts are the values.
 */
import { createHash } from 'node:crypto'
import { canonicalDomain } from '../../core/mail/domain.ts'
import type { DnsAnswer, Resolver } from '../../core/ports.ts'
import { reverseIp } from '../../core/net/reverse-name.ts'
import type { SourceSpec } from '../../core/source.ts'
import { isListing } from '../../vocabulary/shared/ask-zones.ts'
import { type Driver, MOST_VALUES } from './driver.ts'
import { choiceIn } from './parameters.ts'

const NAME_LENGTH = 253

export const dnsDriver: Driver = {
  parameters: ['type', 'hash'],
  read(source) {
    const zone = canonicalDomain(source.place)
    if (zone === undefined) throw new Error('`dns:` is followed by the name of a zone')
    const [type, label] = [choiceIn(source, 'type', ['A', 'TXT']), labelling(source)]
    return ({ resolver }) => ({
      async ask(key) {
        const name = `${label(key)}.${zone}`
        if (name.length > NAME_LENGTH) return undefined
        return type === 'A' ? listing(name, resolver) : texts(await resolver.resolve(name, 'TXT'))
      },
      close: async () => undefined,
    })
  },
}

function labelling(source: SourceSpec): (key: string) => string {
  const hash = choiceIn(source, 'hash', ['none', 'md5', 'sha1', 'sha256'])
  if (hash !== 'none') return (key) => createHash(hash).update(key).digest('hex')
  if (source.kind === 'ip') return reverseIp
  if (source.kind === 'domain') return (key) => key
  throw new Error(`a list \`of: ${source.kind}\` in DNS needs a \`hash\`: not everything in it can be a name`)
}

async function listing(name: string, resolver: Resolver): Promise<readonly string[] | undefined> {
  const answer = await resolver.resolve(name, 'A')
  const addresses = texts(answer)
  if (!addresses) return undefined
  const address = addresses.find(isListing)
  if (address === undefined) throw new Error(`it answered ${addresses.join(', ')}, which is no listing`)
  const published = await resolver.resolve(name, 'TXT')
  return published.kind === 'found' ? published.records.slice(0, MOST_VALUES) : [address]
}

function texts(answer: DnsAnswer): readonly string[] | undefined {
  if (answer.kind === 'failed') throw new Error(answer.because)
  return answer.kind === 'found' ? answer.records.slice(0, MOST_VALUES) : undefined
}

/**
 * dns: is there a record of this name?
 *
 * The name is a text with facts in it, or the reversed address of the client under a zone. What is no domain name has no
 * records.
 */
import type { HookContext } from '../core/context.ts'
import { canonicalDomain } from '../core/mail/domain.ts'
import { RECORD_TYPES } from '../core/ports.ts'
import { reverseIp } from '../core/net/reverse-name.ts'
import { defineMatcher } from '../core/word.ts'
import { lookUp } from './shared/dns-look-up.ts'
import { TIMEOUT } from './shared/options.ts'

export const dns = defineMatcher({
  name: 'dns',
  summary: 'A name has a record in DNS',
  reference: 'RFC 1034 section 3.6, RFC 5782 section 2.1',
  stage: 'accept',
  options: {
    type: 'object',
    properties: {
      type: { type: 'string', enum: RECORD_TYPES, default: 'A', description: 'Type of the record' },
      name: {
        type: 'string',
        'x-text': true,
        description: 'The name, with facts in it; without it there is a `zone`',
        examples: ['_mta-sts.${sender.domain}'],
      },
      zone: {
        type: 'string',
        minLength: 1,
        description:
          'Instead of a name: the reversed address of the client, under this zone; without it there is a `name`',
      },
      timeout: TIMEOUT,
    },
    additionalProperties: false,
  },
  onUnknown: 'skip',
  finds: {
    name: 'The name that was asked for',
    value: 'The first record',
    values: 'All records, with commas between them',
    count: 'How many there are',
  },
  compile({ type, name, zone, timeout }, tools) {
    if ((name === undefined) === (zone === undefined)) throw new Error('give it either a `name` or a `zone`')
    const nameFor = zone === undefined ? nameFrom(tools.texts('name')) : underZone(zone)
    return async (context) => {
      const asked = canonicalDomain(nameFor(context))
      if (asked === undefined) return { truth: 'miss', because: 'what it asks for is no domain name' }
      const answer = await lookUp(context, timeout, (resolver) => resolver.resolve(asked, type))
      const question = `${asked} ${type}`
      if (answer.kind === 'failed') return { truth: 'unknown', because: `${question}: ${answer.because}` }
      if (answer.kind === 'none') return { truth: 'miss', because: `${question}: none`, found: { name: asked } }
      const values = answer.records.join(', ')
      const [value = ''] = answer.records
      const found = { name: asked, value, values, count: String(answer.records.length) }
      return { truth: 'hit', because: `${question}: ${values}`, found }
    }
  },
})

type NameFor = (context: HookContext) => string

function nameFrom(texts: (context: HookContext) => readonly string[]): NameFor {
  return (context) => texts(context)[0] ?? ''
}

function underZone(zone: string): NameFor {
  if (canonicalDomain(zone) === undefined) throw new Error(`\`${zone}\` is no DNS zone`)
  return ({ connection }) => `${reverseIp(connection.remote.ip)}.${zone}`
}

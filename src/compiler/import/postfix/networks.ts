/** mynetworks: the clients that may relay. */
import { isIpFault, parseNetwork } from '../../../core/net/ip.ts'
import type { Json } from '../draft.ts'
import type { PlacedText } from '../placed-text.ts'
import type { PostfixContext } from './context.ts'
import { logicalLines, wordsOf } from './logical-lines.ts'
import type { Parameters } from './main-cf.ts'
import { isTable, readTable } from './table-ref.ts'

const LOOPBACK = ['127.0.0.0/8', '::1']

export async function networksIn(parameters: Parameters, context: PostfixContext): Promise<readonly string[]> {
  if (!parameters.isGiven('mynetworks')) {
    context.findings.changed({
      at: context.start,
      effect: 'stricter',
      message: '`mynetworks` is not set: Postfix takes the addresses of its machine, and here it is the loopback alone',
      instead: 'say it in main.cf, as `postconf mynetworks` shows it',
    })
    return LOOPBACK
  }
  const networks = new Set<string>()
  for (const word of parameters.words('mynetworks'))
    for (const one of await networksOf(word, context)) networks.add(one)
  return [...networks]
}

async function networksOf(word: PlacedText, context: PostfixContext): Promise<readonly string[]> {
  if (word.text.startsWith('/')) {
    const file = await context.read(word.text)
    const words = file ? logicalLines(file.text, file.path).flatMap((line) => wordsOf(line)) : []
    if (!file)
      context.findings.missing({
        at: word.at,
        effect: 'stricter',
        message: `\`${word.text}\` is left out: ${context.whyUnread(word.text)}`,
      })
    return words.flatMap((one) => network(one, context))
  }
  if (!/^[0-9a-f:[!]/i.test(word.text) || isTable(word.text)) return tableNetworks(word, context)
  return network(word, context)
}

async function tableNetworks(word: PlacedText, context: PostfixContext): Promise<readonly string[]> {
  if (!/^\w+:\S*\D/.test(word.text) || /^[0-9a-f:./]+$/i.test(word.text)) return network(word, context)
  const table = await readTable(word, context, 'stricter')
  if (table?.kind === 'entries') return table.entries.flatMap(({ key }) => network(key, context))
  if (table)
    context.findings.missing({
      at: word.at,
      effect: 'stricter',
      message: `\`${word.text}\` is left out: the networks must be at hand`,
    })
  return []
}

/** IPv4 in IPv6 is IPv4 here: it is in the list as that already, or means nobody. */
const MAPPED = /^::ffff:/i

function network(word: PlacedText, { findings }: PostfixContext): readonly string[] {
  const text = word.text.replace(/^\[(.*)\]/, '$1')
  if (MAPPED.test(text)) return []
  if (!isIpFault(parseNetwork(text))) return [text]
  findings.entry({
    at: word.at,
    effect: 'stricter',
    message: `left out: \`${word.text}\` is no network`,
    instead: 'addresses and networks such as `192.0.2.0/24` go into `mynetworks`',
  })
  return []
}

/** `permit_mynetworks` with its list. */
export function networksList(networks: readonly string[]): Json {
  return { entries: networks, of: 'ip' }
}

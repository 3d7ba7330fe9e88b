/**
 * Rules that send mail on to where the client says: `deliver_to: "${rcpt.user}"`, whose quoted local part may hold any
 * address. The recipient is ours, and the mail goes anywhere.
 */
import type { Finding } from '../../language/diagnostic.ts'
import { type ScalarNode, valueOf } from '../../language/node.ts'
import { parseTemplate, type TemplatePart } from '../../language/template.ts'
import { type AskedRule, conditionOf } from './asked-rule.ts'
import { restrict, type Terms } from './formula.ts'
import type { Product } from './product.ts'

/** What a client says as it likes; the recipient itself and its domain are ours by then. */
const ITS_OWN_WORDS =
  /^(?:helo|remote_host|sender(?:\..+)?|rcpt\.(?:user|mailbox|detail|params\..+)|mail\.params\..+|command\..+|header\..+|body)$/

export function forwards({ node, rule }: AskedRule): boolean {
  return rule.mode === 'enforce' && valueOf(node, 'deliver_to') !== undefined
}

/** `client`: the stranger; its recipient may be one of ours here. */
export function freeDestinations(rules: readonly AskedRule[], client: Product, terms: Terms): readonly Finding[] {
  const sender = new Map([...client].filter(([fact]) => !fact.startsWith('rcpt')))
  return rules.flatMap((rule) => {
    const culprits = textsOf(rule).filter((text) => said(text) !== undefined)
    const isOpen = culprits.length > 0 && restrict([sender], conditionOf(rule), 'hit', terms)?.length !== 0
    return isOpen ? culprits.map((text) => finding(rule, text)) : []
  })
}

function textsOf({ node }: AskedRule): readonly ScalarNode[] {
  const written = valueOf(node, 'deliver_to')
  const all = written?.kind === 'seq' ? written.items : written ? [written] : []
  return all.flatMap((one) => (one.kind === 'scalar' ? [one] : []))
}

/** The first word of the client's behind the `@`, or anywhere where there is none. */
function said({ value }: ScalarNode): string | undefined {
  const parsed = parseTemplate(String(value))
  if (!parsed.ok) return undefined
  const at = parsed.parts.findLastIndex((part) => typeof part === 'string' && part.includes('@'))
  return parsed.parts
    .slice(at + 1)
    .map(nameIn)
    .find((name) => ITS_OWN_WORDS.test(name))
}

function nameIn(part: TemplatePart): string {
  return typeof part === 'string' ? '' : part.name
}

function finding({ rule, hook }: AskedRule, text: ScalarNode): Finding {
  return {
    code: 'FLW510',
    severity: 'error',
    at: text.at,
    hook,
    rule: rule.id,
    message: `anybody may relay through this server: \`${rule.id}\` sends mail on to where the client says`,
    label: 'here it becomes possible',
    notes: [`\`${said(text)}\` is what the client says; a local part in quotes may be any address`],
    help: 'write the domain out: `${rcpt.user}@example.org`\nor take the addresses from a list: `deliver_to: { list: … }`',
  }
}

/**
 * Arguments of a program, with places for addresses: `%s` the sender (empty for the null sender), `%r` all recipients, each
 * an argument of its own; or for one run for each recipient `%u` that recipient, `%l` its local part, `%d` its domain. `%%`
 * is a percent sign.
 *
 * No address can become an option: an argument that begins with one must stand after `--`, or be the value of the option
 * before it, where an address that begins with a hyphen is refused. No local part can lead to another directory.
 */
import { addressText } from '../../core/mail/address.ts'
import type { DeliveryJob, DeliveryRecipient } from '../../core/delivery.ts'

const PLACE = /%(.?)/gs
const ONE_RECIPIENT = /^(?:[^%]|%[^uld])*%[uld]/s

/** Whether the program runs once for each recipient. Throws an Error with a plain sentence for places that cannot be. */
export function checkArguments(templates: readonly string[]): boolean {
  templates.forEach((template, index) => checkTemplate(template, templates.slice(0, index)))
  const each = templates.some((template) => ONE_RECIPIENT.test(template))
  if (each && templates.includes('%r')) throw new Error('%r is all recipients, and %u, %l and %d are one: use either')
  return each
}

function checkTemplate(template: string, before: readonly string[]): void {
  for (const [, letter = ''] of template.matchAll(PLACE)) {
    if (!/^[sruld%]$/.test(letter)) throw new Error(`\`${template}\`: the places are %s, %r, %u, %l, %d and %%`)
    if (letter === 'r' && template !== '%r') throw new Error(`\`${template}\`: %r must be the whole argument`)
  }
  if (template.includes('\0')) throw new Error('an argument must not hold a NUL')
  if (!/^%[sruld]/.test(template) || before.includes('--')) return
  if (template === '%r' || !isOption(before.at(-1)))
    throw new Error(`\`${template}\` may begin with a hyphen: put \`--\` before it`)
}

function isOption(argument: string | undefined): boolean {
  return argument?.startsWith('-') === true
}

/** Undefined when an address cannot be put in its place. The templates must have passed `checkArguments`. */
export function fillArguments(
  templates: readonly string[],
  job: DeliveryJob,
  recipient: DeliveryRecipient | undefined,
): readonly string[] | undefined {
  const values = valuesFor(job, recipient)
  const filled = templates.map((template, index) =>
    template === '%r'
      ? job.recipients.map(({ address }) => addressText(address))
      : fillOne(template, values, templates.slice(0, index)),
  )
  return filled.some((one) => one === undefined) ? undefined : filled.flatMap((one) => one ?? [])
}

function fillOne(template: string, values: Values, before: readonly string[]): string | undefined {
  if (template.includes('%l') && !isFileName(values.get('l') ?? '')) return undefined
  const text = template.replace(PLACE, (_, letter: string) => values.get(letter) ?? '%')
  const couldBeOption = /^%[suld]/.test(template) && !before.includes('--')
  return couldBeOption && text.startsWith('-') ? undefined : text
}

function isFileName(text: string): boolean {
  return text !== '' && !text.startsWith('.') && !text.includes('/')
}

type Values = ReadonlyMap<string, string>

function valuesFor({ sender, hostname }: DeliveryJob, recipient: DeliveryRecipient | undefined): Values {
  const values = new Map([['s', addressText(sender)]])
  const address = recipient?.address
  if (address === undefined) return values
  values.set('u', addressText(address))
  // The bare postmaster is the postmaster of this host.
  values.set('l', address.kind === 'mailbox' ? address.local : 'postmaster')
  values.set('d', address.kind === 'mailbox' ? address.domain : hostname)
  return values
}

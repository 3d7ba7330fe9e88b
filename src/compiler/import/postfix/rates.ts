/** smtpd_client_*_rate_limit (anvil(8)) as rules that count. */
import { type Json, printPlugin, type RuleDraft } from '../draft.ts'
import type { PostfixContext } from './context.ts'
import type { Parameters } from './main-cf.ts'

interface Rate {
  readonly hook: string
  readonly parameter: string
  readonly message: string
}

const RATES: readonly Rate[] = [
  {
    hook: 'connect',
    parameter: 'smtpd_client_connection_rate_limit',
    message: 'Error: too many connections from ${remote_ip}',
  },
  { hook: 'mail', parameter: 'smtpd_client_message_rate_limit', message: 'Error: too much mail from ${remote_ip}' },
  {
    hook: 'rcpt',
    parameter: 'smtpd_client_recipient_rate_limit',
    message: 'Error: too many recipients from ${remote_ip}',
  },
  {
    hook: 'auth',
    parameter: 'smtpd_client_auth_rate_limit',
    message: 'Error: too many AUTH commands from ${remote_ip}',
  },
]

export function ratePlugin(
  parameters: Parameters,
  networks: readonly string[],
  context: PostfixContext,
): string | undefined {
  const seconds = parameters.seconds('anvil_rate_time_unit') ?? 60
  const exempt = parameters.text('smtpd_client_event_limit_exceptions') !== '' && networks.length > 0
  const hooks = new Map<string, readonly RuleDraft[]>()
  for (const { hook, parameter, message } of RATES) {
    const limit = parameters.number(parameter) ?? 0
    if (limit === 0) continue
    const asked = { rate: { key: '${remote_ip}', limit, per: `${seconds}s` } }
    const match: Json = exempt ? { not: { remote_ip: networks }, ...asked } : asked
    hooks.set(hook, [{ id: parameter, summary: `${limit} in ${seconds} seconds`, match, return: 'DENYSOFT', message }])
  }
  if (hooks.size === 0) return undefined
  const summary = 'Counts what each client does, as anvil(8) does.'
  return printPlugin({ plugin: 'client_rates', summary, lists: context.takeLists(), hooks: Object.fromEntries(hooks) })
}

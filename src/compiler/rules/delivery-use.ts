/** `deliver: { maildir: { … } }`: hands the message to a target; the client hears 250 only when the target has it. */
import type { HookContext } from '../../core/context.ts'
import type {
  DeliveryClient,
  DeliveryJob,
  DeliveryOutcome,
  DeliveryResult,
  DeliveryTarget,
} from '../../core/delivery.ts'
import { reasonOf } from '../../core/reason.ts'
import { type Connection, repliesEach } from '../../core/session.ts'
import { Unknown } from '../../core/truth.ts'
import { type Verdict, verdict } from '../../core/verdict.ts'
import { entriesOf, type MapEntry, type MapNode, valueOf } from '../../language/node.ts'
import { didYouMean } from '../../language/fix.ts'
import { type Destinations, destinationsFor } from './delivery-recipients.ts'
import { complain, type Scope } from './scope.ts'
import { wordOptions } from './word-options.ts'
import { checkOptions, guarded } from './word-use.ts'

type Deliver = (context: HookContext) => Promise<Verdict>

export function compileDelivery(rule: MapNode, scope: Scope): Deliver | undefined {
  const node = valueOf(rule, 'deliver')
  const [entry] = entriesOf(node)
  if (!entry) return undefined
  if (scope.hook !== 'queue') {
    complain(scope, {
      code: 'HOK414',
      at: entry.key.at,
      message: `a message cannot be delivered in hook \`${scope.hook}\``,
      help: 'move the rule to the `queue` chain',
    })
    return undefined
  }
  const target = compileTarget(entry, scope)
  return target && ((context) => deliver(target, context, scope.hostname))
}

function compileTarget({ key, value }: MapEntry, scope: Scope): DeliveryTarget | undefined {
  const word = scope.vocabulary.deliveries.get(key.value)
  if (!word) {
    complain(scope, {
      code: 'CFG106',
      at: key.at,
      message: `unknown delivery target \`${key.value}\``,
      ...didYouMean(key, key.value, scope.vocabulary.deliveries.keys()),
      help: `targets: ${[...scope.vocabulary.deliveries.keys()].join(', ')}`,
    })
    return undefined
  }
  if (!checkOptions(value, word.options, word.name, scope)) return undefined
  return guarded(key, scope, () => word.compile(wordOptions(value, word.options, scope.directory)))
}

/** No message, no sender or no recipient is nothing to deliver: the rule does not speak then. */
async function deliver(target: DeliveryTarget, context: HookContext, hostname: string): Promise<Verdict> {
  const destinations = destinationsFor(context.transaction?.recipients ?? [])
  const job = jobOf(context, hostname, destinations)
  if (!job) return verdict('DECLINED')
  try {
    return verdictOf(await context.ports.carry(target, job), destinations)
  } catch (fault) {
    const because = reasonOf(fault)
    context.ports.log.write('error', { transaction: job.id, target: target.name, because }, 'delivery failed')
    return verdict('DENYSOFT', 'Delivery failed, please try again later', '4.3.0')
  }
}

function jobOf(
  { connection, transaction, ports }: HookContext,
  hostname: string,
  { recipients }: Destinations,
): DeliveryJob | undefined {
  if (!transaction?.message || !transaction.sender || recipients.length === 0) return undefined
  const { id, sender, mailParams, message } = transaction
  return {
    id,
    sender,
    mailParams,
    recipients,
    message,
    hostname,
    client: clientOf(connection),
    repliesEach: repliesEach(connection, transaction),
    ports,
  }
}

function clientOf({ remote, remoteHost, hello, auth }: Connection): DeliveryClient {
  return {
    ip: remote.ip,
    port: remote.port,
    host: remoteHost instanceof Unknown ? undefined : remoteHost,
    hello,
    user: auth?.user,
  }
}

function verdictOf({ perRecipient, ...result }: DeliveryResult, { answersFor }: Destinations): Verdict {
  const forAll = verdictFor(result)
  return perRecipient === undefined ? forAll : { ...forAll, perRecipient: answersFor(perRecipient).map(verdictFor) }
}

function verdictFor(outcome: DeliveryOutcome): Verdict {
  switch (outcome.kind) {
    case 'delivered':
      return verdict('OK', outcome.text)
    case 'deferred':
      return verdict('DENYSOFT', outcome.text, outcome.status ?? '4.3.0')
    case 'refused':
      return verdict('DENY', outcome.text, outcome.status)
  }
}

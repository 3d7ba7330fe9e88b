/** Next servers of one test file, and smtp_forward towards them. Every one is closed after its test. */
import { afterEach } from 'node:test'
import type { DeliveryTarget } from '../../src/core/delivery.ts'
import { smtpForward } from '../../src/delivery/smtp-forward.ts'
import { deliveryTarget } from './delivery-target.ts'
import { type Answers, type SinkOptions, type SmtpSink, smtpSink } from './smtp-sink.ts'

const open: SmtpSink[] = []
afterEach(() => Promise.all(open.splice(0).map((sink) => sink.close())))

export async function sinkWith(answers: Answers = {}, options: SinkOptions = {}): Promise<SmtpSink> {
  const sink = await smtpSink(answers, options)
  open.push(sink)
  return sink
}

/** One target, and so one pool, for as many messages as the test sends. */
export function targetTo(sink: SmtpSink, options: object = {}): DeliveryTarget {
  return deliveryTarget(smtpForward, { host: '127.0.0.1', port: sink.port, timeout: '1m', ...options })
}

/** Takes connections and lets them fall at once. */
export function deadSink(): Promise<SmtpSink> {
  return sinkWith({ GREETING: '554 5.3.2 not today' })
}

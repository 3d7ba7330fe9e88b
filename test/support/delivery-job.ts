/** A message on its way out, for tests of delivery targets. */
import type { DeliveryJob, DeliveryPorts } from '../../src/core/delivery.ts'
import { type BodySource, Message } from '../../src/core/mail/message.ts'
import { address } from './address.ts'
import { fakeClock } from './fake-clock.ts'
import { zoneResolver } from './zone-resolver.ts'

export interface JobParts {
  readonly id?: string
  readonly from?: string
  readonly to?: readonly string[]
  readonly content?: string | Buffer
  readonly mailParams?: Readonly<Record<string, string | true>>
  /** Those of every recipient. */
  readonly rcptParams?: Readonly<Record<string, string | true>>
  readonly client?: Partial<DeliveryJob['client']>
  readonly repliesEach?: boolean
  readonly ports?: Partial<DeliveryPorts>
}

export const CONTENT = 'From: ann@example.net\r\nSubject: hi\r\n\r\nHello\r\n'

export function deliveryJob({
  id = 'T1',
  from = 'ann@example.net',
  to = ['bob@example.org'],
  content = CONTENT,
  mailParams = {},
  rcptParams = {},
  client = {},
  repliesEach = false,
  ports = {},
}: JobParts = {}): DeliveryJob {
  return {
    id,
    sender: address(from),
    mailParams: new Map(Object.entries(mailParams)),
    recipients: to.map((one) => ({ address: address(one), params: new Map(Object.entries(rcptParams)) })),
    message: Message.parse(Buffer.from(content)),
    hostname: 'mx.example.org',
    client: { ip: '192.0.2.7', port: 40001, host: undefined, hello: undefined, user: undefined, ...client },
    repliesEach,
    ports: { clock: fakeClock(), resolver: zoneResolver(), log: { write: () => undefined }, ...ports },
  }
}

/** A message whose body breaks off with this error after some octets. */
export function brokenJob(error: Error, parts: JobParts = {}): DeliveryJob {
  const body: BodySource = {
    length: 1000,
    head: () => Buffer.alloc(0),
    async *read() {
      yield Buffer.from('half of it\r\n')
      throw error
    },
  }
  return { ...deliveryJob(parts), message: Message.of(Buffer.from('Subject: hi\r\n'), body) }
}

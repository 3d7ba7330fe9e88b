/** The same engine in other positions: what stands behind a listener whose `protocol` is `policy` or `milter`. */
import type { Position } from '../core/position.ts'
import type { Attach, Attachment } from '../server/attachment.ts'
import { AttachedSession } from './attached-session.ts'
import { MilterMachine } from './milter/milter-machine.ts'
import { PolicyMachine } from './policy/policy-machine.ts'
import type { Machine } from './said.ts'

const MACHINES: Readonly<Record<Position, (attachment: Attachment) => Machine>> = {
  policy: (attachment) => new PolicyMachine(attachment),
  milter: (attachment) => new MilterMachine(attachment),
}

export const attach: Attach = (attachment) =>
  new AttachedSession({ ...attachment, machine: MACHINES[attachment.position](attachment) })

/** A hook's context with nothing in it but a connection, for tests that look at what surrounds a dispatcher. */
import type { HookContext } from '../../src/core/context.ts'
import type { Hook } from '../../src/core/hook.ts'
import { fakePorts, smtpConnection } from './smtp-rig.ts'

export function contextAt(hook: Hook, over: Partial<HookContext> = {}): HookContext {
  return {
    hook,
    connection: smtpConnection(),
    transaction: undefined,
    recipient: undefined,
    command: undefined,
    decided: undefined,
    ports: fakePorts(),
    signal: undefined,
    found: new Map(),
    trace: undefined,
    ...over,
  }
}

/** The rules of a site as they decide recorded sessions, offline. */
import { reasonOf } from '../../core/reason.ts'
import type { Site } from '../../core/site.ts'
import { createDispatcher } from '../../engine/dispatch.ts'
import { offlinePolicies } from '../../testing/offline-policies.ts'
import { judge, type Judged, type Judges, type LoggedDecision } from '../../testing/replay.ts'
import { offlineWorld } from '../offline.ts'
import { policySource } from '../wiring.ts'

export function judgesOf(site: Site, { trace }: { readonly trace: boolean }): Judges {
  const { program, limits, hostname } = site
  const world = offlineWorld()
  return {
    dispatch: createDispatcher(program, { deadline: limits.handler_deadline, trace }),
    hostname,
    split: program.split,
    plan: site.policies,
    policies: offlinePolicies({}, { plan: site.policies, open: policySource, ...world }),
    world,
  }
}

/** What cannot be decided for a fault is undetermined. */
export async function judgeSafely(record: LoggedDecision, judges: Judges): Promise<Judged> {
  try {
    return await judge(record, judges)
  } catch (fault) {
    return { undetermined: [reasonOf(fault)] }
  }
}

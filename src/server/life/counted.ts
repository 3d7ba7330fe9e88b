/** A dispatcher and a log that count what passes through them. */
import type { Log } from '../../core/ports.ts'
import { andThen } from '../../core/truth.ts'
import type { Dispatch } from '../../engine/dispatch.ts'
import type { Metrics } from './metrics.ts'

export function countedDispatch(dispatch: Dispatch, metrics: Metrics): Dispatch {
  return (context) => {
    if (context.hook === 'pre_connection') metrics.count('postern_sessions_total')
    return andThen(dispatch(context), (outcome) => {
      metrics.count('postern_decisions_total', { hook: outcome.hook, code: outcome.verdict.code })
      return outcome
    })
  }
}

export function countedLog(log: Log, metrics: Metrics): Log {
  return {
    write(level, fields, text) {
      metrics.count('postern_log_lines_total', { level })
      log.write(level, fields, text)
    },
    settle: (connection, ending) => log.settle?.(connection, ending),
  }
}

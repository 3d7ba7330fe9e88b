/** Serves in this process. */
import { sample } from '../../server/life/metrics.ts'
import { type Loaded, outlineOf, restartNeeded } from '../../server/life/loading.ts'
import { serveBehind, type Server } from '../../server/server.ts'
import type { Daemon } from './daemon.ts'
import { loadForServing } from './load.ts'
import type { Runtime } from './runtime.ts'
import type { Service } from './service.ts'

export function serveAlone({ path, clock, door }: Daemon, runtime: Runtime, first: Loaded): Service {
  const start = outlineOf(first)
  let [current, marks] = [first, first.marks]
  let server: Server | undefined
  runtime.use(first.site)
  return {
    revision: start.revision,
    open: () => (server = serveBehind(door, { ...runtime, site: () => current.site })),
    sessions: () => server?.connections() ?? 0,
    processes: () => 1,
    samples: () => [sample('postern_sessions', server?.connections() ?? 0), ...runtime.metrics.samples()],
    marks: () => marks,
    async reload() {
      const { result } = await loadForServing(path, 'reload', clock)
      marks = result.marks
      if (result.kind === 'refused') return result
      current = result
      runtime.use(result.site)
      const { warnings } = result
      const outline = outlineOf(result)
      return { kind: 'swapped', revision: outline.revision, warnings, restart: restartNeeded(start, outline) }
    },
    reopen: runtime.reopen,
    grace: () => current.site.limits.shutdown_grace,
    close: async (grace) => server?.close({ grace }),
  }
}

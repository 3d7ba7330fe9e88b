/** What is measured of the process itself: memory, file descriptors, the lateness of the event loop. */
import { readdirSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { type Sample, sample } from './metrics.ts'

const NANOSECONDS = 1e9
/** Milliseconds between two measurements of the event loop. */
const RESOLUTION = 10

/** Begins to measure. Each call of the answer looks at the time since the call before. */
export function processSamples(): () => readonly Sample[] {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  return () => {
    const late = (value: number, quantile: string): Sample =>
      sample('postern_event_loop_delay_seconds', lateness(value), { quantile })
    const samples = [
      late(delay.percentile(50), '0.5'),
      late(delay.percentile(99), '0.99'),
      late(delay.max, '1'),
      sample('process_resident_memory_bytes', process.memoryUsage.rss()),
      sample('process_start_time_seconds', Math.round(performance.timeOrigin / 1000)),
      ...openFiles(),
    ]
    delay.reset()
    return samples
  }
}

/** The histogram holds the whole time between two measurements. Nothing was measured yet: 0. */
function lateness(nanoseconds: number): number {
  return Math.max(0, nanoseconds / NANOSECONDS - RESOLUTION / 1000)
}

/** Where the system does not say, nothing. */
function openFiles(): readonly Sample[] {
  try {
    return [sample('process_open_fds', readdirSync('/proc/self/fd').length)]
  } catch {
    return []
  }
}

/**
 * Bounds the room for what dies young (V8's new space) while a check runs: most of what a check makes stays to its end, so
 * that room beyond this costs a hundred megabytes and saves hardly any time; much less of it costs time.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Octets. */
const ENOUGH = 16 * 1024 * 1024

export function boundYoungGeneration(): void {
  const observer = new PerformanceObserver(() => {
    const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
    if (!space || space.space_size < ENOUGH) return
    setFlagsFromString('--semi-space-growth-factor=1')
    observer.disconnect()
  })
  observer.observe({ entryTypes: ['gc'] })
}

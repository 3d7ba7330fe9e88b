/**
 * What the daemon counts, and how Prometheus reads it (text format 0.0.4).
 *
 * Labels are words of ours, never a client's: their number is bounded by what the rules and this program say.
 */
import { keysOf } from '../../core/table.ts'

interface Metric {
  readonly type: 'counter' | 'gauge'
  readonly help: string
}

export const METRICS = {
  postern_info: { type: 'gauge', help: 'Always 1; which program and which rules serve' },
  postern_sessions: { type: 'gauge', help: 'Sessions that are open' },
  postern_sessions_total: { type: 'counter', help: 'Sessions begun' },
  postern_decisions_total: { type: 'counter', help: 'Decisions of policy, by hook and return code' },
  postern_reloads_total: { type: 'counter', help: 'Reloads, by result' },
  postern_reload_last_ok: {
    type: 'gauge',
    help: '1 when the last reload succeeded or there was none, 0 when it was refused',
  },
  postern_reload_last_success_timestamp_seconds: { type: 'gauge', help: 'When the rules that serve began to' },
  postern_log_lines_total: { type: 'counter', help: 'Lines of the log, by level' },
  postern_log_lost_total: { type: 'counter', help: 'Lines of the log that could not be written' },
  postern_decision_records_total: { type: 'counter', help: 'Records given to the decision log' },
  postern_decision_records_lost_total: {
    type: 'counter',
    help: 'Records of the decision log that could not be written',
  },
  postern_unhandled_errors_total: { type: 'counter', help: 'Errors nobody caught, by origin' },
  postern_event_loop_delay_seconds: { type: 'gauge', help: 'How late the event loop was since the last look' },
  postern_workers: { type: 'gauge', help: 'Worker processes that serve' },
  postern_worker_starts_total: { type: 'counter', help: 'Worker processes started' },
  process_resident_memory_bytes: { type: 'gauge', help: 'Memory in use' },
  process_open_fds: { type: 'gauge', help: 'File descriptors in use' },
  process_start_time_seconds: { type: 'gauge', help: 'When the process began' },
} as const satisfies Readonly<Record<string, Metric>>

export type MetricName = keyof typeof METRICS
export type Labels = Readonly<Record<string, string>>

export interface Sample {
  readonly name: MetricName
  readonly labels: Labels
  readonly value: number
}

export class Metrics {
  readonly #counts = new Map<string, { readonly name: MetricName; readonly labels: Labels; value: number }>()
  readonly #sources: (() => readonly Sample[])[] = []

  count(name: MetricName, labels: Labels = {}): void {
    const key = `${name} ${Object.values(labels).join(' ')}`
    const known = this.#counts.get(key)
    if (known) known.value += 1
    else this.#counts.set(key, { name, labels, value: 1 })
  }

  /** Asked at every look. */
  watch(source: () => readonly Sample[]): void {
    this.#sources.push(source)
  }

  samples(): readonly Sample[] {
    const counted = Array.from(this.#counts.values(), (count) => ({ ...count }))
    return [...counted, ...this.#sources.flatMap((source) => source())]
  }
}

export function sample(name: MetricName, value: number, labels: Labels = {}): Sample {
  return { name, labels, value }
}

/** With these labels too. */
export function labelled(samples: readonly Sample[], labels: Labels): readonly Sample[] {
  return samples.map((one) => ({ ...one, labels: { ...one.labels, ...labels } }))
}

/** In the order of the table; metrics without a sample are left out. */
export function exposition(samples: readonly Sample[]): string {
  const byName = Map.groupBy(samples, ({ name }) => name)
  const lines = keysOf(METRICS).flatMap((name) => {
    const { type, help } = METRICS[name]
    const series = byName.get(name)
    return series ? [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...series.map(line)] : []
  })
  return `${lines.join('\n')}\n`
}

function line({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${value}`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')
}

/** Sites that are texts: loaded as `postern serve` would, walked as `postern explain` would. */
import { posix } from 'node:path'
import type { Outline } from '../../src/compiler/analysis/outline.ts'
import type { CompiledPlugin } from '../../src/compiler/compile-site.ts'
import { loadSite } from '../../src/compiler/load-site.ts'
import type { LoadEnvironment } from '../../src/compiler/load-environment.ts'
import type { Ports } from '../../src/core/ports.ts'
import type { Site } from '../../src/core/site.ts'
import { createDispatcher } from '../../src/engine/dispatch.ts'
import { type Diagnostic, Report } from '../../src/language/diagnostic.ts'
import { offlinePolicies } from '../../src/testing/offline-policies.ts'
import { offlinePorts } from '../../src/testing/offline-ports.ts'
import type { SessionRecord } from '../../src/testing/session-record.ts'
import { type Walked, walk } from '../../src/testing/walk.ts'
import { fakeClock } from '../support/fake-clock.ts'
import type { LogLine } from '../support/smtp-rig.ts'
import { TEST_VOCABULARY } from './words.ts'

export const ROOT = '/site'

export interface MemorySite {
  readonly site: Site | undefined
  readonly plugins: readonly CompiledPlugin[]
  readonly report: Report
  readonly outline: Outline | undefined
}

/** Paths are relative to the site; `modules` are its TypeScript plugins, each as its exports or as the fault it throws. */
export async function loadTexts(
  texts: Readonly<Record<string, string>>,
  modules: Readonly<Record<string, unknown>> = {},
  vocabulary = TEST_VOCABULARY,
  more: Pick<LoadEnvironment, 'questionFault'> = {},
): Promise<MemorySite> {
  const report = new Report()
  const { site, plugins, outline } = await loadSite(`${ROOT}/postern.yaml`, {
    ...more,
    report,
    sources: new Map(),
    builtins: new Map(),
    vocabulary,
    files: {
      read: async (path) =>
        texts[posix.relative(ROOT, path)] ?? (posix.relative(ROOT, path) in modules ? '' : undefined),
    },
    importModule: async (path) => {
      const module = modules[posix.relative(ROOT, path)]
      if (module instanceof Error) throw module
      return module
    },
  })
  return { site, plugins, report, outline }
}

/** `postern.yaml:7:3 CFG106 unknown fact or word …`, in order. */
export function findingLines(report: Report): readonly string[] {
  return report.sorted().map(findingLine)
}

export function findingLine({ file, range, code, severity, message }: Diagnostic): string {
  const place = `${posix.relative(ROOT, file)}:${range.start.line}:${range.start.column}`
  return `${place} ${severity === 'error' ? '' : `${severity} `}${code} ${message}`
}

/** The site, or a failure that shows what is wrong with it. */
export function sound({ site, report }: MemorySite): Site {
  const findings = findingLines(report)
  if (!site || findings.length > 0) throw new Error(`the site does not load:\n${findings.join('\n')}`)
  return site
}

export interface Told extends Walked {
  readonly log: readonly LogLine[]
}

/** `isolated`: where nobody decides, the session goes on. */
export async function tell(site: Site, record: SessionRecord, isolated = true): Promise<Told> {
  const log: LogLine[] = []
  const offline = offlinePorts(record, {
    clock: fakeClock(),
    log: { write: (level, fields, text) => log.push({ level, fields, text }) },
    onMissingDns: (question) => ({ kind: 'failed', because: `no answer to ${question}` }),
    onMissingAnswer: () => undefined,
  })
  const ports: Ports = { ...offline, carry: (target, job) => target.deliver(job) }
  const dispatch = createDispatcher(site.program, { deadline: site.limits.handler_deadline, trace: true })
  const policies = offlinePolicies(record, { plan: site.policies, ...ports })
  const { hostname, program } = site
  const around = { policies, split: program.split, message: undefined, isolated }
  const walked = await walk(record, { dispatch, hostname, ports, ...around })
  return { ...walked, log }
}

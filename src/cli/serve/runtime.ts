/** What a process that holds sessions is wired with: clock, resolver, log, metrics, the record of decisions. */
import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { attach } from '../../attach/index.ts'
import type { DecisionSettings } from '../../compiler/settings/life-settings.ts'
import type { SiteSettings } from '../../compiler/load-site.ts'
import type { Clock, Log, Ports } from '../../core/ports.ts'
import type { Policies } from '../../core/policy.ts'
import { reasonOf } from '../../core/reason.ts'
import { type Site, sourcesOf } from '../../core/site.ts'
import { createDispatcher, type Dispatch } from '../../engine/dispatch.ts'
import { openPolicies } from '../../engine/outside-policies.ts'
import { PolicyShelf } from '../../engine/policies.ts'
import { type DecisionLog, openDecisionLog } from '../../ports/log/decision-log.ts'
import { openResolver } from '../../ports/dns/dns-resolver.ts'
import { openListHealth } from '../../ports/dns/list-health.ts'
import { openLog as openLogs } from '../../ports/log/open-log.ts'
import { SharedLinks } from '../../ports/shared-links.ts'
import { sourcePool } from '../../ports/sources/source-pool.ts'
import { questionPool } from '../../ports/questions/question-pool.ts'
import { openSpool } from '../../ports/spool.ts'
import { openStore } from '../../ports/store/open-store.ts'
import { countedDispatch, countedLog } from '../../server/life/counted.ts'
import { Metrics, sample } from '../../server/life/metrics.ts'
import { processSamples } from '../../server/life/process-samples.ts'
import { Recorder } from '../../server/life/recorded.ts'
import type { ServerOptions } from '../../server/server.ts'
import { CommandError } from '../exit-code.ts'
import { machinePorts } from './machine.ts'
import { servedPolicies } from '../wiring.ts'

export interface Runtime
  extends Pick<
    ServerOptions,
    'ports' | 'entropy' | 'spool' | 'dispatchFor' | 'policiesFor' | 'newId' | 'env' | 'attach'
  > {
  readonly log: Log
  readonly metrics: Metrics
  /** What sessions that begin from now on may ask. */
  readonly use: (site: Site) => void
  /** After files were moved away. */
  readonly reopen: () => void
  /** Resolves when logs are written as far as they can be. */
  readonly close: () => Promise<void>
}

export interface RuntimeOptions {
  readonly settings: SiteSettings
  readonly clock: Clock
  /** Number of the worker, when there are several processes. */
  readonly worker?: number
  /** For masks, and what must look alike everywhere; the same in all workers. */
  readonly maskKey: Buffer
}

/** Throws a CommandError when a file cannot be opened. */
export function openRuntime({ settings, clock, worker, maskKey }: RuntimeOptions): Runtime {
  const metrics = new Metrics()
  const openLog = opened('the log', () => openLogs(settings.log))
  const log = countedLog(worker === undefined ? openLog : numbered(openLog, worker), metrics)
  const decisions = settings.life.decisions && openDecisions(settings.life.decisions, worker, maskKey, metrics)
  const spool = openSpool(settings.spool ?? tmpdir(), log)
  const { ports, use, close } = openPorts(settings, clock, log)
  metrics.watch(() => [sample('postern_log_lost_total', openLog.lost())])
  metrics.watch(processSamples())
  return {
    log,
    metrics,
    ports,
    use,
    spool,
    entropy: { bytes: randomBytes, key: createHmac('sha256', maskKey).update('entropy').digest() },
    attach,
    dispatchFor: (site) => dispatcher(site, metrics, decisions?.recorder),
    policiesFor: (site) => policies(site, ports),
    newId: () => randomBytes(10).toString('hex'),
    env: environment(),
    reopen() {
      openLog.reopen()
      decisions?.log.reopen()
    },
    async close() {
      await close()
      await spool.close()
      await decisions?.log.close()
      await openLog.close()
    },
  }
}

/** What rules ask and deliveries need. */
function openPorts(settings: SiteSettings, clock: Clock, log: Log): Pick<Runtime, 'ports' | 'use' | 'close'> {
  const resolver = openResolver({ servers: settings.dns.servers, timeout: settings.dns.timeout, attempts: 1 }, clock)
  const env = (name: string): string | undefined => process.env[name]
  const world = { clock, log, resolver, chance: Math.random, links: new SharedLinks(), env }
  const [sources, questions] = [sourcePool(world), questionPool(world)]
  const store = openStore(settings.store, world)
  const listHealth = openListHealth({ clock, resolver, log })
  const carry: Ports['carry'] = (target, job) => target.deliver(job)
  return {
    ports: { clock, resolver, log, listHealth, carry, sources, questions, store, ...machinePorts(clock) },
    use(site) {
      sources.use(sourcesOf(site))
      questions.use(site.program.questions ?? [])
    },
    async close() {
      await Promise.all([sources.close(), questions.close(), store.close()])
    },
  }
}

function environment(): ReadonlyMap<string, string> {
  return new Map(Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))
}

function dispatcher({ program, limits }: Site, metrics: Metrics, recorder: Recorder | undefined): Dispatch {
  const options = {
    deadline: limits.handler_deadline,
    hookDeadline: limits.hook_deadline,
    trace: recorder !== undefined,
  }
  const dispatch = countedDispatch(createDispatcher(program, options), metrics)
  return recorder ? recorder.recorded(dispatch, program.revision) : dispatch
}

function policies({ policies: plan, limits }: Site, { clock, log, sources }: Ports): Policies | undefined {
  const source = plan && openPolicies(plan, limits.policy_size, { open: servedPolicies, sources })
  return source && new PolicyShelf({ plan, source, clock, log, memory: limits.policy_memory })
}

interface Decisions {
  readonly recorder: Recorder
  readonly log: DecisionLog
}

function openDecisions(
  settings: DecisionSettings,
  worker: number | undefined,
  maskKey: Buffer,
  metrics: Metrics,
): Decisions {
  const file = worker === undefined ? settings.file : fileOfWorker(settings.file, worker)
  const log = opened('the decision log', () => openDecisionLog({ ...settings, file }))
  const hash = (text: string): string => createHmac('sha256', maskKey).update(text).digest('hex').slice(0, HASH_DIGITS)
  const write = (record: object): void => {
    metrics.count('postern_decision_records_total')
    log.write(record)
  }
  metrics.watch(() => [sample('postern_decision_records_lost_total', log.lost())])
  return { recorder: new Recorder({ settings, write, hash }), log }
}

const HASH_DIGITS = 24

/** `decisions.ndjson` → `decisions.2.ndjson`: two processes never write to one file that either may rotate. */
function fileOfWorker(file: string, worker: number): string {
  return file.replace(/(\.[^./]*)?$/, (ending) => `.${worker}${ending}`)
}

/** Throws a CommandError for a key that is too short to be one. */
export function maskKeyOf({ life: { decisions } }: SiteSettings): Buffer {
  const file = decisions?.key
  if (file === undefined) return randomBytes(32)
  const key = opened('the key of the decision log', () => readFileSync(file))
  if (key.length < SHORTEST_KEY)
    throw new CommandError(`${file} is too short for a key; ${SHORTEST_KEY} octets at least`)
  return key
}

const SHORTEST_KEY = 16

function opened<T>(what: string, open: () => T): T {
  try {
    return open()
  } catch (fault) {
    throw new CommandError(`${what} cannot be opened: ${reasonOf(fault)}`)
  }
}

function numbered(log: Log, worker: number): Log {
  return {
    write: (level, fields, text) => log.write(level, { worker, ...fields }, text),
    settle: (connection, ending) => log.settle?.(connection, ending),
  }
}

/**
 * How a daemon comes to be: settings, ports, rights, in this order.
 *
 * As root nothing is read but the site file, and nothing is run. Rules, lists, plugins and logs are opened by whom we
 * become, so that a start and a reload see the same files.
 */
import { resolve } from 'node:path'
import { loadSettings } from '../../compiler/load-site.ts'
import type { SiteSettings } from '../../compiler/load-site.ts'
import type { Clock } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Listener } from '../../core/site.ts'
import { renderPretty } from '../../language/render/pretty.ts'
import { systemClock } from '../../ports/system-clock.ts'
import { findAccount, systemAccounts } from '../../server/life/account.ts'
import { type Door, openDoor } from '../../server/life/door.ts'
import type { Loaded } from '../../server/life/loading.ts'
import { become, isRoot, refusalForRoot } from '../../server/life/privileges.ts'
import { ACTIVATION_VARIABLES, assignSockets, handedSockets } from '../../server/life/socket-activation.ts'
import { openSupervisor, type Supervisor, SUPERVISOR_VARIABLES } from '../../server/life/supervisor.ts'
import { CommandError } from '../exit-code.ts'
import { shown, withShownPaths } from '../find-files.ts'
import { mustBeSiteFile } from '../must-be-site.ts'
import { isTold } from '../open-site.ts'
import type { Terminal } from '../terminal.ts'
import { compileEnvironment } from '../wiring.ts'
import { type LateLog, lateLog } from './late-log.ts'
import { type Findings, loadForServing } from './load.ts'
import { workersOf } from './workers.ts'

export interface Daemon {
  /** Of the site file. */
  readonly path: string
  readonly settings: SiteSettings
  readonly clock: Clock
  readonly log: LateLog
  readonly door: Door
  readonly supervisor: Supervisor
  readonly terminal: Terminal
}

/** Throws a CommandError when it cannot be. */
export async function openDaemon(given: string, terminal: Terminal): Promise<Daemon> {
  await mustBeSiteFile(given)
  const path = resolve(given)
  const { listeners, settings } = await readSettings(path, terminal)
  const account = accountFor(settings, listeners)
  const [clock, log] = [systemClock(), lateLog()]
  const inherited = plainly(() => assignSockets(handedSockets(process.env, process.pid), listeners))
  const supervisor = openSupervisor({ environment: { ...process.env }, pid: process.pid, clock, log })
  for (const name of [...ACTIVATION_VARIABLES, ...SUPERVISOR_VARIABLES]) delete process.env[name]
  const handOver = workersOf(settings) > 1
  const door = await openDoor({ listeners, inherited, handOver, ports: { clock, log } }).catch(sayPlainly)
  if (account) plainly(() => become(account, process))
  else if (isRoot(process)) log.write('warn', {}, 'serving as root, on loopback addresses only')
  return { path, settings, clock, log, door, supervisor, terminal }
}

async function readSettings(
  path: string,
  terminal: Terminal,
): Promise<{ listeners: readonly Listener[]; settings: SiteSettings }> {
  const environment = compileEnvironment()
  const loaded = await loadSettings(path, environment)
  if (!loaded) refuse(path, { diagnostics: environment.report.sorted(), sources: environment.sources }, terminal)
  if (loaded.listeners.length === 0)
    throw new CommandError(`${shown(path)} has no listener; add \`listen: [{ port: 2525 }]\``)
  return loaded
}

/** Who to become; undefined when we are somebody already, or may stay root. */
function accountFor(
  settings: SiteSettings,
  listeners: readonly Listener[],
): ReturnType<typeof findAccount> | undefined {
  const { user, group } = settings.life
  const refusal = isRoot(process) ? refusalForRoot({ life: settings.life, listeners }) : undefined
  if (refusal !== undefined) throw new CommandError(refusal)
  if (user === undefined) return undefined
  const account = plainly(() => findAccount(user, group, systemAccounts()))
  if (isRoot(process)) return account
  if (process.getuid?.() === account.uid) return undefined
  throw new CommandError(`The site wants to be served by ${user}; only root can become somebody else`)
}

/** Throws a CommandError, after its findings, when the site may not serve. */
export async function loadFirst({ path, clock, terminal }: Daemon): Promise<Loaded> {
  const { result, ...findings } = await loadForServing(path, 'start', clock).catch(sayPlainly)
  if (result.kind === 'refused') {
    for (const { code, at, message } of result.problems)
      if (code === 'smoke' || code === 'files') terminal.talk(`${at}: ${message}`)
    refuse(path, findings, terminal)
  }
  talkAbout(findings, terminal)
  return result
}

function refuse(path: string, findings: Findings, terminal: Terminal): never {
  talkAbout(findings, terminal)
  throw new CommandError(`${shown(path)} cannot be served; its errors stand above`)
}

function talkAbout({ diagnostics, sources }: Findings, terminal: Terminal): void {
  const shownSources = new Map([...sources].map(([file, text]) => [shown(file), text]))
  const told = diagnostics.filter(isTold)
  if (told.length > 0) terminal.talk(renderPretty(told.map(withShownPaths), shownSources, { color: false }))
}

function plainly<T>(act: () => T): T {
  try {
    return act()
  } catch (fault) {
    return sayPlainly(fault)
  }
}

function sayPlainly(fault: unknown): never {
  throw new CommandError(reasonOf(fault))
}

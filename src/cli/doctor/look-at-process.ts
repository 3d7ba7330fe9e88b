/** Who would serve, and how many connections the system lets that process have. */
import { readFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import type { Limits } from '../../core/limits.ts'
import type { LifeSettings } from '../../compiler/settings/life-settings.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Listener } from '../../core/site.ts'
import { type Account, findAccount, systemAccounts } from '../../server/life/account.ts'
import { isRoot, refusalForRoot } from '../../server/life/privileges.ts'
import { error, type Finding, ok, warning } from './finding.ts'

export interface Identity {
  readonly finding: Finding
  /** Whom root would become. */
  readonly account: Account | undefined
}

export function lookAtUser(life: LifeSettings, listeners: readonly Listener[]): Identity {
  const about = 'user'
  const refusal = isRoot(process) ? refusalForRoot({ life, listeners }) : undefined
  if (refusal !== undefined) return { finding: error(about, refusal), account: undefined }
  if (life.user === undefined) return { finding: unnamed(about), account: undefined }
  try {
    const account = findAccount(life.user, life.group, systemAccounts())
    const isOther = !isRoot(process) && process.getuid?.() !== account.uid
    const finding = isOther
      ? error(
          about,
          `the site is served by ${life.user}, and we are ${nameOfUs()}`,
          `ask again as root or ${life.user}`,
        )
      : ok(about, `${life.user} (user ${account.uid}, group ${account.gid})`)
    return { finding, account: isOther ? undefined : account }
  } catch (fault) {
    return { finding: error(about, reasonOf(fault)), account: undefined }
  }
}

function unnamed(about: string): Finding {
  if (!isRoot(process)) return ok(about, nameOfUs())
  return warning(about, 'root, on loopback addresses only', 'a mail server names somebody to become: `user: postern`')
}

function nameOfUs(): string {
  const { username, uid } = userInfo()
  return `${username} (user ${uid})`
}

/** Descriptors of a connection: its socket, a file that is written, a connection to the next server. */
const EACH = 3
/** Listeners, logs, lists that are loaded. */
const BESIDES = 64

/** The soft limit is what the process has; Node raises it to the hard one at its start. */
export function lookAtDescriptors({ connections }: Pick<Limits, 'connections'>, workers: number): Finding {
  const about = 'file descriptors'
  const allowed = openFilesAllowed()
  if (allowed === undefined) return ok(about, 'this system does not say how many there are')
  const share = Math.ceil(connections / workers)
  const help = `raise LimitNOFILE= to ${share * EACH + BESIDES}, or lower \`limits: { connections: … }\``
  const message = `${allowed} for ${share} connections`
  if (allowed < share + BESIDES) return error(about, `${message} are too few`, help)
  return allowed < share * EACH + BESIDES ? warning(about, `${message} are scarce`, help) : ok(about, message)
}

/** Where the system has no /proc, nothing. */
function openFilesAllowed(): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return soft === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(soft)
  } catch {
    return undefined
  }
}

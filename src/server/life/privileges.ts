/**
 * Root binds ports and becomes somebody else before it reads a rule or hears a client.
 *
 * Serving as root needs two words in the site file, `allow_root: true`, and then only loopback addresses are served: a
 * trial in a container works, a mail server by accident does not.
 */
import { BlockList, isIP } from 'node:net'
import type { LifeSettings } from '../../compiler/settings/life-settings.ts'
import { reasonOf } from '../../core/reason.ts'
import type { Listener } from '../../core/site.ts'
import type { Account } from './account.ts'

/** The process, as far as it is about rights. Absent functions mean a system without users. */
export interface Rights {
  readonly getuid?: () => number
  readonly geteuid?: () => number
  readonly getgid?: () => number
  readonly getegid?: () => number
  readonly getgroups?: () => number[]
  readonly setgroups?: (groups: readonly number[]) => void
  readonly initgroups?: (user: string | number, extraGroup: string | number) => void
  readonly setgid?: (id: number) => void
  readonly setuid?: (id: number) => void
}

export function isRoot({ getuid, geteuid }: Pick<Rights, 'getuid' | 'geteuid'>): boolean {
  return getuid?.() === 0 || geteuid?.() === 0
}

interface Served {
  readonly life: Pick<LifeSettings, 'user' | 'allowRoot' | 'health'>
  readonly listeners: readonly Listener[]
}

/** Why root may not serve this site, with the way out; undefined when it may. */
export function refusalForRoot({ life, listeners }: Served): string | undefined {
  if (life.user !== undefined) return undefined
  const open = [...listeners, ...(life.health ? [life.health] : [])].find(({ address }) => !isLoopback(address))
  if (life.allowRoot && open)
    return `Root serves loopback addresses only, and ${open.address} is none; name somebody to become: \`user: postern\``
  if (life.allowRoot) return undefined
  return 'Root does not serve; name somebody to become (`user: postern`), or for a trial on loopback say `allow_root: true`'
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

function isLoopback(address: string): boolean {
  const family = isIP(address)
  return family === 0 ? address === 'localhost' : loopback.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * Becomes that account for ever: supplementary groups first, the user last. Throws an Error with a plain sentence when it
 * did not work in every respect; the process must end then.
 */
export function become({ name, uid, gid }: Account, rights: Rights): void {
  const { setgroups, initgroups, setgid, setuid } = rights
  if (!setgroups || !initgroups || !setgid || !setuid) throw new Error('this system has no users to become')
  try {
    if (/^\d+$/.test(name)) rights.setgroups?.([gid])
    else rights.initgroups?.(name, gid)
    rights.setgid?.(gid)
    rights.setuid?.(uid)
  } catch (fault) {
    throw new Error(`cannot become ${name}: ${reasonOf(fault)}`, {
      cause: fault,
    })
  }
  const left = whatIsLeft(rights, { name, uid, gid })
  if (left !== undefined) throw new Error(`became ${name}, but ${left}`)
}

/** What still is root's, or can be had back. */
function whatIsLeft(rights: Rights, { uid, gid }: Account): string | undefined {
  if (rights.getuid?.() !== uid || rights.geteuid?.() !== uid) return 'the user is another one'
  if (rights.getgid?.() !== gid || rights.getegid?.() !== gid) return 'the group is another one'
  if (rights.getgroups?.().includes(0)) return 'the group of root is still there'
  try {
    rights.setuid?.(0)
  } catch {
    return undefined
  }
  return 'root could be had back'
}

/** What comes to nothing at listeners where another mail server asks us: keys of the listener, and hooks nobody asks. */
import { HOOK_TABLE, type Hook } from '../../core/hook.ts'
import { isPosition, NEVER_ASKED, type Position } from '../../core/position.ts'
import type { Report } from '../../language/diagnostic.ts'
import { entryOf, itemsOf, type MapNode, textOf, valueOf } from '../../language/node.ts'
import type { CompiledPlugin } from '../compile-site.ts'

/** What the mail server that asks us does with its clients by itself, or does not do. */
const OF_ITS_OWN = ['auth', 'tls', 'require_tls', 'proxy', 'nat64', 'xclient', 'xforward']

export function checkKeysOf(listener: MapNode, report: Report): void {
  const protocol = textOf(valueOf(listener, 'protocol'))
  if (!isPosition(protocol)) return
  for (const name of OF_ITS_OWN) {
    const key = entryOf(listener, name)?.key
    if (key)
      report.add({
        code: 'CFG115',
        at: key.at,
        message: `\`${name}\` has no effect with \`protocol: ${protocol}\``,
        help: 'delete it: this is for the mail server that asks to say',
      })
  }
}

const BECAUSE: Readonly<Record<Position, { readonly message: string; readonly help: string }>> = {
  policy: {
    message: 'every listener is a policy service, which is told nothing of the message',
    help: 'add a listener with `protocol: milter` for rules about the message, or leave the plugin out',
  },
  milter: {
    message: 'the mail server behind every listener delivers itself',
    help: 'leave the plugin out: what is not refused, the mail server has already',
  },
}

/** Rules about a message that no listener of the site brings here. */
export function checkNeverAsked(root: MapNode, plugins: readonly CompiledPlugin[], report: Report): void {
  const listen = valueOf(root, 'listen')
  const positions = new Set(positionsOf(root))
  if (!listen || positions.size === 0 || positions.has(undefined)) return
  const position: Position = positions.has('milter') ? 'milter' : 'policy'
  for (const { name, rules } of plugins) {
    const hooks = new Set(rules.map(({ hook }) => hook).filter((hook) => isLost(hook, position)))
    if (hooks.size === 0) continue
    const asked = Array.from(hooks, (hook) => `\`${hook}\``).join(', ')
    const { message, help } = BECAUSE[position]
    const about = `plugin \`${name}\` is never asked at ${asked}: ${message}`
    report.add({ code: 'CFG114', severity: 'warning', at: listen.at, message: about, help })
  }
}

/** Undefined for clients of our own. */
function positionsOf(root: MapNode): readonly (Position | undefined)[] {
  const listen = valueOf(root, 'listen')
  return itemsOf(listen).map((item) => {
    const protocol = item.kind === 'map' ? textOf(valueOf(item, 'protocol')) : undefined
    return isPosition(protocol) ? protocol : undefined
  })
}

/** Rules about the message are lost with their hook; others could be asked at one that is still there. */
function isLost(hook: Hook, position: Position): boolean {
  return NEVER_ASKED[position].has(hook) && ['headers', 'message'].includes(HOOK_TABLE[hook].stage)
}

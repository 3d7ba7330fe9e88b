/** Where a site listens: a port or a unix socket, each listener one of them. */
import { resolve } from 'node:path'
import type { Listener } from '../../core/site.ts'
import type { Report } from '../../language/diagnostic.ts'
import { entryOf, itemsOf, type MapNode, valueOf } from '../../language/node.ts'
import { checkKeysOf } from './positions.ts'

/** As the schema lets them through. */
export interface ListenerOptions {
  readonly name: string
  readonly address: string
  readonly port?: number
  readonly path?: string
  readonly permissions: string
}

/** Where to listen, and no more: keys that say how to serve are read for themselves. */
export function listenersOf(listen: readonly ListenerOptions[], directory: string): readonly Listener[] {
  return listen.map(({ name, address, port = 0, path, permissions }) => {
    if (path === undefined) return { name, address, port }
    return {
      name,
      address,
      port,
      unix: { path: resolve(directory, path), permissions: Number.parseInt(permissions, 8) },
    }
  })
}

export function checkListeners(root: MapNode, report: Report): void {
  const listeners = valueOf(root, 'listen')
  for (const item of itemsOf(listeners)) if (item.kind === 'map') check(item, report)
}

function check(item: MapNode, report: Report): void {
  checkKeysOf(item, report)
  const [port, path, permissions] = ['port', 'path', 'permissions'].map((key) => entryOf(item, key)?.key)
  if (!port && !path)
    report.add({
      code: 'CFG103',
      at: item.at,
      message: 'a listener needs `port`, or `path` for a unix socket',
      help: 'add `port: 2525`',
    })
  const idle = path ? port : permissions
  if (idle)
    report.add({
      code: 'CFG115',
      at: idle.at,
      message: `\`${idle.value}\` has no effect on ${path ? 'a unix socket' : 'a port'}`,
      help: 'delete it',
    })
}

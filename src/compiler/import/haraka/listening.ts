/** Where Haraka listens (smtp.ini), as listeners of the site. */
import type { MapEntry } from '../../../language/node.ts'
import type { Json } from '../draft.ts'
import { entry } from '../nodes.ts'
import { type HarakaContext, nodeOf } from './context.ts'

const USUAL = '[::0]:25'

export async function listeners(context: HarakaContext): Promise<readonly MapEntry[]> {
  const ini = await context.ini('smtp.ini')
  const port = Number(ini.text('main', 'port') ?? 25)
  const given = ini.words('main', 'listen').map(({ text }) => text)
  const smtps = Number(ini.text('main', 'smtps_port') ?? 465)
  const hasTls = context.settings.has('tls')
  const listen = (given.length > 0 ? given : [USUAL.replace('25', String(port))]).map((text, index): Json => {
    const [, address = '', written = String(port)] = /^(?:\[(.*)\]|.*?)(?::(\d+))?$/.exec(text) ?? []
    const ip = address === '' ? text.replace(/:\d+$/, '') : address
    const isSecure = hasTls && Number(written) === smtps
    return {
      name: index === 0 ? 'smtp' : `smtp-${written}`,
      address: /^(?:::0?|0\.0\.0\.0|)$/.test(ip) ? '0.0.0.0' : ip,
      port: Number(written),
      ...(isSecure && { tls: 'implicit' }),
      ...(context.hasLogins && {
        auth: { mechanisms: ['PLAIN', 'LOGIN', 'CRAM-MD5'], ...(!hasTls && { without_tls: true }) },
      }),
    }
  })
  await reportRest(context)
  const user = ini.get('main', 'user')
  const group = ini.get('main', 'group')
  return [
    entry('listen', nodeOf(listen, context.start)),
    ...(user ? [entry('user', nodeOf(user.text, user.at))] : []),
    ...(user && group ? [entry('group', nodeOf(group.text, group.at))] : []),
  ]
}

const SILENT: ReadonlySet<string> = new Set([
  'listen',
  'port',
  'smtps_port',
  'user',
  'group',
  'inactivity_timeout',
  'max_received',
  'bytes',
])

async function reportRest(context: HarakaContext): Promise<void> {
  for (const file of ['smtp.ini', 'connection.ini']) {
    const ini = await context.ini(file)
    for (const { key, at, section } of ini.entries) {
      if (SILENT.has(key.replace('[]', ''))) continue
      const isProxy = section === 'haproxy' && key !== 'enabled'
      context.findings.changed({
        at: at.at,
        effect: isProxy ? 'stricter' : 'none',
        message: `\`${key}\` is not carried over: ${isProxy ? 'proxies are named at the listener' : 'Postern has its own way there'}`,
        ...(isProxy && { instead: '`listen: [{ …, proxy: { from: [10.0.0.5] } }]` (docs/tls.md)' }),
      })
    }
  }
}

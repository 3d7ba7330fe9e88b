/**
 * Reads Haraka's directory (with `config/` in it, or that one itself) as a site: the plugins in their order, settings, and list
 * files where they lie.
 *
 * The file `plugins` stands for the site. JavaScript is not run: a plugin that is not one of Haraka's own is named, with the
 * builtin whose name is nearest.
 */
import { basename, dirname, join } from 'node:path'
import { startOf } from '../../../language/diagnostic.ts'
import { LIMITS, type LimitName } from '../../../core/limits.ts'
import type { MapEntry } from '../../../language/node.ts'
import { nearestOf } from '../../../language/suggest.ts'
import type { RuleDraft } from '../draft.ts'
import { firstTests } from '../first-tests.ts'
import type { ForeignReader, ForeignSite } from '../foreign.ts'
import { entry, map, scalar, seq } from '../nodes.ts'
import type { PlacedText } from '../placed-text.ts'
import { HarakaContext, nodeOf } from './context.ts'
import { listeners } from './listening.ts'
import type { PluginRow } from './row.ts'
import { CONNECT } from './table-connect.ts'
import { ENVELOPE } from './table-envelope.ts'
import { MESSAGE } from './table-message.ts'

/** The file that stands for the site. */
export const HARAKA_SITE = 'plugins'

export const PLUGINS: ReadonlyMap<string, PluginRow> = new Map(
  [CONNECT, ENVELOPE, MESSAGE].flatMap((rows) => Object.entries(rows)),
)

export const readHaraka: ForeignReader = async (path, environment) => {
  const within = join(dirname(path), 'config', basename(path))
  const isParent = (await environment.machine.names(dirname(within)))?.includes(HARAKA_SITE) ?? false
  const context = new HarakaContext(isParent ? within : path, environment, 'Haraka')
  const lines = await context.lines(HARAKA_SITE)
  if (lines.length > 0) return run(context, lines)
  environment.report.add({
    code: 'CFG110',
    at: startOf(path),
    message: `there is no list of plugins in ${dirname(path)}`,
    help: "name Haraka's directory, with `config/plugins` in it",
  })
  return undefined
}

async function run(context: HarakaContext, lines: readonly PlacedText[]): Promise<ForeignSite> {
  const names = lines.map((line) => nameOf(line.text))
  context.isDelayed = names.includes('delay_deny')
  for (const line of lines) await take(line, context)
  refuseOthers(context)
  reportEnd(names, context)
  const root = map(await keys(context), context.start)
  const [ours] = context.localDomains
  const networks = context.relaysFirst ? (await context.lines('relay_acl_allow')).map(({ text }) => text) : []
  const tests = firstTests({ program: 'Haraka', networks, ours, examples: context.examples })
  const { copies, modes, madeFrom } = context
  return { root, copies, modes, madeFrom, left: [], ...(tests && { tests }) }
}

/** Whom no plugin has answered for may relay, or is refused for good (Haraka's connection.js, `rcpt_respond`). */
function refuseOthers(context: HarakaContext): void {
  const rules: readonly RuleDraft[] = [
    { id: 'relay-client', match: { relay_client: true }, return: 'OK' },
    { id: 'others', match: 'always', return: 'DENY', message: 'I cannot deliver mail for <${rcpt}>' },
  ]
  context.plugin(
    {
      plugin: 'others',
      summary: 'Refuses recipients whom nobody accepted, unless the client may relay.',
      hooks: { rcpt: rules },
    },
    context.start,
  )
}

function nameOf(text: string): string {
  return text.replace(/^haraka-plugin-/, '')
}

async function take(line: PlacedText, context: HarakaContext): Promise<void> {
  const row = PLUGINS.get(nameOf(line.text)) ?? PLUGINS.get(nameOf(line.text).replaceAll('_', '-'))
  if (row && 'make' in row) await row.make(context, line.at)
  else if (row) leave(line, row, context)
  else unknown(line, context)
}

function leave(
  { text, at }: PlacedText,
  { absent, effect, instead }: Exclude<PluginRow, { readonly make: unknown }>,
  { findings }: HarakaContext,
): void {
  const finding = { at, effect, message: `\`${text}\` is left out: ${absent}`, instead }
  if (effect === 'none') findings.changed(finding)
  else findings.missing(finding)
}

function unknown({ text, at }: PlacedText, { findings, environment }: HarakaContext): void {
  const wanted = nameOf(text)
  const [near] = nearestOf(wanted.replaceAll('-', '_').replace(/^.*[./]/, ''), environment.builtins.keys(), 1)
  findings.missing({
    at,
    effect: 'laxer',
    message: `\`${text}\` is left out: JavaScript of your own is not run here`,
    instead: `rules of your own: \`./rules/${basename(wanted)}.yaml\` in the list of plugins${near === undefined ? '' : `\nperhaps the builtin \`${near}\``}`,
  })
}

/** Nobody accepts a recipient, or nobody delivers: Haraka starts all the same. */
function reportEnd(names: readonly string[], { findings, start, entries }: HarakaContext): void {
  if (!names.some((name) => name.startsWith('rcpt_to.in_host_list')))
    findings.changed({
      at: start,
      effect: 'stricter',
      message: 'no plugin that is carried over accepts recipients',
      instead: '`rcpt_ok` in the list of plugins, with `local_domains`',
    })
  const delivers = entries.some((one) => JSON.stringify(one).includes('queue/'))
  if (!delivers)
    findings.changed({
      at: start,
      effect: 'stricter',
      message: 'no plugin that is carried over delivers mail',
      instead: '`queue/smtp-forward: { host: … }`, or another `queue/…` (docs/delivery.md)',
    })
}

async function keys(context: HarakaContext): Promise<readonly MapEntry[]> {
  const [me] = await context.lines('me')
  const { start } = context
  const hostname = me ? scalar(me.text, me.at) : scalar(context.environment.machine.hostname, start)
  const listen = await listeners(context)
  await limits(context)
  return [
    entry('hostname', hostname),
    ...listen,
    await localDomains(context),
    ...Array.from(context.settings, ([name, value]) => entry(name, value)),
    ...(context.limits.size > 0
      ? [
          entry(
            'limits',
            map(
              Array.from(context.limits, ([name, value]) => entry(name, value)),
              start,
            ),
          ),
        ]
      : []),
    entry('plugins', seq(context.entries, start)),
  ]
}

/** host_list where it lies, unless there is more. */
async function localDomains(context: HarakaContext): Promise<MapEntry> {
  const all = [...context.localDomains]
  const own = new Set((await context.lines('host_list')).map(({ text }) => text.toLowerCase()))
  const list =
    all.length > 0 && all.every((name) => own.has(name)) ? await context.listFile('host_list', 'domain') : undefined
  const file = typeof list === 'object' && 'file' in list ? list['file'] : undefined
  return entry('local_domains', nodeOf(file ?? all, context.start))
}

interface LimitRow {
  readonly file: string
  readonly section: string
  readonly key: string
  readonly limit: LimitName
}

const LIMIT_ROWS: readonly LimitRow[] = [
  { file: 'connection.ini', section: 'max', key: 'bytes', limit: 'message_size' },
  { file: 'connection.ini', section: 'headers', key: 'max_received', limit: 'hops' },
  { file: 'smtp.ini', section: 'headers', key: 'max_received', limit: 'hops' },
  { file: 'smtp.ini', section: 'main', key: 'inactivity_timeout', limit: 'command_timeout' },
]

async function limits(context: HarakaContext): Promise<void> {
  const [databytes] = await context.lines('databytes')
  if (databytes) limit(databytes, 'message_size', context)
  for (const { file, section, key, limit: name } of LIMIT_ROWS) {
    const value = (await context.ini(file)).get(section, key)
    if (value) limit(value, name, context)
  }
}

function limit({ text, at }: PlacedText, name: LimitName, context: HarakaContext): void {
  const number = /^\d{1,12}$/.test(text) ? Number(text) : 0
  const { minimum, unit } = LIMITS[name]
  if (number >= minimum) context.limits.set(name, scalar(number, at))
  else
    context.findings.changed({
      at,
      effect: 'stricter',
      message: `\`${text}\` is nothing that \`${name}\` can be: at least ${minimum} ${unit}, and its default holds`,
    })
}

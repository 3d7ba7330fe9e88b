/** qpsmtpd's settings, one file each, as keys of the site file. */
import { startOf } from '../../../language/diagnostic.ts'
import { LIMITS, type LimitName } from '../../../core/limits.ts'
import type { MapEntry } from '../../../language/node.ts'
import { entry, map, scalar } from '../nodes.ts'
import type { ConfigReader, ConfigText } from './config-reader.ts'
import { PLUGIN_TABLE } from './table/index.ts'
import { isBuiltin } from './table/row.ts'

/** The limits that a file sets; a later file wins. */
const LIMIT_FILES: readonly (readonly [file: string, limits: readonly LimitName[]])[] = [
  ['databytes', ['message_size']],
  ['timeout', ['command_timeout', 'data_timeout']],
  ['timeoutsmtpd', ['command_timeout']],
]

/** Settings that have no place here, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  smtpgreeting: 'a rule at `config` says it (`set: { config.greeting: … }`)',
  'me-auth-results': 'Postern adds no such field',
  size_threshold: 'content that is big goes to a file by itself (`limits: { spool_threshold: … }`)',
  spool_perms: 'nobody else can read the spool',
  cleanup_sockets: "Postfix's sendmail knows where its socket is",
  tls_protocols: 'TLS is 1.2 or newer (`tls: { min_version: … }`)',
}

/** The site's `limits`; nothing when no file sets one. */
export async function limitsOf(reader: ConfigReader): Promise<readonly MapEntry[]> {
  const limits = new Map<string, MapEntry>()
  for (const [file, names] of LIMIT_FILES) {
    const line = await reader.first(file)
    if (!line) continue
    for (const name of names) {
      const value = limitIn(line, name, file, reader)
      if (value !== undefined) limits.set(name, entry(name, scalar(value, line.at)))
    }
  }
  const [first, ...others] = limits.values()
  return first ? [entry('limits', map([first, ...others], first.value.at))] : []
}

/** 0 means no limit to qpsmtpd; here there always is one. */
function limitIn({ text, at }: ConfigText, name: LimitName, file: string, reader: ConfigReader): number | undefined {
  const { minimum, unit } = LIMITS[name]
  const number = /^\d{1,12}$/.test(text) ? Number(text) : 0
  if (number >= minimum) return number
  const used = number === 0 ? 'the default' : `${minimum} ${unit}`
  reader.say('warning', at, `\`${file}\` is ${text}, which \`${name}\` cannot be; it is ${used}`)
  return number > 0 ? minimum : undefined
}

export async function reportWithout(reader: ConfigReader): Promise<void> {
  for (const [file, why] of Object.entries(WITHOUT)) {
    const line = await reader.first(file)
    if (line) reader.say('info', line.at, `\`${file}\` is not carried over: ${why}`)
  }
}

const QMAIL = '/var/qmail/control'

/** qpsmtpd looks there for what is not in its own directory. */
export async function reportQmail(reader: ConfigReader): Promise<void> {
  const { machine } = reader.environment
  const here = new Set(await machine.names(reader.directory))
  const theirs = ((await machine.names(QMAIL)) ?? []).filter((name) => OF_QPSMTPD.has(name) && !here.has(name))
  if (theirs.length === 0) return
  const message = `qpsmtpd reads ${theirs.join(', ')} in ${QMAIL}, as none is here; make links to them, and name that with \`--follow\``
  reader.say('warning', startOf(reader.path('plugins')), message)
}

/** Files that no plugin reads: perhaps a plugin was meant to. */
export async function reportStrangers(reader: ConfigReader, known: ReadonlySet<string>): Promise<void> {
  const { machine } = reader.environment
  for (const name of (await machine.names(reader.directory)) ?? []) {
    const isKnown = known.has(name) || reader.included.has(name) || OF_QPSMTPD.has(name)
    if (isKnown || name.includes('.') || (await machine.names(reader.path(name)))) continue
    reader.say('info', startOf(reader.path(name)), `nothing here reads \`${name}\``)
  }
}

/** Files with a meaning, whichever plugins are loaded. */
const OF_QPSMTPD: ReadonlySet<string> = new Set([
  ...LIMIT_FILES.map(([file]) => file),
  ...Object.keys(WITHOUT),
  'me',
  'plugins',
  'plugin_dirs',
  'logging',
  'loglevel',
  'rcpthosts',
  'spool_dir',
  'tls_before_auth',
  'tls_ciphers',
  'debconf-settings',
  'debian-queue-method',
  'debian-rcpthosts',
  ...[...PLUGIN_TABLE.values()]
    .filter(isBuiltin)
    .flatMap(({ lists = [], settings = [] }) => [...lists, ...settings].map(({ file }) => file)),
])

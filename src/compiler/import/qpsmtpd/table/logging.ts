/** Plugins for the log. */
import { FACILITIES } from '../../../../language/files/log-schema.ts'
import { type Argument, asLogLevel, byPlace, type Keyed } from '../arguments.ts'
import type { ConfigText } from '../config-reader.ts'
import { absent, type BuiltinRow, type ParamUse, type Rows } from './row.ts'

const LEVEL: ParamUse = { to: 'loglevel', as: asLogLevel }
const IDS = absent('qpsmtpd refuses to load it, and lines name connection and transaction by themselves', 'none')

/** What may stand before the path; those with a value take two words. */
const OPTIONS: ReadonlyMap<string, number> = new Map([
  ['loglevel', 2],
  ['tsformat', 2],
  ['nosplit', 1],
  ['reopen', 1],
])

/** `loglevel LOGINFO nosplit reopen tsformat %F PATH`, and what is behind that belongs to the path. */
const beforePath: Keyed = (words) => {
  const given: Argument[] = []
  let at = 0
  for (let key = words[0]; key; key = words[at]) {
    const count = OPTIONS.get(key.text.toLowerCase())
    if (count === undefined) break
    given.push({ key: { ...key, text: key.text.toLowerCase() }, value: words[at + count - 1] ?? key })
    at += count
  }
  const path = words[at]
  if (!path) return undefined
  const text = words.slice(at).map((word) => word.text)
  return [...given, { key: { ...path, text: 'path' }, value: { ...path, text: text.join(' ') } }]
}

/** `|/usr/bin/multilog t ./main` */
const beforeCommand: Keyed = (words) =>
  beforePath(words)?.flatMap((one): readonly Argument[] => {
    if (one.key.text !== 'path') return [one]
    const [program = '', ...args] = one.value.text.replace(/^\|\s*/, '').split(' ')
    const argument = (key: string, text: string): Argument => ({
      key: { ...one.key, text: key },
      value: { ...one.value, text },
    })
    return [argument('program', program), argument('arguments', args.join(' '))]
  })

const LINES: Readonly<Record<string, ParamUse>> = { loglevel: LEVEL, tsformat: { to: 'tsformat' } }
const FILE: Readonly<Record<string, ParamUse>> = {
  ...LINES,
  nosplit: { to: 'nosplit', as: () => true },
  reopen: { to: 'reopen', as: () => true },
  path: { to: 'path' },
}
const PROGRAM: Readonly<Record<string, ParamUse>> = {
  ...LINES,
  nosplit: {},
  reopen: {},
  program: { to: 'program' },
  arguments: { to: 'arguments', as: (text) => text.split(' ').filter((one) => one !== '') },
}

/** `logging/file` with a command. */
export const TO_PROGRAM: BuiltinRow = { builtin: 'logging/program', keyed: beforeCommand, params: PROGRAM }

export const LOGGING: Rows = {
  'logging/warn': { builtin: 'logging/warn', keyed: byPlace('loglevel'), params: { loglevel: LEVEL } },
  'logging/adaptive': {
    builtin: 'logging/adaptive',
    params: {
      accept: { to: 'accept', as: asLogLevel },
      reject: { to: 'reject', as: asLogLevel },
      prefix: { to: 'prefix' },
    },
  },
  'logging/syslog': {
    builtin: 'logging/syslog',
    always: { ident: 'qpsmtpd' },
    params: {
      loglevel: LEVEL,
      ident: { to: 'ident' },
      facility: { to: 'facility', as: (text) => facilityOf(text) },
    },
  },
  'logging/file': { builtin: 'logging/file', keyed: beforePath, params: FILE },
  'logging/devnull': { builtin: 'logging/devnull' },
  'logging/debug_plugin': {
    builtin: 'logging/debug_plugin',
    keyed: byPlace('plugin', 'loglevel'),
    params: { plugin: { to: 'plugin', as: pluginNamed }, loglevel: LEVEL },
  },
  'logging/apache': absent('there is no server inside Apache here', 'none', '`logging/file` or `logging/syslog`'),
  'logging/connection_id': IDS,
  'logging/transaction_id': IDS,
}

function facilityOf(text: string): string | undefined {
  return FACILITIES.find((name) => name === text.toLowerCase().replace(/^log_/, ''))
}

/** The name of a package: `queue::qmail_2dqueue` is `queue/qmail-queue`. */
function pluginNamed(text: string): string {
  const name = text.replaceAll('::', '/')
  return name.replace(/_([0-9a-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
}

/** What a line of `logging` gives its lines to, as far as it stands in one. */
export function outputOf(args: readonly ConfigText[]): ConfigText | undefined {
  return beforePath(args)?.at(-1)?.value
}

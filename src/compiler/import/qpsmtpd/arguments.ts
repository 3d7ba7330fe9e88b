/** What stands behind a plugin's name: keys and values, or values by place, which become keys first. */
import type { Span } from '../../../language/diagnostic.ts'
import type { Value } from '../nodes.ts'
import type { ConfigText } from './config-reader.ts'

export interface Argument {
  readonly key: ConfigText
  readonly value: ConfigText
}

/** Into keys and values; undefined when the words are none. */
export type Keyed = (words: readonly ConfigText[]) => readonly Argument[] | undefined

export const inPairs: Keyed = (words) => {
  if (words.length % 2 !== 0) return undefined
  return words.flatMap((key, index) => {
    const value = words[index + 1]
    return index % 2 === 0 && value ? [{ key, value }] : []
  })
}

/** Values by place, under these names. What comes behind them qpsmtpd ignores; it has no name but its own. */
export function byPlace(...names: readonly string[]): Keyed {
  return (words) => words.map((value, index) => ({ key: { text: names[index] ?? value.text, at: value.at }, value }))
}

/** One word alone is this; more are keys and values. */
export function alone(name: string): Keyed {
  return (words) => (words.length === 1 ? byPlace(name)(words) : inPairs(words))
}

/** What a plugin makes of its arguments, wherever they stand: old words become new ones, and of two one wins. `at`: its name. */
export type Settle = (given: readonly Argument[], at: Span) => readonly Argument[]

export function argument(text: string, value: string, at: Span): Argument {
  return { key: { text, at }, value: { text: value, at } }
}

/** The last one of a key, as in a Perl hash. */
export function lastOf(given: readonly Argument[], key: string): ConfigText | undefined {
  return given.findLast((one) => one.key.text === key)?.value
}

/** `default CODE=Some_text.` is a code and a text (plugin rcpt_map). */
export const withDefaultText: Settle = (given) =>
  given.flatMap((one) => {
    const [code = '', text] = one.value.text.split('=', 2)
    if (one.key.text !== 'default' || text === undefined) return [one]
    const { at } = one.value
    return [{ ...one, value: { text: code, at } }, argument('message', text.replaceAll('_', ' '), at)]
  })

/** Undefined for what cannot be meant. */
export type Convert = (text: string) => Value | readonly string[] | undefined

export const asNumber: Convert = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)
const POSITIVE = /^(?=.*[1-9])\d{1,9}(?:\.\d{1,6})?$/
/** 0 means the default to qpsmtpd, as for all of the following. */
export const asDecimal: Convert = (text) => (POSITIVE.test(text) ? Number(text) : undefined)
export const asCount: Convert = (text) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined)
/** Perl's truth. */
export const asFlag: Convert = (text) => text !== '0'
export const inSeconds: Convert = (text) => (POSITIVE.test(text) ? `${text}s` : undefined)
export const inDays: Convert = (text) => (POSITIVE.test(text) ? `${text}d` : undefined)
/** The words of get_reject_type in qpsmtpd's Plugin.pm: some in any case. */
export const asRejectType: Convert = (text) =>
  REJECT_TYPES.find((word) => word === text || (word === text.toLowerCase() && !word.includes('disconnect')))
const REJECT_TYPES = ['perm', 'hard', 'temp', 'soft', 'disconnect', 'temp_disconnect'] as const
/** What a client reads is a template here. */
export const asTemplate: Convert = (text) => text.replaceAll('$', '$$$$')
/** Where plugin naughty refuses; a name that is none means the last of them. */
export const asNaughtyHook: Convert = (text) =>
  /^(?:connect|mail|rcpt|data)$/i.test(text) ? text.toLowerCase() : 'data_post'
/** Where qmail-deliverabled listens. */
export const asDaemon: Convert = (text) => {
  const [, host, port = '8998'] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  return host === undefined ? undefined : `http://${host}:${port}/qd1/deliverable?{key}`
}

const LEVEL_NAMES = ['EMERG', 'ALERT', 'CRIT', 'ERROR', 'WARN', 'NOTICE', 'INFO', 'DEBUG']
const LEVELS = ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug'] as const
/** `LOGINFO`, or the number of a level. */
export const asLogLevel = (text: string): (typeof LEVELS)[number] | undefined =>
  LEVELS[
    /^\d{1,9}$/.test(text)
      ? Math.min(Number(text), 7)
      : LEVEL_NAMES.indexOf(text.replace(/^LOG/, '').replace('RADAR', 'EMERG'))
  ]

export const splitAtCommas: Convert = (text) => text.split(',').filter((one) => one !== '')

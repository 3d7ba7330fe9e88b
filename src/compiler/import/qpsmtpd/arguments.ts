/** What stands behind a plugin's name: keys and values, or values by place, which become keys first. */
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

/** Values by place, under these names. */
export function byPlace(...names: readonly string[]): Keyed {
  return (words) =>
    words.length > names.length
      ? undefined
      : words.map((value, index) => ({ key: { text: names[index] ?? '', at: value.at }, value }))
}

/** One word alone is this; more are keys and values. */
export function alone(name: string): Keyed {
  return (words) => (words.length === 1 ? byPlace(name)(words) : inPairs(words))
}

/** `default CODE=Some_text.` is a code and a text (plugin rcpt_map). */
export const withDefaultText: Keyed = (words) =>
  inPairs(words)?.flatMap((one) => {
    const [code = '', text] = one.value.text.split('=', 2)
    if (one.key.text !== 'default' || text === undefined) return [one]
    const { at } = one.value
    const message = { key: { text: 'message', at }, value: { text: text.replaceAll('_', ' '), at } }
    return [{ ...one, value: { text: code, at } }, message]
  })

/** Undefined for what cannot be meant. */
export type Convert = (text: string) => Value | readonly string[] | undefined

export const asNumber: Convert = (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined)
/** 0 means the default to qpsmtpd. */
export const asCount: Convert = (text) => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined)
/** Perl's truth. */
export const asFlag: Convert = (text) => text !== '0'
export const inSeconds: Convert = (text) => (/^[1-9]\d{0,8}$/.test(text) ? `${text}s` : undefined)
export const inDays: Convert = (text) => (/^[1-9]\d{0,5}$/.test(text) ? `${text}d` : undefined)
/** Where plugin naughty refuses; a name that is none means the last of them. */
export const asNaughtyHook: Convert = (text) =>
  /^(?:connect|mail|rcpt|data)$/i.test(text) ? text.toLowerCase() : 'data_post'
/** Where qmail-deliverabled listens; routes of qmail are not followed. */
export const asDaemon: Convert = (text) => {
  const [, host, port = '8998'] = /^([\w.-]+)(?::(\d{1,5}))?$/.exec(text) ?? []
  return host === undefined ? undefined : `http://${host}:${port}/qd1/deliverable?{key}`
}

const LEVEL_NAMES = ['EMERG', 'ALERT', 'CRIT', 'ERROR', 'WARN', 'NOTICE', 'INFO', 'DEBUG']
const LEVELS = ['error', 'error', 'error', 'error', 'warn', 'info', 'info', 'debug'] as const
/** `LOGINFO`, or the number of a level. */
export const asLogLevel = (text: string): (typeof LEVELS)[number] | undefined =>
  LEVELS[/^[0-7]$/.test(text) ? Number(text) : LEVEL_NAMES.indexOf(text.replace(/^LOG/, ''))]

export const splitAtCommas: Convert = (text) => text.split(',').filter((one) => one !== '')

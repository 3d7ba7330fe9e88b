/** ESMTP parameters of MAIL and RCPT (RFC 5321 section 4.1.2): syntax here, meaning in a table of the command. */
import type { Limits } from '../../core/limits.ts'
import { PARAMETER_SYNTAX, PARAMETER_UNKNOWN } from '../protocol-replies.ts'
import type { Reply } from '../reply.ts'

/** Names in upper case. */
export type Parameters = ReadonlyMap<string, string | true>

/** Why a parameter's value is not accepted. */
export type ParameterCheck = (value: string | true, limits: Limits) => Reply | undefined
/** The check of a parameter, by its name in upper case; undefined for one that is not known. */
export type KnownParameters = (name: string) => ParameterCheck | undefined

export type ParsedParameters =
  | { readonly ok: true; readonly params: Parameters }
  | { readonly ok: false; readonly reply: Reply }

const PARAMETER = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?$/

export function isParameter(word: string): boolean {
  return PARAMETER.test(word)
}

/** `text` is what follows the path. A name is given at most once. */
export function parseParameters(text: string, known: KnownParameters, limits: Limits): ParsedParameters {
  const params = new Map<string, string | true>()
  for (const word of text.split(' ').filter((part) => part !== '')) {
    const [matched, name = '', value = true] = PARAMETER.exec(word) ?? []
    const key = name.toUpperCase()
    if (matched === undefined || params.has(key)) return { ok: false, reply: PARAMETER_SYNTAX }
    const check = known(key)
    const fault = check === undefined ? PARAMETER_UNKNOWN : check(value, limits)
    if (fault) return { ok: false, reply: fault }
    params.set(key, value)
  }
  return { ok: true, params }
}

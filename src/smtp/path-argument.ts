/** The argument of MAIL and RCPT: `FROM:<ann@example.org> SIZE=1000` (RFC 5321 sections 4.1.1.2 and 4.1.1.3). */
import type { Address } from '../core/address.ts'
import type { Limits } from '../core/limits.ts'
import { parsePath } from '../core/path.ts'
import { type Parameters, type ParameterTable, parseParameters } from './parameters.ts'
import { syntaxError } from './protocol-replies.ts'
import type { Reply } from './reply.ts'

export interface PathSyntax {
  /** `FROM:`, `TO:`, in upper case. */
  readonly keyword: string
  /** Enhanced status of a path that is malformed. */
  readonly status: string
  readonly parameters: ParameterTable
}

export type ParsedArgument =
  | { readonly ok: true; readonly address: Address; readonly params: Parameters }
  | { readonly ok: false; readonly reply: Reply }

/** Blanks after the colon are no part of the protocol, but of many clients. */
export function parsePathArgument(argument: string, syntax: PathSyntax, limits: Limits): ParsedArgument {
  const { keyword, status } = syntax
  if (!argument.toUpperCase().startsWith(keyword)) {
    return { ok: false, reply: syntaxError('5.5.4', `Expected ${keyword}<address>`) }
  }
  const path = parsePath(argument.slice(keyword.length).trimStart(), { smtputf8: false })
  if (!path.ok) return { ok: false, reply: syntaxError(status, path.reason) }
  const parsed = parseParameters(path.rest, syntax.parameters, limits)
  return parsed.ok ? { ok: true, address: path.address, params: parsed.params } : parsed
}

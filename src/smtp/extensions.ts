/**
 * The extensions of the protocol: which are offered to this client at this moment, and the parameters they bring.
 *
 * EHLO says what stands here, and MAIL and RCPT take the parameters of what EHLO would say: nothing is offered that does
 * not work, and nothing works that is not offered.
 */
import type { ExtensionName } from '../core/extensions.ts'
import { type AttributeTable, XCLIENT_ATTRIBUTES, XFORWARD_ATTRIBUTES } from './arguments/attributes.ts'
import { offeredMechanisms } from './authentication.ts'
import { offersTls } from './commands/starttls.ts'
import type { Dialogue } from './dialogue.ts'
import {
  binaryBody,
  body,
  envid,
  flag,
  identity,
  notify,
  originalRecipient,
  ret,
  size,
} from './arguments/parameter-checks.ts'
import type { KnownParameters, ParameterCheck } from './arguments/parameters.ts'

interface Extension {
  /** Its line in the answer to EHLO: keyword (RFC 5321 section 4.1.1.1) and parameters. Undefined where it is not offered. */
  readonly line: (dialogue: Dialogue) => string | undefined
  /** Whether its parameters are taken, where that is not the same as being offered. */
  readonly isTaken?: (dialogue: Dialogue) => boolean
  readonly mail?: Readonly<Record<string, ParameterCheck>>
  readonly rcpt?: Readonly<Record<string, ParameterCheck>>
}

type Parts = Pick<Extension, 'mail' | 'rcpt'>

function always(line: string, parts: Parts = {}): Extension {
  return { ...parts, line: () => line }
}

/** As the site wants it. */
function ifWanted(name: ExtensionName, parts: Parts = {}): Extension {
  return { ...parts, line: ({ offer }) => (offer.extensions[name] ? name.toUpperCase() : undefined) }
}

const binarymime: Extension = {
  mail: { BODY: binaryBody },
  line: ({ offer: { extensions } }) => (extensions.binarymime && extensions.chunking ? 'BINARYMIME' : undefined),
}

/** LMTP has a reply for each recipient anyway. */
const prdr: Extension = {
  mail: { PRDR: flag },
  line: ({ offer: { protocol, extensions } }) => (extensions.prdr && protocol === 'smtp' ? 'PRDR' : undefined),
}

const requiretls: Extension = {
  mail: { REQUIRETLS: flag },
  line: ({ offer, connection }) => (offer.extensions.requiretls && connection.tls ? 'REQUIRETLS' : undefined),
}

const auth: Extension = {
  mail: { AUTH: identity },
  /** Who has logged in is offered AUTH no more, and may name who wrote the message (RFC 4954 section 5). */
  isTaken: (dialogue) => dialogue.connection.auth !== undefined || offeredMechanisms(dialogue).length > 0,
  line: (dialogue) => {
    const names = offeredMechanisms(dialogue).map(({ name }) => name)
    return names.length > 0 ? `AUTH ${names.join(' ')}` : undefined
  },
}

const starttls: Extension = { line: (dialogue) => (offersTls(dialogue) ? 'STARTTLS' : undefined) }

/** For trusted clients only. */
function attributes(name: 'XCLIENT' | 'XFORWARD', table: AttributeTable, term: 'xclient' | 'xforward'): Extension {
  return { line: ({ terms }) => (terms[term] ? [name, ...table.keys()].join(' ') : undefined) }
}

/** Of two that bring the same parameter, the later one counts. */
const EXTENSIONS: readonly Extension[] = [
  always('PIPELINING'),
  always('8BITMIME', { mail: { BODY: body } }),
  { mail: { SIZE: size }, line: ({ limits }) => `SIZE ${limits.message_size}` },
  always('ENHANCEDSTATUSCODES'),
  ifWanted('chunking'),
  binarymime,
  ifWanted('smtputf8', { mail: { SMTPUTF8: flag } }),
  ifWanted('dsn', { mail: { RET: ret, ENVID: envid }, rcpt: { NOTIFY: notify, ORCPT: originalRecipient } }),
  prdr,
  requiretls,
  starttls,
  auth,
  attributes('XCLIENT', XCLIENT_ATTRIBUTES, 'xclient'),
  attributes('XFORWARD', XFORWARD_ATTRIBUTES, 'xforward'),
  { line: ({ limits }) => `LIMITS MAILMAX=${limits.transactions} RCPTMAX=${limits.recipients}` },
]

/** The lines of EHLO after the first. */
export function extensionLines(dialogue: Dialogue): readonly string[] {
  return EXTENSIONS.flatMap(({ line }) => line(dialogue) ?? [])
}

/** The parameters that this client may use now. A mail server that asks us has checked them, and takes what we do not know. */
export function knownParameters(command: 'mail' | 'rcpt', dialogue: Dialogue): KnownParameters {
  if (dialogue.connection.attached) return () => () => undefined
  return (name) => {
    const bringing = EXTENSIONS.filter((one) => Object.hasOwn(one[command] ?? {}, name))
    return bringing.findLast((one) => isTaken(one, dialogue))?.[command]?.[name]
  }
}

function isTaken(extension: Extension, dialogue: Dialogue): boolean {
  return extension.isTaken?.(dialogue) ?? extension.line(dialogue) !== undefined
}

/** What the protocol itself answers, with no policy involved (RFC 5321 section 4.2, RFC 3463, RFC 5248). */
import type { LimitName } from '../core/limits.ts'
import type { Reply } from './reply.ts'

function reply(code: number, status: string, text: string, limit?: LimitName): Reply {
  return { code, status, text, ...(limit !== undefined && { limit }) }
}

export const GO_AHEAD: Reply = { code: 354, text: 'Go ahead; end with a dot on a line of its own' }
export const RESET_DONE = reply(250, '2.0.0', 'OK')

export const START_TLS = reply(220, '2.0.0', 'Ready to start TLS')
export const TLS_ALREADY = reply(503, '5.5.1', 'TLS is on already')
export const TLS_FIRST = reply(530, '5.7.0', 'Must issue a STARTTLS command first')
export const TRANSACTION_OPEN = reply(503, '5.5.1', 'Not in the middle of a transaction; RSET ends it')

export const HELLO_FIRST = reply(503, '5.5.1', 'Say EHLO first')
export const MAIL_ALREADY = reply(503, '5.5.1', 'Sender already given; RSET starts anew')
export const MAIL_FIRST = reply(503, '5.5.1', 'Use MAIL first')
export const RCPT_FIRST = reply(503, '5.5.1', 'No valid recipients; use RCPT first')

export const NO_ARGUMENT = reply(501, '5.5.4', 'This command takes no argument')
export const ARGUMENT_MISSING = reply(501, '5.5.4', 'This command needs an argument')
export const NOT_ASCII = reply(501, '5.5.2', 'Only ASCII is allowed in commands')
export const NOT_UTF8 = reply(501, '5.5.2', 'The command is not UTF-8')
export const ADDRESS_NOT_ASCII = reply(553, '5.6.7', 'An address beyond ASCII needs SMTPUTF8')
export const COMMAND_TOO_LONG = reply(500, '5.5.2', 'Command line too long', 'command_length')

export const PARAMETER_SYNTAX = reply(501, '5.5.4', 'Syntax error in parameters')
export const PARAMETER_UNKNOWN = reply(555, '5.5.4', 'Parameter not recognized')
export const SIZE_SYNTAX = reply(501, '5.5.4', 'SIZE takes a decimal number of octets')
export const BODY_SYNTAX = reply(501, '5.5.4', 'BODY is 7BIT or 8BITMIME')
export const BINARY_BODY_SYNTAX = reply(501, '5.5.4', 'BODY is 7BIT, 8BITMIME or BINARYMIME')
export const FLAG_SYNTAX = reply(501, '5.5.4', 'This parameter takes no value')
export const RET_SYNTAX = reply(501, '5.5.4', 'RET is FULL or HDRS')
export const ENVID_SYNTAX = reply(501, '5.5.4', 'ENVID is at most 100 characters of xtext')
export const NOTIFY_SYNTAX = reply(501, '5.5.4', 'NOTIFY is NEVER, or some of SUCCESS, FAILURE and DELAY')
export const ORCPT_SYNTAX = reply(501, '5.5.4', 'ORCPT is a type, a semicolon and an address in xtext')
export const AUTH_SYNTAX = reply(501, '5.5.4', 'AUTH is <> or an address in xtext')

export const TOO_MANY_RECIPIENTS = reply(
  452,
  '4.5.3',
  'Too many recipients; send to the others in another transaction',
  'recipients',
)
export const TOO_MANY_DELIVERIES = reply(
  452,
  '4.5.3',
  'Too many addresses behind the recipients; send to the others in another transaction',
  'deliveries',
)
export const MESSAGE_TOO_BIG = reply(552, '5.3.4', 'Message too big', 'message_size')
export const HEADER_TOO_BIG = reply(552, '5.3.4', 'Header section too big', 'header_size')
export const TOO_MANY_FIELDS = reply(554, '5.6.0', 'The message has too many header fields', 'header_fields')
export const TOO_MANY_HOPS = reply(554, '5.4.6', 'Too many hops: the message goes in a circle', 'hops')
export const LINE_TOO_LONG = reply(554, '5.6.0', 'The message has a line that is too long', 'text_line_length')
export const STORAGE_FULL = reply(452, '4.3.1', 'No room for the message now, try again later')

export const CHUNK_SIZE_NEEDED = reply(501, '5.5.4', 'BDAT takes a decimal number of octets, and LAST')
export const CHUNKS_BEGUN = reply(503, '5.5.1', 'The message is coming in chunks; go on with BDAT, or say RSET')
export const BINARY_IN_CHUNKS = reply(503, '5.5.1', 'Binary content comes in chunks; use BDAT')
export const CHUNK_LINE_ENDS = reply(554, '5.5.2', 'The message has a bare CR or LF; lines end in CRLF')
export const OTHER_RULES = reply(452, '4.5.3', 'Other rules hold for this recipient; send the message to it again')
export const POLICY_AWAY = reply(451, '4.4.3', 'The policy of this recipient cannot be looked up now, try again later')
export const KEPT_BEFORE = reply(250, '2.0.0', 'Queued at an earlier try')
export const PRDR_BEGINS: Reply = { code: 353, text: 'One reply for each recipient, then one for all' }
export const PRDR_PARTLY = reply(250, '2.0.0', 'Queued for those whose reply says so')

export const AUTH_ALREADY = reply(503, '5.5.1', 'You have logged in already')
export const AUTH_IN_CLEAR = reply(538, '5.7.11', 'Encryption required; use STARTTLS first')
export const AUTH_MECHANISM = reply(504, '5.5.4', 'Unrecognized authentication type')
export const AUTH_BASE64 = reply(501, '5.5.2', 'Not base64')
export const AUTH_MALFORMED = reply(501, '5.5.2', 'Malformed response')
export const AUTH_CANCELLED = reply(501, '5.7.0', 'Authentication cancelled')
export const AUTH_TOO_LONG = reply(500, '5.5.6', 'Authentication exchange line is too long')

/**
 * Everything below closes the session. The status of bare line ends is the one Postfix gives; 5.6.11, seen elsewhere,
 * is not registered.
 */
export const CONTENT_LINE_ENDS = reply(554, '5.5.2', 'The message has a bare CR or LF; lines end in CRLF')
export const COMMAND_OCTETS = reply(500, '5.5.2', 'Bare CR, bare LF or NUL in a command; commands end in CRLF')
export const COMMAND_ENDLESS = reply(500, '5.5.2', 'Command line without end', 'command_length')
export const SPOKE_FIRST = reply(554, '5.5.1', 'You spoke before the greeting')
export const TLS_SPOKE_FIRST = reply(554, '5.5.1', 'You went on in clear text after STARTTLS')
export const CONTENT_FIRST = reply(554, '5.5.1', 'You sent the message before it was asked for')
export const OTHER_PROTOCOL = reply(554, '5.5.1', 'This is an SMTP server')
export const CHUNKS_NOT_OFFERED = reply(502, '5.5.1', 'BDAT is not offered')
export const TOO_MANY_ERRORS = reply(421, '4.7.0', 'Too many errors', 'errors')
export const TOO_MANY_AUTH_FAILURES = reply(421, '4.7.0', 'Too many failed attempts to log in', 'auth_failures')
export const TOO_MUCH_JUNK = reply(421, '4.7.0', 'Too many commands without a message', 'junk_commands')
export const TOO_MANY_TRANSACTIONS = reply(421, '4.7.0', 'Too many messages in one session', 'transactions')
export const TOO_SLOW = reply(421, '4.4.2', 'The content comes in too slowly', 'data_rate')
export const TIMED_OUT = reply(421, '4.4.2', 'Timeout')
export const SHUTTING_DOWN = reply(421, '4.3.2', 'Shutting down, try again later')
export const TLS_UNAVAILABLE = reply(421, '4.7.0', 'TLS is not available, try again later')
export const TOO_MANY_CONNECTIONS = reply(421, '4.7.0', 'Too many connections, try again later')
export const INTERNAL_ERROR = reply(451, '4.3.0', 'Internal error, try again later')

export function syntaxError(status: string, text: string): Reply {
  return reply(501, status, text)
}

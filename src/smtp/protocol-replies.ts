/** What the protocol itself answers, with no policy involved (RFC 5321 section 4.2, RFC 3463, RFC 5248). */
import type { Reply } from './reply.ts'

function reply(code: number, status: string, text: string): Reply {
  return { code, status, text }
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
export const ADDRESS_NOT_ASCII = reply(553, '5.6.7', 'An address beyond ASCII needs SMTPUTF8, which is not offered')
export const COMMAND_TOO_LONG = reply(500, '5.5.2', 'Command line too long')

export const PARAMETER_SYNTAX = reply(501, '5.5.4', 'Syntax error in parameters')
export const PARAMETER_UNKNOWN = reply(555, '5.5.4', 'Parameter not recognized')
export const SIZE_SYNTAX = reply(501, '5.5.4', 'SIZE takes a decimal number of octets')
export const BODY_SYNTAX = reply(501, '5.5.4', 'BODY is 7BIT or 8BITMIME')

export const TOO_MANY_RECIPIENTS = reply(452, '4.5.3', 'Too many recipients; send to the others in another transaction')
export const MESSAGE_TOO_BIG = reply(552, '5.3.4', 'Message too big')
export const HEADER_TOO_BIG = reply(552, '5.3.4', 'Header section too big')
export const LINE_TOO_LONG = reply(554, '5.6.0', 'The message has a line that is too long')

/** Everything below closes the session. The status of bare line ends is the one Postfix gives; 5.6.11, seen elsewhere, is not registered. */
export const CONTENT_LINE_ENDS = reply(554, '5.5.2', 'The message has a bare CR or LF; lines end in CRLF')
export const COMMAND_OCTETS = reply(500, '5.5.2', 'Bare CR, bare LF or NUL in a command; commands end in CRLF')
export const COMMAND_ENDLESS = reply(500, '5.5.2', 'Command line without end')
export const SPOKE_FIRST = reply(554, '5.5.1', 'You spoke before the greeting')
export const TLS_SPOKE_FIRST = reply(554, '5.5.1', 'You went on in clear text after STARTTLS')
export const CONTENT_FIRST = reply(554, '5.5.1', 'You sent the message before it was asked for')
export const OTHER_PROTOCOL = reply(554, '5.5.1', 'This is an SMTP server')
export const CHUNKS_NOT_OFFERED = reply(502, '5.5.1', 'BDAT is not offered')
export const TOO_MANY_ERRORS = reply(421, '4.7.0', 'Too many errors')
export const TOO_MUCH_JUNK = reply(421, '4.7.0', 'Too many commands without a message')
export const TIMED_OUT = reply(421, '4.4.2', 'Timeout')
export const SHUTTING_DOWN = reply(421, '4.3.2', 'Shutting down, try again later')
export const TLS_UNAVAILABLE = reply(421, '4.7.0', 'TLS is not available, try again later')
export const TOO_MANY_CONNECTIONS = reply(421, '4.7.0', 'Too many connections, try again later')
export const INTERNAL_ERROR = reply(451, '4.3.0', 'Internal error, try again later')

export function syntaxError(status: string, text: string): Reply {
  return reply(501, status, text)
}

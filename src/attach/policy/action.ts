/**
 * Answers of a policy service: an action of access(5), and an empty line.
 *
 * OK would let mail past the restrictions that stand behind the policy service, so nothing becomes OK: what rules accept
 * is DUNNO, and Postfix goes on. The last step before the socket: one line of printable ASCII, whatever a text holds.
 */
import type { HeaderField } from '../../core/mail/header.ts'
import { formatReply, type Reply } from '../../smtp/reply.ts'
import { replyTo } from '../said.ts'
import type { Judgement } from '../inquiry.ts'

/** `field` is put on top of the message where nobody objects. */
export function actionFor(judgement: Judgement, field?: HeaderField): string {
  if (judgement) return `action=${refuse(replyTo(judgement))}\n\n`
  return `action=${field ? `PREPEND ${oneLine(field)}` : 'DUNNO'}\n\n`
}

/** Postfix has one line for it: the lines of a reply become sentences. */
function refuse(reply: Reply): string {
  const [line = ''] = formatReply({ ...reply, text: reply.text.replaceAll('\n', ' ') }).split('\r\n')
  return line.replace('-', ' ')
}

/** A field that was made here is ASCII, and folded before white space. */
function oneLine({ raw }: HeaderField): string {
  return raw.toString('latin1').replaceAll('\r\n', '')
}

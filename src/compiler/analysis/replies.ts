/**
 * Messages that do not fit in a reply: TPL503. A line of a reply has at most 512 octets (RFC 5321 section 4.5.3.1.5), so a
 * longer one is broken where it happens to end; of more than fifty lines the rest is not said.
 */
import type { Finding } from '../../language/diagnostic.ts'
import { textOf, valueOf } from '../../language/node.ts'
import { parseTemplate } from '../../language/template.ts'
import type { AskedRule } from './asked-rule.ts'

/** Without code, status and CRLF. */
const LONGEST_LINE = 512 - '550-5.7.1 \r\n'.length
const MOST_LINES = 50

export function overlongMessage({ node }: AskedRule): readonly Finding[] {
  const message = valueOf(node, 'message')
  const text = textOf(message)
  if (!message || text === undefined) return []
  const lines = writtenIn(text).trimEnd().split('\n')
  const longest = Math.max(...lines.map((line) => line.trim().length))
  const common = { code: 'TPL503', severity: 'info', at: message.at } as const
  if (lines.length > MOST_LINES)
    return [
      {
        ...common,
        message: `this message has ${lines.length} lines; clients hear the first ${MOST_LINES}`,
        help: HELP,
      },
    ]
  if (longest <= LONGEST_LINE) return []
  return [
    {
      ...common,
      message: `a line of this message has ${longest} characters, and a reply has room for ${LONGEST_LINE}`,
      help: HELP,
    },
  ]
}

const HELP = 'say it shorter, or link to a page'

/** What is there whatever is filled in. */
function writtenIn(text: string): string {
  const parsed = parseTemplate(text)
  return parsed.ok ? parsed.parts.filter((part) => typeof part === 'string').join('') : text
}

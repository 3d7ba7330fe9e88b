/**
 * What clients hear. Messages that do not fit in a reply: TPL503. A line of a reply has at most 512 octets (RFC 5321 section 4.5.3.1.5), so a
 * longer one is broken where it happens to end; of more than fifty lines the rest is not said. Messages that say where the
 * server keeps its files: TPL504.
 */
import type { Finding } from '../../language/diagnostic.ts'
import { textOf, valueOf } from '../../language/node.ts'
import { parseTemplate } from '../../language/template.ts'
import { spanWithin } from '../../language/yaml/scalar-offsets.ts'
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

/** Not behind a dollar sign that stands for itself. */
const PLACE = /(?<=(?<!\$)(?:\$\$)*\$\{\s*)list\.at(?=\s*[|}])/

/** Clients are told where a list lies. */
export function placeInMessage({ node }: AskedRule): readonly Finding[] {
  const message = valueOf(node, 'message')
  const found = PLACE.exec(textOf(message) ?? '')
  if (message?.kind !== 'scalar' || !found) return []
  return [
    {
      code: 'TPL504',
      severity: 'warning',
      at: spanWithin(message, found.index, found[0].length),
      message: '`list.at` tells clients where the list lies: a file of this server, or the URL of a source',
      label: 'every client can read it',
      help: 'write it to the log: `log: "${list.at}"`\nwhat clients may read is `${list.reason}` or `${list.entry}`',
    },
  ]
}

const HELP = 'say it shorter, or link to a page'

/** What is there whatever is filled in. */
function writtenIn(text: string): string {
  const parsed = parseTemplate(text)
  return parsed.ok ? parsed.parts.filter((part) => typeof part === 'string').join('') : text
}

/** Replies of both programs in one form: without status codes, which one writes before the text and the other behind it. */
export interface Reply {
  /** 0 when there was none. */
  readonly code: number
  /** Lines joined by ` / `. */
  readonly text: string
  readonly closed: boolean
}

/**
 * A whole reply (RFC 5321 section 4.2.1) at the beginning of what was heard; undefined while its last line has not come. Lines
 * without a code belong to the reply before them: texts of several lines, of a program that writes them as they are.
 */
export function firstReply(octets: string): string | undefined {
  return /^(?:\d{3}-[^]*?\r\n)*?\d{3}(?: [^]*?)?\r\n(?:(?!\d{3}[ -])[^]+?\r\n)*/.exec(octets)?.[0]
}

export function replyIn(octets: string): Reply {
  const lines = octets.split(/[\r\n]+/).filter((line) => line !== '')
  return { code: Number(octets.slice(0, 3)), text: lines.map(textOf).join(' / '), closed: false }
}

/** Extensions in the order of the alphabet, and mechanisms too: one of the programs has them in a hash. */
export function withoutOrder(reply: Reply): Reply {
  const [first = '', ...others] = reply.text.split(' / ')
  const sorted = others.map((line) => (line.startsWith('AUTH ') ? line.split(' ').toSorted().join(' ') : line))
  return { ...reply, text: [first, ...sorted.toSorted()].join(' / ') }
}

function textOf(line: string): string {
  return line
    .replace(/^\d{3}(?:[ -]|$)/, '')
    .replace(/^[245]\.\d{1,3}\.\d{1,3} /, '')
    .replace(/ \(#[245]\.\d{1,3}\.\d{1,3}\)$/, '')
    .trim()
}

export function shownReply({ code, text, closed }: Reply): string {
  return closed && text === '' ? '(hangs up)' : `${code === 0 ? '' : `${code} `}${text}`
}

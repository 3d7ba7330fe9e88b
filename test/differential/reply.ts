/** Replies of both programs in one form: without status codes, which one writes before the text and the other behind it. */
export interface Reply {
  readonly code: number
  /** Lines joined by ` / `. */
  readonly text: string
  readonly closed: boolean
}

export function replyIn(octets: string): Reply {
  const lines = octets.split('\r\n').filter((line) => /^\d{3}[ -]/.test(line))
  const [last = ''] = lines.slice(-1)
  return { code: Number(last.slice(0, 3)), text: lines.map(textOf).join(' / '), closed: lines.length === 0 }
}

function textOf(line: string): string {
  return line
    .slice(4)
    .replace(/^[245]\.\d{1,3}\.\d{1,3} /, '')
    .replace(/ \(#[245]\.\d{1,3}\.\d{1,3}\)$/, '')
    .trim()
}

export function shownReply({ code, text, closed }: Reply): string {
  return closed && text === '' ? '(hangs up)' : `${code === 0 ? '' : `${code} `}${text}`
}

/** Texts of a file inside a finding: on one line, not too long, and quoted as they must be typed. */

const LONGEST = 60

export function shown(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

/** In double quotes; in single quotes when it holds a double quote or a backslash. */
export function quoted(text: string): string {
  return inQuotes(shown(text))
}

/** The same for all of a text, which must be of one line. */
export function inQuotes(text: string): string {
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`
}

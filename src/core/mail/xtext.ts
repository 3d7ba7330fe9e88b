/** xtext (RFC 3461 section 4): printable ASCII for values that may hold anything. */

/** Octets of UTF-8 that are not printable, `+` and `=` become `+` and two digits. */
export function toXtext(text: string): string {
  return Buffer.from(text, 'utf8')
    .toString('latin1')
    .replace(/[^!-~]|[+=]/g, (octet) => `+${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`)
}

const XTEXT = /^(?:[!-*,-<>-~]|\+[0-9A-F]{2})*$/

/** Also false for text that decodes to a CR, LF or NUL: some reader may decode it into a header or a command. */
export function isXtext(text: string): boolean {
  return XTEXT.test(text) && !/\+0[0AD]/.test(text)
}

/** The text in UTF-8 behind it; undefined for what is no xtext, or holds other octets or control characters. */
export function fromXtext(xtext: string): string | undefined {
  if (!XTEXT.test(xtext)) return undefined
  const octets = xtext.replace(/\+(..)/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
  const text = Buffer.from(octets, 'latin1').toString('utf8')
  return /[\0-\x1f\x7f\ufffd]/.test(text) ? undefined : text
}

/**
 * Values as YAML on one line, for files that Postern writes. Texts that are no plain words stand in quotes, and what cannot be
 * seen as an escape: nothing in a value ends its line, or hides in it.
 */

/** No YAML schema reads anything else into these. */
const PLAIN = /^(?:[A-Za-z_][\w.-]*(?:\/[\w.-]+)*(?::\d+)?|\/[\w./-]+|\.{1,2}\/[\w./-]+)$/
const SPECIAL = /^(?:true|false|null|yes|no|on|off|y|n)$/i

/** Single quotes leave backslashes alone, as patterns want them. */
export function yamlText(text: string): string {
  if (PLAIN.test(text) && !SPECIAL.test(text)) return text
  return /^[ -~]*$/.test(text) && text.includes('\\') ? `'${text.replaceAll("'", "''")}'` : escapedText(text)
}

/** In double quotes, whatever it is. */
export function escapedText(text: string): string {
  return JSON.stringify(text).replace(UNSEEN, (one) => `\\U${(one.codePointAt(0) ?? 0).toString(16).padStart(8, '0')}`)
}

const UNSEEN = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** Strings, numbers, booleans, null, arrays and objects of these. */
export function yamlFlow(value: unknown): string {
  if (typeof value === 'string') return yamlText(value)
  if (Array.isArray(value)) return `[${value.map((one: unknown) => yamlFlow(one)).join(', ')}]`
  if (typeof value !== 'object' || value === null) return String(value)
  const inside = Object.entries(value).map(([key, one]: [string, unknown]) => `${yamlText(key)}: ${yamlFlow(one)}`)
  return inside.length === 0 ? '{}' : `{ ${inside.join(', ')} }`
}

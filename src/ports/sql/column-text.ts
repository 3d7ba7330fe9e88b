/** What a column says, as text. */

/** Undefined for NULL. Throws an Error with a plain sentence for what is no text. */
export function columnText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'boolean') return String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (value instanceof Date) return value.toISOString()
  throw new Error('a column is no text')
}

/** JSON for other programs, which keep its texts in databases that refuse half a surrogate pair and U+0000. */

export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'string' ? inner.toWellFormed().replaceAll('\0', '␀') : inner,
  )
}

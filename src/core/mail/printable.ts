/** Text of strangers, fit for a reply or a log: printable ASCII, with `?` for each other character. */
export function printable(text: string): string {
  return text.replace(/[^ -~]/gu, '?')
}

/**
 * The lines at the head of a file that tell an editor where its schema is: one for editors with yaml-language-server, one for
 * those of JetBrains. Pure.
 */

/** Relative to the file. */
export function modelines(path: string): string {
  return `# yaml-language-server: $schema=${path}\n# $schema: ${path}\n`
}

const MODELINE = /^#[ \t]*(?:yaml-language-server:[ \t]*\$schema=|\$schema:).*(?:\r?\n|$)/
const COMMENT = /^[ \t]*(?:#.*)?(?:\r?\n|$)/

/** The same text with these lines at its head, and no other ones of the sort among the comments there. */
export function withModelines(text: string, path: string): string {
  const mark = text.startsWith('\ufeff') ? '\ufeff' : ''
  const lines = text.includes('\r\n') ? modelines(path).replaceAll('\n', '\r\n') : modelines(path)
  let [head, rest] = ['', text.slice(mark.length)]
  for (let line = headLine(rest); line !== ''; line = headLine(rest)) {
    if (!MODELINE.test(line)) head += line
    rest = rest.slice(line.length)
  }
  return `${mark}${lines}${head}${rest}`
}

/** The next comment or empty line. */
function headLine(text: string): string {
  return COMMENT.exec(text)?.[0] ?? ''
}

/**
 * A source file as the architecture rules see it: code without its comments and texts, and what it imports.
 *
 * This is a scanner, not a parser: it knows comments, strings, templates and regular expressions well enough that what
 * is left is code, and it reads every form of import there is. Offsets and lines stay those of the file.
 */
export interface Import {
  /** As written; undefined when it is computed (`import(url)`). */
  readonly specifier: string | undefined
  readonly line: number
  /** Gone after compilation: `import type`, `export type … from`. */
  readonly type: boolean
  readonly form: 'import' | 'export' | 'dynamic'
}

export interface SourceFile {
  /** From the root of the project, with slashes. */
  readonly path: string
  readonly text: string
  /** The text with comments, and what stands in quotes or is a regular expression, replaced by spaces. */
  readonly code: string
  readonly imports: readonly Import[]
}

export function sourceFile(path: string, text: string): SourceFile {
  const code = maskTexts(text)
  return { path, text, code, imports: readImports(text, code) }
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}

const COMMENT = /\/\/.*|\/\*[^]*?\*\//
const QUOTED = /'(?:\\[^]|[^'\\\n])*'|"(?:\\[^]|[^"\\\n])*"/
// A slash begins a regular expression where no value stands before it.
const REGEX =
  /(?<=(?:^|[(,=:[!&|?{};+*%<>~^\n-]|\b(?:return|typeof|case|in|of|void|await|yield))\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/
const CODE = new RegExp(`(?:${COMMENT.source})|(?:${QUOTED.source})|(?:${REGEX.source})|[\\w\\s]+|[^]`, 'y')
const TEMPLATE_TEXT = /(?:\\[^]|\$(?!\{)|[^`\\$])*(?:`|\$\{|$)/y

/** Same length, same lines; quotes stay, so a masked string can still be found. */
export function maskTexts(text: string): string {
  const parts: string[] = []
  // What each `}` to come closes: a block, or an expression inside a template.
  const open: ('block' | 'template')[] = []
  for (let at = 0, inTemplate = false; at < text.length; at += parts.at(-1)?.length ?? 0) {
    const token = tokenAt(inTemplate ? TEMPLATE_TEXT : CODE, text, at)
    parts.push(inTemplate ? spaces(token) : maskToken(token))
    if (inTemplate) {
      if (token.endsWith('${')) open.push('template')
      inTemplate = false
    } else if (token === '{') open.push('block')
    else if (token === '`' || token === '}') inTemplate = token === '`' || open.pop() === 'template'
  }
  return parts.join('')
}

function tokenAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  // At the end of the text a template may have no more text; one character keeps the scanner moving.
  return pattern.exec(text)?.[0] || text.charAt(at)
}

function maskToken(token: string): string {
  if (token.length > 1 && /^['"]/.test(token)) return token.charAt(0) + spaces(token.slice(1, -1)) + token.charAt(0)
  return token === '`' || /^\/./.test(token) ? spaces(token) : token
}

function spaces(text: string): string {
  return text.replaceAll(/[^\n]/g, ' ')
}

const NAMES = String.raw`(?:\{[^}]*\}|\*(?:\s*as\s+[\w$]+)?)`
const CLAUSE = String.raw`(?:${NAMES}|[\w$]+(?:\s*,\s*${NAMES})?)\s*from\s*`
const STATIC = new RegExp(
  String.raw`(?<![.\w$])(?<form>import|export)(?<type>\s+type(?=\s*[\w$*{]))?\s*(?:${CLAUSE})?(?<quote>['"]) *\k<quote>`,
  'g',
)
const DYNAMIC = /(?<![.\w$])import\s*\(\s*(?:(?<quote>['"]) *\k<quote>)?/g

function readImports(text: string, code: string): Import[] {
  const found = [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)].map((match): Import => {
    const end = match.index + match[0].length
    const { form = 'dynamic', type, quote } = match.groups ?? {}
    const specifier = quote === undefined ? undefined : text.slice(code.lastIndexOf(quote, end - 2) + 1, end - 1)
    return { specifier, line: lineAt(text, end), type: type !== undefined, form: form as Import['form'] }
  })
  return found.toSorted((a, b) => a.line - b.line)
}

/** The comments of a YAML file with their places; `#` within a text is none. Never throws. */
import { CST, Lexer } from 'yaml'

export interface Comment {
  /** Of the `#`, from 0. */
  readonly offset: number
  /** From the `#` to the end of the line. */
  readonly text: string
}

/** Marks between lexemes that stand for no character of the file. */
const MARKS: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR])

export function yamlComments(text: string): readonly Comment[] {
  const comments: Comment[] = []
  let [offset, before] = [0, '']
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('#') && before !== CST.SCALAR) comments.push({ offset, text: lexeme.trimEnd() })
    if (!MARKS.has(lexeme)) offset += lexeme.length
    before = lexeme
  }
  return comments
}

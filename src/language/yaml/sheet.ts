/** Lines of a file as they are laid out: indents, gaps between tokens, empty lines. */
export class SheetOfLines {
  /** What comes between the last token and the next one of the same line. */
  gap = ''
  /** The white space that was read last: comments keep their distance. */
  space = ''
  #lines: string[] = []
  #line = ''
  /** Lines from here on are part of a text that keeps all of its line ends. */
  #kept = false

  /** Nothing stands on this line yet. */
  get isAtStart(): boolean {
    return this.#line === ''
  }

  put(text: string, column: number): void {
    this.#line += (this.isAtStart ? ' '.repeat(column) : this.gap) + text
    this.gap = ''
    this.space = ''
    this.#kept = false
  }

  comment(text: string, column: number): void {
    this.gap = this.space || ' '
    this.put(text.trimEnd(), column)
  }

  /** The end of a line. Of several empty lines one stays, and none at the beginning. */
  end(): void {
    if (!this.isAtStart || (this.#lines.length > 0 && (this.#kept || this.#lines.at(-1) !== '')))
      this.#lines.push(this.#line)
    this.#line = ''
    this.gap = ''
    this.space = ''
  }

  /** A text of whole lines, as it is. With `keeps`, empty lines at its end are part of it. */
  body(text: string, { keeps }: { readonly keeps: boolean }): void {
    const lines = (keeps ? text : text.replace(/\n*$/, '\n')).split('\n')
    lines.pop()
    this.#lines.push(...lines)
    this.#kept = keeps
    if (!keeps && text.endsWith('\n\n')) this.end()
  }

  text(): string {
    if (!this.isAtStart) this.end()
    const lines = this.#lines
    while (!this.#kept && lines.at(-1) === '') lines.pop()
    return `${lines.join('\n')}\n`
  }
}

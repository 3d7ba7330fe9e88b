/** HTML that cannot be anything but what is written here: whatever is put in is text, unless `html` made it. */
import { xmlText } from './xml.ts'

/** A piece of a page. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type Piece = Html | string | number | readonly Piece[]

/** ``html`<b class="${name}">${text}</b>` ``: attributes stand in double quotes. */
export function html(written: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  const parts = written.map((text, index) => text + (index < pieces.length ? rendered(pieces[index] ?? '') : ''))
  return new Html(parts.join(''))
}

function rendered(piece: Piece): string {
  if (piece instanceof Html) return piece.text
  if (typeof piece === 'string' || typeof piece === 'number') return xmlText(String(piece))
  return piece.map(rendered).join('')
}

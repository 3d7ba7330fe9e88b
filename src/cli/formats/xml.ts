/** XML 1.0 as text: elements that are well-formed whatever stands in a finding. */
import { visible } from '../../language/render/display.ts'

export const XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>'

type Attributes = Readonly<Record<string, string | number | undefined>>

/** Attributes that are undefined are left out. Children are elements, or text that `xmlText` made. */
export function element(name: string, attributes: Attributes, children: readonly string[] = []): string {
  const written = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [` ${key}="${xmlText(String(value)).replaceAll('\n', '&#10;')}"`],
  )
  const inside = children.join('')
  return inside === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inside}</${name}>`
}

/** A child on a line of its own. */
export function onOwnLine(child: string): string {
  return `\n${child}`
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
])

/** Characters that XML cannot hold become their pictures. */
export function xmlText(text: string): string {
  const lines = text.toWellFormed().split('\n').map(visible)
  return lines
    .join('\n')
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replace(/[&<>"]/g, (character) => ENTITIES.get(character) ?? character)
}

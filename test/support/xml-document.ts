/** A strict reader of the XML that we write: elements, attributes, text; anything that is not well-formed throws. */

export interface XmlElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly (XmlElement | string)[]
}

const TOKEN = /<\/([A-Za-z][\w.-]*)>|<([A-Za-z][\w.-]*)((?: [A-Za-z][\w.-]*="[^"<]*")*)(\/?)>|[^<]+/y
const ATTRIBUTE = / ([A-Za-z][\w.-]*)="([^"<]*)"/g
/** Char of XML 1.0, §2.2. */
const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'

interface Open {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: (XmlElement | string)[]
}

/** The root element. */
export function readXml(document: string): XmlElement {
  if (!document.isWellFormed() || !CHARACTERS.test(document)) throw new Error('a character that XML does not have')
  if (!document.startsWith(HEAD)) throw new Error('no declaration')
  const root: Open = { name: '', attributes: new Map(), children: [] }
  const stack: Open[] = [root]
  TOKEN.lastIndex = HEAD.length
  while (TOKEN.lastIndex < document.length) {
    const at = TOKEN.lastIndex
    const token = TOKEN.exec(document)
    if (!token) throw new Error(`not well-formed at ${JSON.stringify(document.slice(at, at + 80))}`)
    take(token, stack)
  }
  const elements = root.children.filter((child) => typeof child !== 'string')
  const [only] = elements
  if (!only || elements.length > 1 || stack.length > 1) throw new Error('not one root element')
  if (root.children.some((child) => typeof child === 'string' && child.trim() !== '')) throw new Error('text outside')
  return only
}

function take([whole, closing, opening, attributes = '', empty]: RegExpExecArray, stack: Open[]): void {
  const open = stack.at(-1)
  if (!open) throw new Error('closed too often')
  if (closing !== undefined) {
    if (open.name !== closing || stack.length < 2) throw new Error(`</${closing}> closes <${open.name}>`)
    stack.pop()
    return
  }
  if (opening === undefined) {
    open.children.push(decoded(whole))
    return
  }
  const element: Open = { name: opening, attributes: attributesOf(attributes), children: [] }
  open.children.push(element)
  if (empty !== '/') stack.push(element)
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = [...text.matchAll(ATTRIBUTE)].map(([, name = '', value = '']) => [name, decoded(value)] as const)
  const attributes = new Map(found)
  if (attributes.size < found.length) throw new Error(`an attribute twice in ${text}`)
  return attributes
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['#10', '\n'],
])

function decoded(text: string): string {
  if (text.includes(']]>')) throw new Error(']]> in text')
  return text.replace(/&([^;]*);?/g, (written: string, name: string) => {
    const character = ENTITIES.get(name)
    if (character === undefined || !written.endsWith(';')) throw new Error(`entity ${written}`)
    return character
  })
}

export function elementsIn({ children }: XmlElement): readonly XmlElement[] {
  return children.filter((child) => typeof child !== 'string')
}

/** All below it with this name. */
export function allNamed(element: XmlElement, name: string): readonly XmlElement[] {
  return elementsIn(element).flatMap((child) => [...(child.name === name ? [child] : []), ...allNamed(child, name)])
}

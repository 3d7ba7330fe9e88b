/** What a YAML file may be before anybody parses it: its size, its depth, its characters. */
import type { Report } from '../diagnostic.ts'
import type { SourceText } from '../source-text.ts'

export const YAML_LIMITS = {
  /** Octets of a file. Large lists belong in list files, which have no such limit. */
  octets: 4 * 1024 * 1024,
  /** Maps and lists inside each other. */
  depth: 64,
} as const

// What YAML 1.2 calls not printable (section 5.1), and a carriage return that ends no line.
const CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|\r(?!\n)/
/** What a decoder puts where the octets are not UTF-8. */
const REPLACEMENT = '\ufffd'

/** False when the text cannot be parsed; the reason has been reported. */
export function checkText(source: SourceText, report: Report): boolean {
  if (Buffer.byteLength(source.text) > YAML_LIMITS.octets) {
    report.add({
      code: 'YML715',
      at: source.span(0, 0),
      message: 'this file is too large',
      label: `at most ${YAML_LIMITS.octets} octets`,
      help: 'put long lists into list files: one entry a line, `lists: { name: { file: … } }`',
    })
    return false
  }
  return checkEncoding(source, report) && checkCharacters(source, report)
}

function checkEncoding(source: SourceText, report: Report): boolean {
  const offset = source.text.indexOf(REPLACEMENT)
  if (offset < 0) return true
  report.add({ ...NOT_UTF8, at: source.span(offset, offset + 1) })
  return false
}

/** For whoever finds it before there is a text. */
export const NOT_UTF8 = {
  code: 'YML715',
  message: 'this file is not UTF-8',
  label: 'not a character in UTF-8',
  help: 'save the file as UTF-8',
} as const

function checkCharacters(source: SourceText, report: Report): boolean {
  const found = CONTROL.exec(source.text)
  if (!found) return true
  const code = found[0].charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')
  report.add({
    code: 'YML701',
    at: source.span(found.index, found.index + 1),
    message: `control character U+${code} in the file`,
    label: 'not allowed in YAML',
    help: `delete it, or write it in double quotes as \`"\\u${code}"\``,
  })
  return false
}

export function reportTooDeep(offset: number, source: SourceText, report: Report): void {
  report.add({
    code: 'YML715',
    at: source.span(offset, offset + 1),
    message: `more than ${YAML_LIMITS.depth} maps and lists inside each other`,
    label: 'too deep',
    help: 'close a bracket, or split the file',
  })
}

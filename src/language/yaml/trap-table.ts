/** The traps themselves: for each kind of token, what it may be that nobody meant. */
import type { Fix, Label, Safety, Span } from '../diagnostic.ts'
import { fixOf, replace } from '../fix.ts'
import { inQuotes, quoted, shown } from './quote.ts'
import type { Leaf, Scan } from './scan.ts'

function quoteIt(start: number, written: string, scan: Scan): readonly Fix[] {
  return fixOf('quote it', 'safe', replace(scan.source.span(start, start + written.length), inQuotes(written)))
}

type Trap = (leaf: Leaf, scan: Scan, index: number) => void

export const TRAPS: Readonly<Partial<Record<string, Trap>>> = {
  document: secondDocument,
  directive,
  tag,
  alias,
  scalar: plainScalar,
  'single-quoted-scalar': (leaf, scan) => openQuote(leaf, scan, /''/g),
  'double-quoted-scalar': (leaf, scan) => openQuote(leaf, scan, /\\[^]/g),
  unclosed: (leaf, scan) => scan.unclosed.push(leaf),
}

function secondDocument(leaf: Leaf, scan: Scan): void {
  scan.documents += 1
  if (scan.documents !== 2) return
  scan.add(leaf.offset, leaf.offset + 3, {
    code: 'YML701',
    message: 'a second document begins here; a file holds one',
    label: 'second document',
    help: 'put what follows into a file of its own, or delete this line',
  })
}

function directive({ offset, source }: Leaf, scan: Scan): void {
  if (/^%YAML\s+1\.2\s*(?:#|$)/.test(source)) return
  scan.fatal = true
  const end = offset + source.trimEnd().length
  if (source.startsWith('%YAML')) {
    scan.add(offset, end, {
      code: 'YML712',
      message: `\`${shown(source)}\` would change what words in this file mean`,
      label: 'only YAML 1.2 is read',
      notes: ['in YAML 1.1, `no` and `off` are false and `010` is 8'],
      help: 'delete this line',
      fixes: fixOf('delete this line', 'unsafe', replace(lineOf(offset, scan), '')),
    })
  } else if (source.startsWith('%TAG')) {
    scan.add(offset, end, {
      code: 'YML706',
      message: 'YAML tags are not supported',
      label: 'no tags here',
      help: 'delete this line',
    })
  } else reserved(offset, scan.written(offset), scan)
}

function lineOf(offset: number, { source }: Scan): Span {
  const { line } = source.positionAt(offset)
  return source.span(source.lineStart(line), source.lineStart(line + 1))
}

const NETWORK = /^!(?:\d+\.|[\da-f]*:)/i

function tag({ offset, source }: Leaf, scan: Scan): void {
  const written = scan.written(offset)
  const bare = written.slice(source.length).trim()
  const type = source.startsWith('!!')
  scan.add(offset, offset + (type ? source.length : Math.max(source.length, written.length)), {
    code: 'YML706',
    message: `\`${shown(type ? source : written)}\` is a YAML tag, not ${NETWORK.test(source) ? 'a negated network' : 'a text'}`,
    label: bare === '' ? 'read as an empty value' : 'read as the type of the value behind it',
    help: type ? `delete \`${shown(source)}\`; a value in quotes is always a text` : `quote it: ${quoted(written)}`,
    fixes: type ? typeFixes(offset, source, bare, scan) : written === '' ? [] : quoteIt(offset, written, scan),
  })
}

/** A text in quotes is one; what other types wanted to say is in most values anyway. */
function typeFixes(offset: number, tag: string, bare: string, scan: Scan): readonly Fix[] {
  const gap = /^[ \t]+/.exec(scan.source.text.slice(offset + tag.length))?.[0].length ?? 0
  const at = offset + tag.length + gap
  if (bare === '' || /^["'[{|>]/.test(bare)) return []
  if (tag !== '!!str') return fixOf(`delete \`${shown(tag)}\``, 'unsafe', replace(scan.source.span(offset, at), ''))
  return fixOf('quote it', 'safe', replace(scan.source.span(offset, at + bare.length), inQuotes(bare)))
}

/** An alias to an anchor, or a text that happens to begin with a star. */
function alias({ offset, source }: Leaf, scan: Scan): void {
  const name = source.slice(1)
  scan.faulty.add(offset)
  if (!scan.anchors.has(name)) return reserved(offset, scan.written(offset) || source, scan)
  scan.add(offset, offset + source.length, {
    code: 'YML713',
    message: `YAML alias \`${shown(source)}\` is not supported`,
    label: 'stands for what its anchor holds',
    labels: anchorLabels([name], scan),
    help: `write the value out here; a text that begins with \`*\` needs quotes: ${quoted(source)}`,
  })
}

function anchorLabels(names: readonly string[], scan: Scan): readonly Label[] {
  return names.flatMap((name) => {
    const anchor = scan.anchors.get(name)
    scan.usedAnchors.add(name)
    if (!anchor) return []
    const at = scan.source.span(anchor.offset, anchor.offset + anchor.source.length)
    return [{ ...at, text: 'anchor defined here' }]
  })
}

/** An anchor that nothing refers to, or a text that happens to begin with an ampersand. */
export function reportUnusedAnchors(scan: Scan): void {
  for (const [name, { offset, source }] of scan.anchors) {
    if (scan.usedAnchors.has(name) || scan.explains(offset)) continue
    const written = scan.written(offset)
    scan.add(offset, offset + source.length, {
      code: 'YML713',
      message: `YAML anchor \`${shown(source)}\` is not supported`,
      label: 'names the value behind it',
      help: `delete it${/[[{]/.test(written) ? '' : `; a text that begins with \`&\` needs quotes: ${quoted(written)}`}`,
      fixes: anchorFixes(offset, source, written, scan),
    })
  }
}

/** An anchor before a value, and a text of one word with an ampersand at its beginning. */
function anchorFixes(offset: number, anchor: string, written: string, scan: Scan): readonly Fix[] {
  if (written === anchor)
    return fixOf('quote it', 'unsafe', replace(scan.source.span(offset, offset + anchor.length), inQuotes(anchor)))
  const gap = /^[ \t]*/.exec(scan.source.text.slice(offset + anchor.length))?.[0].length ?? 0
  const at = scan.source.span(offset, offset + anchor.length + gap)
  return fixOf(`delete \`${shown(anchor)}\``, 'unsafe', replace(at, ''))
}

const SIGNS: Readonly<Partial<Record<string, string>>> = { '@': '`@`', '*': '`*`', '%': '`%`', '`': 'a backquote' }

function reserved(offset: number, written: string, scan: Scan): void {
  scan.faulty.add(offset)
  scan.add(offset, offset + written.length, {
    code: 'YML711',
    message: `${SIGNS[written[0] ?? '']} at the start of an unquoted value means something else in YAML`,
    label: 'needs quotes',
    help: `quote it: ${quoted(written)}`,
    fixes: quoteIt(offset, written, scan),
  })
}

function plainScalar(leaf: Leaf, scan: Scan, index: number): void {
  const end = leaf.offset + leaf.source.length
  const isKey = isKeyAt(scan.leaves, index)
  if (isKey) scan.key = leaf.source
  if (leaf.source === '<<' && isKey) mergeKey(leaf, scan)
  else if (/^[@%`]/.test(leaf.source)) reserved(leaf.offset, scan.written(leaf.offset), scan)
  else if (scan.flowDepth > 0 && scan.source.text[end] === '{') curlyInFlow(leaf, scan)
  else cutOff(leaf, scan)
}

function isKeyAt(leaves: readonly Leaf[], index: number): boolean {
  const next = leaves[index + 1]?.type === 'space' ? leaves[index + 2] : leaves[index + 1]
  return next?.type === 'map-value-ind'
}

function mergeKey({ offset }: Leaf, scan: Scan): void {
  const line = scan.source.lineText(scan.source.positionAt(offset).line)
  const column = scan.source.positionAt(offset).column - 1
  const written = /^<<[ \t]*:[ \t]*(?:\*[^\s,\]}]+|\[[^\]]*\])?/.exec(line.slice(column))?.[0] ?? '<<'
  const names = [...written.matchAll(/\*([^\s,\]]+)/g)].map(([, name = '']) => name)
  scan.mergeKeys.add(offset)
  scan.add(offset, offset + written.trimEnd().length, {
    code: 'YML705',
    message: 'merge key `<<` is not supported',
    label: 'YAML 1.1 merge key',
    labels: anchorLabels(names, scan),
    notes: ['YAML 1.2 has no merge key: it would become a key named `<<`'],
    help: 'write the keys out here',
  })
}

function curlyInFlow({ offset }: Leaf, scan: Scan): void {
  const written = scan.written(offset)
  scan.faulty.add(offset)
  scan.add(offset, offset + written.length, {
    code: 'YML709',
    message: `\`${shown(written)}\` is torn apart: inside \`[ ]\` and \`{ }\`, its \`{\` begins a map`,
    label: 'needs quotes',
    help: `quote it: ${quoted(written)}`,
    fixes: quoteIt(offset, written, scan),
  })
}

const COMMENT = /[ \t]+(#[^\n\r]*)/y
/** Not a space, and not the first character of a ruler such as `#---`. */
const GLUED = /^#[^\s#!=*~_-]/
const NOT_A_TEXT = /^(?:true|false|null|~|[-+.]?\d[\w.+-]*)$/i
const PATTERN = /[\\^$()[\]{}|*+?]/
/** Keys whose values are patterns and sentences: a `#` there is more likely meant than not. */
const TEXT_KEYS = new Set(['regex', 'glob', 'message', 'contains', 'starts_with', 'ends_with'])

/**
 * A value cut off by ` #`. Ordinary comments have a space behind the `#`; what has none, or closes a bracket that the
 * value opened, was meant as part of the value.
 */
function cutOff({ offset, source }: Leaf, scan: Scan): void {
  COMMENT.lastIndex = offset + source.length
  const comment = COMMENT.exec(scan.source.text)?.[1]
  if (comment === undefined || NOT_A_TEXT.test(source)) return
  const isTorn = openBrackets(source) > 0 && openBrackets(comment) < 0
  if (!GLUED.test(comment) && !isTorn) return
  const end = COMMENT.lastIndex
  const continued = explainNextLine(end, scan)
  scan.add(end - comment.length, end, {
    code: 'YML708',
    severity: continued || PATTERN.test(source) || TEXT_KEYS.has(scan.key) ? 'error' : 'warning',
    message: `the value ends before \` #\`: only \`${shown(source)}\` is read`,
    label: 'read as a comment',
    help: `if it belongs to the value, quote the whole: ${quoted(scan.source.text.slice(offset, end))}\nif it is a comment, put a space behind the \`#\``,
    fixes: continued ? [] : cutFixes([offset, end - comment.length, end], isTorn ? 'safe' : 'unsafe', scan),
  })
}

/** Somebody has to choose, unless the comment closes a bracket that the value opened. */
function cutFixes(
  [start, hash, end]: readonly [number, number, number],
  safety: Safety,
  { source }: Scan,
): readonly Fix[] {
  const whole = source.span(start, end)
  return [
    ...fixOf('quote the whole', safety, replace(whole, inQuotes(source.text.slice(start, end).trimEnd()))),
    ...fixOf('put a space behind the `#`', 'unsafe', replace(source.span(hash + 1, hash + 1), ' ')),
  ]
}

function openBrackets(text: string): number {
  return text.replace(/[^([{]/g, '').length - text.replace(/[^)\]}]/g, '').length
}

/** A text cannot go on after a comment: a deeper line below would be one more error for the same mistake. */
function explainNextLine(offset: number, scan: Scan): boolean {
  const { line } = scan.source.positionAt(offset)
  const [here, next] = [scan.source.lineText(line), scan.source.lineText(line + 1)].map(indentation)
  const continued = scan.flowDepth === 0 && next !== undefined && here !== undefined && next > here
  if (continued) scan.explain(line + 1)
  return continued
}

function indentation(line: string): number {
  return line.trim() === '' ? 0 : (/^(?: |- )*/.exec(line)?.[0].length ?? 0)
}

function openQuote(leaf: Leaf, scan: Scan, escaped: RegExp): void {
  const rest = leaf.source.slice(1).replace(escaped, '')
  if (!rest.endsWith(leaf.source[0] ?? '')) scan.unclosed.push(leaf)
}

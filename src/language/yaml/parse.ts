/**
 * YAML text to nodes with positions: the one door to the `yaml` library.
 *
 * YAML 1.2 without anchors, aliases, tags, merge keys and second documents. What the library reads in silence and an
 * admin did not mean becomes a finding at its place (yaml-traps.ts); what the library cannot read is said in our words
 * (yaml-syntax.ts). Never throws, whatever the text.
 */
import { Composer, type CST, isAlias, isMap, isScalar, isSeq, Lexer, type Node, type Pair, Parser } from 'yaml'
import type { Report } from '../diagnostic.ts'
import type { MapEntry, MapNode, ScalarNode, SeqNode, YamlNode } from '../node.ts'
import { SourceText } from '../source-text.ts'
import { checkText, reportTooDeep, YAML_LIMITS } from './limits.ts'
import { reportBadKey, reportCurly, reportDuplicate, reportEmpty, reportEmptyFile, reportEmptyItem } from './nodes.ts'
import type { Leaf, Traps } from './scan.ts'
import { reportSyntax } from './syntax.ts'
import { findTraps } from './traps.ts'
import type { SyntaxError } from './wordings.ts'

/**
 * The file's one document. Undefined when nothing useful can be said about it; then at least one error was reported.
 * A mistake that leaves the rest readable is a faulty node, and the others are checked as usual.
 */
export function parseYaml(text: string, file: string, report: Report): YamlNode | undefined {
  const source = new SourceText(file, text)
  if (!checkText(source, report)) return undefined
  const tokens = readTokens(source, report)
  if (!tokens) return undefined
  const traps = findTraps(leavesOf(tokens), source, report)
  const { contents, errors } = compose(tokens, text.length)
  if (!reportSyntax(errors, traps, source, report)) return undefined
  if (contents && !isEmpty(contents)) return new Builder(source, report, traps).node(contents)
  reportEmptyFile(source, report)
  return undefined
}

/** The library's parser keeps a stack for every open bracket, so depth is measured while it reads. */
function readTokens(source: SourceText, report: Report): CST.Token[] | undefined {
  const parser = new Parser()
  const tokens: CST.Token[] = []
  for (const lexeme of new Lexer().lex(source.text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length <= YAML_LIMITS.depth) continue
    const open = parser.stack.filter((token) => 'items' in token)
    if (open.length <= YAML_LIMITS.depth) continue
    reportTooDeep(open.at(-1)?.offset ?? 0, source, report)
    return undefined
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

/** All tokens without children, in the order of the text. */
function leavesOf(tokens: readonly CST.Token[]): readonly Leaf[] {
  const leaves: Leaf[] = []
  const visit = (token: CST.Token | null | undefined): void => {
    if (!token) return
    if (token.type === 'document') leaves.push({ type: 'document', offset: token.offset, source: '' })
    if ('start' in token) [token.start].flat().forEach(visit)
    if ('props' in token) token.props.forEach(visit)
    if ('items' in token) token.items.forEach(visitItem)
    else if ('value' in token) visit(token.value)
    else if ('source' in token) leaves.push(leafOf(token))
    if ('end' in token) token.end?.forEach(visit)
    if (token.type === 'flow-collection' && !isClosed(token)) leaves.push({ ...token.start, type: 'unclosed' })
  }
  const visitItem = (item: CST.CollectionItem): void => {
    item.start.forEach(visit)
    visit(item.key)
    item.sep?.forEach(visit)
    visit(item.value)
  }
  tokens.forEach(visit)
  return leaves
}

function leafOf({ type, offset, source }: Leaf): Leaf {
  return { type, offset, source }
}

function isClosed({ start, end }: CST.FlowCollection): boolean {
  const closing = start.type === 'flow-map-start' ? 'flow-map-end' : 'flow-seq-end'
  return end.some(({ type }) => type === closing)
}

interface Composed {
  readonly contents: Node | null
  readonly errors: readonly SyntaxError[]
}

/** Only the first document counts; a second one is a finding of its own. */
function compose(tokens: readonly CST.Token[], length: number): Composed {
  const options = { schema: 'core', version: '1.2', merge: false, uniqueKeys: false, logLevel: 'silent' } as const
  for (const { contents, errors } of new Composer(options).compose(tokens, true, length)) return { contents, errors }
  return { contents: null, errors: [] }
}

type Source = readonly [start: number, end: number]

class Builder {
  readonly #source: SourceText
  readonly #report: Report
  readonly #traps: Traps

  constructor(source: SourceText, report: Report, traps: Traps) {
    this.#source = source
    this.#report = report
    this.#traps = traps
  }

  node(node: Node): YamlNode {
    const built = isMap(node) ? this.#map(node) : isSeq(node) ? this.#seq(node) : this.#scalar(node)
    return 'tag' in node && node.tag !== undefined ? { ...built, faulty: true } : built
  }

  #map(map: Node & { items: Pair[]; flow?: boolean }): YamlNode {
    const range = rangeOf(map)
    if (map.flow && map.items.length > 0 && map.items.every(({ value }) => value === null)) {
      reportCurly(range, this.#source, this.#report)
      return { ...this.#text(range), faulty: true }
    }
    const seen = new Map<string, ScalarNode>()
    const entries = map.items.map((pair) => this.#entry(pair, seen))
    const good = entries.filter((entry) => typeof entry === 'object')
    const node: MapNode = { kind: 'map', at: this.#source.span(...range), entries: good }
    return entries.includes('faulty') ? { ...node, faulty: true } : node
  }

  /** A key given twice counts the first time; without a usable key, nothing can be said about the map as a whole. */
  #entry(pair: Pair, seen: Map<string, ScalarNode>): MapEntry | 'faulty' | 'again' {
    const key = this.#key(pair.key as Node | null)
    if (!key) return 'faulty'
    const first = seen.get(key.value)
    if (first) {
      const value = pair.value as Node | null
      const end = value ? rangeOf(value)[1] : key.at.range.end.offset
      reportDuplicate([key, end], first, this.#source, this.#report)
      return 'again'
    }
    seen.set(key.value, key)
    return { key, value: this.#value(pair.value as Node | null, key) }
  }

  #key(node: Node | null): MapEntry['key'] | undefined {
    if (isScalar(node) && !isEmpty(node)) {
      const scalar = this.#scalar(node)
      if (this.#traps.isMergeKey(scalar.at.range.start.offset)) return undefined
      return { ...scalar, value: scalar.source }
    }
    if (!isAlias(node)) reportBadKey(node ? rangeOf(node) : [0, 0], this.#source, this.#report)
    return undefined
  }

  #value(node: Node | null, key: ScalarNode): YamlNode {
    if (node && !isEmpty(node)) return this.node(node)
    if (!node || !isAnchored(node)) reportEmpty(key, this.#report)
    return { ...this.#text([key.at.range.end.offset, key.at.range.end.offset]), value: null, faulty: true }
  }

  #seq(seq: Node & { items: unknown[] }): SeqNode {
    const items = (seq.items as Node[]).map((item) => (isEmpty(item) ? this.#emptyItem(item) : this.node(item)))
    return { kind: 'seq', at: this.#source.span(...rangeOf(seq)), items }
  }

  #emptyItem(item: Node): ScalarNode {
    if (!isAnchored(item)) reportEmptyItem(rangeOf(item)[0], this.#source, this.#report)
    return { ...this.#text(rangeOf(item)), value: null, faulty: true }
  }

  #scalar(node: Node): ScalarNode {
    const range = rangeOf(node)
    const text = this.#text(range)
    if (!isScalar(node)) return { ...text, faulty: true }
    if (node.type !== 'PLAIN') return { ...text, value: String(node.value), source: String(node.value), quoted: true }
    if (this.#traps.isFaulty(range[0])) return { ...text, faulty: true }
    return { ...text, value: plainValue(node.value, text.source) }
  }

  #text(range: Source): ScalarNode {
    const source = this.#source.text.slice(...range)
    return { kind: 'scalar', at: this.#source.span(...range), value: source, source, quoted: false, typed: source }
  }
}

function rangeOf(node: Node): Source {
  return node.range ? [node.range[0], node.range[1]] : [0, 0]
}

function plainValue(value: unknown, source: string): ScalarNode['value'] {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'string')
    return value
  return source
}

/** Nothing was written: not even `~` or `null`. */
function isEmpty(node: Node): boolean {
  const [start, end] = rangeOf(node)
  return isScalar(node) && node.value === null && start === end
}

/** Something stood there, and has been reported. */
function isAnchored(node: Node): boolean {
  return 'anchor' in node && node.anchor !== undefined
}

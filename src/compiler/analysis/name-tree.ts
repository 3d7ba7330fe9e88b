/**
 * Sets of domain names as trees of labels, from the last label on: `example.org`, every name below it, and exceptions.
 *
 * Names are canonical (`canonicalDomain`). Texts that are no names are in every set that has names without end.
 */
import type { Region } from './region.ts'

interface Node {
  /** The name itself. */
  readonly self: boolean
  /** Every name below it that no child speaks of. */
  readonly below: boolean
  readonly children: ReadonlyMap<string, Node>
}

const NONE: Node = { self: false, below: false, children: new Map() }
const EVERYTHING: Node = { self: true, below: true, children: new Map() }
const FEW = 16

export class NameTree implements Region<NameTree> {
  readonly kind = 'names'
  readonly #root: Node

  private constructor(root: Node) {
    this.#root = root
  }

  static readonly all = new NameTree({ ...EVERYTHING, self: false })

  /** Entries as lists have them: `example.org`, or `.example.org` for every name below it. */
  static of(entries: Iterable<string>): NameTree {
    const building = new Building()
    for (const entry of entries) building.add(entry)
    return new NameTree(building.done())
  }

  get isEmpty(): boolean {
    return !this.#root.below && this.#root.children.size === 0
  }

  and(other: NameTree): NameTree {
    if (this === NameTree.all) return other
    if (other === NameTree.all) return this
    return new NameTree(meet(this.#root, other.#root))
  }

  not(): NameTree {
    return new NameTree({ ...inverted(this.#root), self: false })
  }

  example(): string | undefined {
    return exampleIn(this.#root, '')
  }

  values(): readonly string[] | undefined {
    const names: string[] = []
    return collect(this.#root, '', names) ? names : undefined
  }

  /** The entries that it is made of; undefined when it holds all names but some. */
  entries(): readonly string[] | undefined {
    if (this.#root.below) return undefined
    const entries: string[] = []
    gather(this.#root, '', entries)
    return entries
  }
}

class Building {
  readonly #root: Draft = { self: false, below: false, children: new Map() }

  add(entry: string): void {
    const isSuffix = entry.startsWith('.')
    let node = this.#root
    for (const label of (isSuffix ? entry.slice(1) : entry).split('.').toReversed()) {
      let child = node.children.get(label)
      if (!child) node.children.set(label, (child = { self: false, below: false, children: new Map() }))
      node = child
    }
    if (isSuffix) node.below = true
    else node.self = true
  }

  done(): Node {
    return settled(this.#root, false)
  }
}

interface Draft {
  self: boolean
  below: boolean
  readonly children: Map<string, Draft>
}

/** What a parent holds wholly, its children need not say again. */
function settled({ self, below, children }: Draft, covered: boolean): Node {
  if (covered || below) return { self: self || covered, below: true, children: new Map() }
  return { self, below, children: new Map([...children].map(([label, child]) => [label, settled(child, below)])) }
}

/** Leaves out children that say what their parent says. */
function tidy(self: boolean, below: boolean, children: readonly (readonly [string, Node])[]): Node {
  const kept = children.filter(([, child]) => child.self !== below || child.below !== below || child.children.size > 0)
  return { self, below, children: new Map(kept) }
}

function childOf({ below, children }: Node, label: string): Node {
  return children.get(label) ?? (below ? EVERYTHING : NONE)
}

function meet(one: Node, other: Node): Node {
  const [few, many] = one.below && !other.below ? [other, one] : [one, other]
  const labels = few.below ? new Set([...few.children.keys(), ...many.children.keys()]) : few.children.keys()
  const children = Array.from(labels, (label) => [label, meet(childOf(few, label), childOf(many, label))] as const)
  return tidy(one.self && other.self, one.below && other.below, children)
}

function inverted({ self, below, children }: Node): Node {
  return {
    self: !self,
    below: !below,
    children: new Map([...children].map(([label, child]) => [label, inverted(child)])),
  }
}

function joined(label: string, name: string): string {
  return name === '' ? label : `${label}.${name}`
}

/** Names that nobody has (RFC 2606), one after the other until one is free. */
function freeLabel({ children }: Node, isTop: boolean): string {
  for (let count = 0; ; count += 1) {
    const label = isTop ? `example${count || ''}` : `elsewhere${count || ''}`
    if (!children.has(label)) return label
  }
}

function exampleIn(node: Node, name: string): string | undefined {
  if (node.self && name !== '') return name
  if (node.below) {
    const label = freeLabel(node, name === '')
    return name === '' ? `elsewhere.${label}` : joined(label, name)
  }
  for (const [label, child] of node.children) {
    const found = exampleIn(child, joined(label, name))
    if (found !== undefined) return found
  }
  return undefined
}

function collect({ self, below, children }: Node, name: string, names: string[]): boolean {
  if (below || names.length > FEW) return false
  if (self) names.push(name)
  for (const [label, child] of children) if (!collect(child, joined(label, name), names)) return false
  return names.length <= FEW
}

function gather({ self, below, children }: Node, name: string, entries: string[]): void {
  if (self) entries.push(name)
  if (below) entries.push(`.${name}`)
  for (const [label, child] of children) gather(child, joined(label, name), entries)
}

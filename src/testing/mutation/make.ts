/** Makes one mutant of a rule file: a node is replaced, or left out. */
import type { Mutation } from '../../language/files/mutation-schema.ts'
import type { Span } from '../../language/diagnostic.ts'
import type { MapEntry, MapNode, ScalarNode, YamlNode } from '../../language/node.ts'
import { acceptedIn } from './acceptance.ts'
import type { Mutant } from './mutant.ts'
import { replaceNode } from './tree.ts'

/** Where a change is made: what all mutants of one rule have in common. */
export interface Place extends Pick<Mutant, 'file' | 'touches' | 'name' | 'hook'> {
  readonly root: MapNode
  /** Words that tests answer for: with what they are asked is nothing that a test can notice. */
  readonly answered: ReadonlySet<string>
  /** The rule, list or entry that may state why its mutants survive. */
  readonly owner: MapNode
}

export interface Change {
  readonly mutation: Mutation
  readonly target: YamlNode
  readonly by: YamlNode | undefined
  readonly what: string
}

export function made(place: Place, { mutation, target, by, what }: Change): Mutant {
  const { file, touches, name, hook, root, owner } = place
  return {
    file,
    mutation,
    at: target.at,
    touches,
    name,
    hook,
    accepted: acceptedIn(owner, mutation),
    what,
    edit: { kind: 'text', before: target.at, after: by?.kind === 'scalar' ? by.source : undefined },
    tree: replaceNode(root, target, by),
    needsAnotherCourse: false,
  }
}

export function scalar(node: ScalarNode, text: string): ScalarNode {
  return { ...node, value: text, source: text }
}

/** Key and value. */
export function spanOf({ key, value }: MapEntry): Span {
  return { file: key.at.file, range: { start: key.at.range.start, end: value.at.range.end } }
}

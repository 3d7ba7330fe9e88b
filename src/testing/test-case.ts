/** Test cases as written: in a plugin's `tests`, or in a suite file. A case is one session, or several steps in one world. */
import type { Span } from '../language/diagnostic.ts'
import { entriesOf, type MapEntry, type MapNode, textOf, toJson, valueOf, type YamlNode } from '../language/node.ts'
import { parseDuration } from '../language/units.ts'
import type { NoteValue } from '../core/notes.ts'
import type { ReturnCode } from '../core/verdict.ts'
import { mergeRecords, type SessionRecord } from './session-record.ts'

export interface Expectation {
  readonly hook?: string
  readonly rcpt?: string
  readonly recipients?: Readonly<Record<string, ReturnCode | Expectation>>
  readonly return?: ReturnCode
  readonly message?: string
  readonly reply?: string | number
  readonly plugin?: string
  readonly rule?: string
  readonly disconnect?: boolean
  readonly delay?: string | number
  readonly log?: string
  readonly would?: ReturnCode | 'none'
  readonly accepted?: string | readonly string[]
  readonly delivered_to?: string | readonly string[]
  readonly relay_client?: boolean
  readonly immune?: boolean
  readonly score?: number
  readonly notes?: Readonly<Record<string, NoteValue>>
  readonly headers?: Readonly<Record<string, string>>
  readonly unknown?: boolean
}

/** One session of a test. */
export interface Step {
  /** Milliseconds since the start of the test. */
  readonly at: number
  /** `at 5m`; absent where a test is one session. */
  readonly label: string | undefined
  readonly given: SessionRecord
  readonly expect: readonly Expectation[]
}

export interface TestCase {
  readonly name: string
  readonly at: Span
  /** Why it is left out. */
  readonly skip: string | undefined
  /** Why it must fail for now. */
  readonly todo: string | undefined
  /** Parameters and lists, for the plugin under test. */
  readonly args: readonly MapEntry[]
  readonly localDomains: YamlNode | undefined
  readonly steps: readonly Step[]
  /** Compared with what was stored. */
  readonly snapshot: boolean
}

/** Nodes must have passed `isTest`. */
export function readTestCase(node: MapNode, base: SessionRecord): TestCase {
  const given = mergeRecords(base, recordIn(node))
  const steps = valueOf(node, 'steps')
  const snapshot = valueOf(node, 'snapshot')
  return {
    name: textOf(valueOf(node, 'name')) ?? 'without a name',
    at: valueOf(node, 'name')?.at ?? node.at,
    skip: textOf(valueOf(node, 'skip')),
    todo: textOf(valueOf(node, 'todo')),
    args: [...entriesOf(valueOf(node, 'params')), ...entriesOf(valueOf(node, 'lists'))],
    localDomains: valueOf(node, 'local_domains'),
    steps:
      steps?.kind === 'seq' ? stepsOf(steps.items, given) : [{ ...sessionOf(node, given), at: 0, label: undefined }],
    snapshot: snapshot?.kind === 'scalar' && snapshot.value === true,
  }
}

function stepsOf(nodes: readonly YamlNode[], given: SessionRecord): readonly Step[] {
  return nodes.flatMap((node) => (node.kind === 'map' ? [stepOf(node, given)] : []))
}

function stepOf(node: MapNode, given: SessionRecord): Step {
  const at = valueOf(node, 'at')
  const text = at?.kind === 'scalar' ? at.source : '0s'
  return {
    ...sessionOf(node, mergeRecords(given, recordIn(node))),
    at: parseDuration(text) ?? 0,
    label: `at ${text}`,
  }
}

function sessionOf(node: MapNode, given: SessionRecord): Pick<Step, 'given' | 'expect'> {
  const expect = valueOf(node, 'expect')
  const expectations = expect?.kind === 'seq' ? expect.items : expect ? [expect] : []
  return { given, expect: expectations.flatMap((one) => eachRecipient(toJson(one) as Expectation)) }
}

/** `recipients` is an expectation for each of them, beside what else is expected. */
function eachRecipient({ recipients, ...rest }: Expectation): readonly Expectation[] {
  if (!recipients) return [rest]
  const each = Object.entries(recipients).map(([rcpt, wanted]): Expectation => {
    const fields = typeof wanted === 'string' ? { return: wanted } : wanted
    return { hook: rest.hook ?? 'rcpt', rcpt, ...fields }
  })
  const others = Object.keys(rest).filter((key) => key !== 'hook')
  return others.length > 0 ? [rest, ...each] : each
}

function recordIn(node: MapNode): SessionRecord {
  const given = valueOf(node, 'given')
  return given ? (toJson(given) as SessionRecord) : {}
}

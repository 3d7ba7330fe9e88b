/** Test cases as written: in a plugin's `tests`, or in a suite file. */
import type { Span } from '../language/diagnostic.ts'
import { type MapEntry, type MapNode, textOf, toJson, valueOf, type YamlNode } from '../language/node.ts'
import type { NoteValue } from '../core/notes.ts'
import type { ReturnCode } from '../core/verdict.ts'
import { mergeRecords, type SessionRecord } from './session-record.ts'

export interface Expectation {
  readonly hook?: string
  readonly rcpt?: string
  readonly return?: ReturnCode
  readonly message?: string
  readonly reply?: string | number
  readonly plugin?: string
  readonly rule?: string
  readonly disconnect?: boolean
  readonly would?: ReturnCode
  readonly accepted?: string | readonly string[]
  readonly relay_client?: boolean
  readonly immune?: boolean
  readonly score?: number
  readonly notes?: Readonly<Record<string, NoteValue>>
  readonly headers?: Readonly<Record<string, string>>
  readonly unknown?: boolean
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
  readonly given: SessionRecord
  readonly expect: readonly { readonly at: Span; readonly fields: Expectation }[]
}

/** Nodes must have passed TEST_SCHEMA. */
export function readTestCase(node: MapNode, base: SessionRecord): TestCase {
  const expect = valueOf(node, 'expect')
  const expectations = expect?.kind === 'seq' ? expect.items : expect ? [expect] : []
  const given = valueOf(node, 'given')
  return {
    name: textOf(valueOf(node, 'name')) ?? 'without a name',
    at: valueOf(node, 'name')?.at ?? node.at,
    skip: textOf(valueOf(node, 'skip')),
    todo: textOf(valueOf(node, 'todo')),
    args: [...entriesOf(valueOf(node, 'params')), ...entriesOf(valueOf(node, 'lists'))],
    localDomains: valueOf(node, 'local_domains'),
    given: mergeRecords(base, given ? (toJson(given) as SessionRecord) : {}),
    expect: expectations.map((one) => ({ at: one.at, fields: toJson(one) as Expectation })),
  }
}

function entriesOf(node: YamlNode | undefined): readonly MapEntry[] {
  return node?.kind === 'map' ? node.entries : []
}

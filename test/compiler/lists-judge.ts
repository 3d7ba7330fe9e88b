/** Lists for tests: made of lines, judged by tables. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FactValue } from '../../src/core/fact.ts'
import type { ListIndex, ListKind } from '../../src/core/list.ts'
import { buildList, type ListProblem } from '../../src/compiler/lists/index.ts'

/** A file of lines: an entry, then white space and what follows. */
export function fromLines(kind: ListKind, lines: readonly string[], problems: ListProblem[] = []): ListIndex {
  const entries = lines.map((line, index) => {
    const [text = '', rest = ''] = line.split(/\s+(.*)/s)
    return { text, rest, at: `lists/x:${index + 1}` }
  })
  return buildList(kind, 'lists/x', entries, (problem) => problems.push(problem))
}

export function listOf(kind: ListKind, lines: readonly string[]): ListIndex {
  const problems: ListProblem[] = []
  const list = fromLines(kind, lines, problems)
  assert.deepEqual(
    problems.filter(({ first }) => first === undefined),
    [],
  )
  return list
}

export function problemWith(kind: ListKind, line: string): ListProblem {
  const problems: ListProblem[] = []
  const list = fromLines(kind, [line], problems)
  assert.equal(list.size, 0)
  const [problem] = problems
  assert.ok(problem, `${line} is taken`)
  return problem
}

/** Each row: entry, value, whether the entry holds. */
export function judge(kind: ListKind, rows: readonly (readonly [string, FactValue, boolean])[]): void {
  for (const [entry, value, expected] of rows)
    test(`${entry} ${expected ? 'holds' : 'does not hold'} for ${JSON.stringify(value)}`, () => {
      assert.equal(listOf(kind, [entry]).find(value) !== undefined, expected)
    })
}

export function refuse(kind: ListKind, rows: readonly (readonly [string, ListProblem['code'], RegExp?])[]): void {
  for (const [entry, code, help] of rows)
    test(`${entry} is ${code}`, () => {
      const problem = problemWith(kind, entry)
      assert.equal(problem.code, code)
      assert.ok(problem.message.includes('`'), problem.message)
      if (help) assert.match(problem.help ?? '', help)
    })
}

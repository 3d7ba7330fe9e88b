/** Coverage of a page: the figures, and each source with what tests reach of it. */
import { missingIn } from '../../testing/coverage-missing.ts'
import { conditionsOf, type CoveredCondition, type CoveredFile } from '../../testing/covered.ts'
import { coverageLine, type JsonCoverage } from './coverage-lines.ts'
import type { SavedLines } from './html-findings.ts'
import { html, type Html } from './html-text.ts'

export function coverageSection(coverage: JsonCoverage, sources: ReadonlyMap<string, SavedLines>): Html {
  const missing = Map.groupBy(missingIn(coverage), ({ file }) => file)
  return html`<section>
<h2>Coverage</h2>
<p>${coverageLine(coverage)}</p>
${coverage.files.map((file) => fileDetails(file, missing.get(file.file)?.length ?? 0, sources.get(file.file)))}</section>\n`
}

/** What is known of a line, worst first. */
type State = 'missed' | 'partly' | 'reached'

interface Note {
  readonly state: State
  readonly text: string
}

function fileDetails(file: CoveredFile, missing: number, source: SavedLines | undefined): Html {
  const notes = Map.groupBy(notesOf(file), ({ line }) => line)
  const numbers = source?.numbers ?? [...notes.keys()].toSorted((a, b) => a - b)
  const summary = html`<summary>${file.file}${missing === 0 ? '' : html` <em>${missing} missing</em>`}</summary>`
  const lines = html`<pre>${numbers.map((line) => sourceLine(line, source?.lineText(line) ?? '', notes.get(line) ?? []))}</pre>`
  return missing === 0
    ? html`<details>${summary}${lines}</details>\n`
    : html`<details open>${summary}${lines}</details>\n`
}

const WORST_FIRST: readonly State[] = ['missed', 'partly', 'reached']

function sourceLine(line: number, text: string, notes: readonly Note[]): Html {
  const state = WORST_FIRST.find((one) => notes.some((note) => note.state === one))
  const number = html`<span class="number">${String(line).padStart(4)}</span>`
  if (state === undefined) return html`${number} ${text}\n`
  const said = notes.filter((note) => note.state !== 'reached').map((note) => note.text)
  const behind = said.length === 0 ? '' : html`<span class="label">  ${said.join(', ')}</span>`
  return html`${number} <span class="${state}">${text}</span>${behind}\n`
}

function notesOf(file: CoveredFile): readonly (Note & { readonly line: number })[] {
  return [
    ...file.rules.flatMap(({ line, evaluated, matched, reply }) => [
      { line, ...ruleNote(evaluated, matched) },
      ...(reply ? [{ line: reply.line, ...counted(reply.spoken, 'reply never heard') }] : []),
    ]),
    ...conditionsOf(file).map((condition) => ({ line: condition.line, ...conditionNote(condition) })),
    ...file.lists.map(({ line, hits }) => ({ line, ...counted(hits, 'list without a hit') })),
  ]
}

function counted(times: number, text: string): Note {
  return { state: times > 0 ? 'reached' : 'missed', text }
}

function ruleNote(evaluated: number, matched: number): Note {
  if (evaluated === 0) return { state: 'missed', text: 'never reached' }
  return matched === 0 ? { state: 'partly', text: 'never matched' } : { state: 'reached', text: '' }
}

function conditionNote({ test, hit, missed }: CoveredCondition): Note {
  if (hit > 0 && missed > 0) return { state: 'reached', text: '' }
  if (hit + missed === 0) return { state: 'missed', text: `${test}: never asked` }
  return { state: 'partly', text: `${test}: never ${hit === 0 ? 'hit' : 'missed'}` }
}

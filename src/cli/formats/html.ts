/**
 * A report as one page that needs nothing else: no scripts, nothing from the network (its policy forbids both), so it can be
 * kept with a build or sent by mail. Findings and tests with the lines they are about, and what tests reach in its source.
 */
import { codeMeaning } from '../../testing/report-findings.ts'
import type { JsonTest, SavedReport } from '../../testing/report-shape.ts'
import { coverageSection } from './html-coverage.ts'
import { findingArticle, linesOf } from './html-findings.ts'
import { STYLE } from './html-style.ts'
import { Html, html, type Piece } from './html-text.ts'
import { lastLine } from './last-line.ts'
import { mutationLine, noticedBy, unacceptedIn } from './mutation-lines.ts'

export function renderHtml(report: SavedReport): string {
  const title = `postern ${report.command}: ${report.failure === undefined ? lastLine(report) : 'could not run'}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<h1>${title}</h1>
${sections(report)}
<footer>postern ${report.tool.version}</footer>
</body>
</html>`.text
}

function sections(report: SavedReport): readonly Piece[] {
  const { failure, coverage, mutation } = report
  return [
    failure === undefined ? '' : html`<p class="error">${failure}</p>\n`,
    findings(report),
    allowed(report),
    tests(report),
    coverage ? coverageSection(coverage, linesOf(report)) : '',
    mutation ? mutants(mutation) : '',
  ]
}

function findings(report: SavedReport): Piece {
  const { diagnostics } = report
  if (diagnostics.length === 0) return ''
  const sources = linesOf(report)
  return html`<section>
<h2>Findings</h2>
${codes(report)}
${diagnostics.map((one) => findingArticle(one, sources))}</section>\n`
}

/** What there is, and how often. */
function codes({ diagnostics }: SavedReport): Html {
  const rows = [...Map.groupBy(diagnostics, ({ code }) => code)].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return html`<table>${rows.map(
    ([code, of]) => html`<tr><td>${of.length}</td><td><code>${code}</code></td><td>${codeMeaning(code)}</td></tr>\n`,
  )}</table>`
}

function allowed(report: SavedReport): Piece {
  const { suppressed = [] } = report
  if (suppressed.length === 0) return ''
  const sources = linesOf(report)
  return html`<details>
<summary>${suppressed.length} allowed by comments</summary>
${suppressed.map(({ finding, reason }) => [html`<p class="reason">${reason}</p>\n`, findingArticle(finding, sources)])}</details>\n`
}

const SIGNS: Readonly<Record<JsonTest['status'], string>> = { passed: '✓', failed: '✗', skipped: '–', todo: '–' }

function tests({ tests: all = [] }: SavedReport): Piece {
  if (all.length === 0) return ''
  const bySuite = [...Map.groupBy(all, ({ suite, file }) => JSON.stringify([suite, file])).values()]
  return html`<section>
<h2>Tests</h2>
${bySuite.map(suite)}</section>\n`
}

function suite(of: readonly JsonTest[]): Piece {
  const [first] = of
  if (!first) return ''
  const isFailed = of.some(({ status }) => status === 'failed')
  const summary = html`<summary>${first.suite} <span class="place">${first.file}</span>, ${of.length}</summary>\n`
  const lines = html`<ul>\n${of.map(testItem)}</ul>\n`
  return isFailed ? html`<details open>${summary}${lines}</details>\n` : html`<details>${summary}${lines}</details>\n`
}

function testItem(test: JsonTest): Html {
  const { name, status, file, line, reason } = test
  const why = reason === undefined ? '' : `: ${reason}`
  return html`<li class="${status}">${SIGNS[status]} ${name} <span class="place">${file}:${line}</span>${
    status === 'passed' || status === 'failed' ? '' : html` <em>${status}${why}</em>`
  }${status === 'failed' ? failure(test) : ''}</li>\n`
}

function failure({ mismatches, problems, decided, because }: JsonTest): Html {
  const rows = mismatches.map(
    ({ field, expected, actual, about = '' }) =>
      html`<tr><td>${about}</td><td>${field}</td><td class="wanted">${expected}</td><td class="got">${actual}</td></tr>\n`,
  )
  const head = html`<tr><th></th><th></th><th>expected</th><th>got</th></tr>\n`
  const said = [
    ...problems,
    ...(decided === undefined ? [] : [`got: ${decided}`]),
    ...because.map((reason) => `why: ${reason}`),
  ]
  return html`<div class="failure">${rows.length > 0 ? html`<table>${head}${rows}</table>` : ''}${said.map(
    (line) => html`<p>${line}</p>`,
  )}</div>`
}

function mutants(mutation: NonNullable<SavedReport['mutation']>): Html {
  return html`<section>
<h2>Changes of the rules</h2>
<p>${mutationLine(mutation)}</p>
${unacceptedIn(mutation).map(
  (one) => html`<article class="warning"><h3>${one.name}: ${one.what}</h3>
<p class="place">${one.file}:${one.line}:${one.column}, ${noticedBy(one)}</p>
<pre>${one.diff.map(({ sign, text }) => html`<span class="${DIFF_CLASSES[sign]}">${sign} ${text}</span>\n`)}</pre></article>\n`,
)}</section>\n`
}

const DIFF_CLASSES = { '-': 'wanted', '+': 'got', ' ': 'same' } as const

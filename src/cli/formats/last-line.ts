/** What a run comes to, in one line that always says how much was looked at. */
import type { SavedReport, Summary } from '../../testing/report-shape.ts'
import { count } from '../counts.ts'

/** `OK  14 files, 212 rules, 31 lists`, `Checked …: 1 error, 0 warnings; …`, `41 passed, 1 failed`. */
export function lastLine({ command, summary, diagnostics }: SavedReport): string {
  return command === 'test' ? testLine(summary) : checkLine(summary, diagnostics)
}

function checkLine(summary: Summary, diagnostics: SavedReport['diagnostics']): string {
  const { files, rules = 0, lists = 0, suppressed = 0, error, warning, info } = summary
  const looked = [count(files, 'file'), count(rules, 'rule'), ...(lists > 0 ? [count(lists, 'list')] : [])].join(', ')
  const allowed = suppressed > 0 ? `; ${suppressed} allowed by comments` : ''
  if (diagnostics.length === 0) return `OK  ${looked}${allowed}`
  const notes = info > 0 ? [`${info} info`] : []
  const found = [count(error, 'error'), count(warning, 'warning'), ...notes].join(', ')
  return `Checked ${looked}: ${found}${allowed}${fixableLine(diagnostics)}`
}

/** `; 2 fixed by --fix, 1 more by --fix=all` */
function fixableLine(diagnostics: SavedReport['diagnostics']): string {
  const has = (wanted: string): number =>
    diagnostics.filter(({ fixes }) => fixes.some(({ safety }) => safety === wanted)).length
  const all = diagnostics.filter(({ fixes }) => fixes.length > 0).length
  const safe = has('safe')
  if (all === 0) return ''
  if (safe === 0) return `; --fix=all corrects ${all}`
  return `; --fix corrects ${safe}${all > safe ? `, --fix=all ${all}` : ''}`
}

function testLine({ passed = 0, failed = 0, skipped = 0, todo = 0, error, bailed }: Summary): string {
  const counts = [
    `${passed} passed`,
    `${failed} failed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ...(todo > 0 ? [`${todo} todo`] : []),
    ...(error > 0 ? [`${count(error, 'error')} in the files`] : []),
  ]
  return `${counts.join(', ')}${bailed ? '; stopped behind the first that failed' : ''}`
}

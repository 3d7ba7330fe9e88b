/** What `--mutate` found, in words: the figures, and each survivor with its diff. */
import { visible } from '../../language/render/display.ts'
import type { JsonSurvivor, MutationReport } from '../../testing/mutation/report-shape.ts'
import type { painter } from '../terminal.ts'
import { count } from '../counts.ts'

/** `mutants: 120 run, 118 noticed, 1 survived, 1 accepted` */
export function mutationLine({ mutants, killed, survived, accepted, left_out: leftOut }: MutationReport): string {
  const left = leftOut > 0 ? `, ${leftOut} left out` : ''
  return `mutants: ${mutants} run, ${killed} noticed, ${survived} survived, ${accepted} accepted${left}`
}

export function unacceptedIn({ survivors }: MutationReport): readonly JsonSurvivor[] {
  return survivors.filter(({ accepted }) => accepted === undefined)
}

export function mutationLines(
  report: MutationReport,
  limit: number,
  paint: ReturnType<typeof painter>,
): readonly string[] {
  const shown = unacceptedIn(report).slice(0, limit)
  const left = report.survived - shown.length
  return [
    ...shown.flatMap((one) => survivorLines(one, paint)),
    ...(left > 0 ? [`… and ${left} more`] : []),
    ...report.idle.map(({ file, line, reason }) => `- ${visible(`${file}:${line}  accepts nothing: ${reason}`)}`),
    `M${mutationLine(report).slice(1)}`,
    ...(report.survived > report.max_survivors
      ? [paint('red', `${count(report.survived, 'mutant')} survived, and ${report.max_survivors} may`)]
      : []),
  ]
}

function survivorLines(survivor: JsonSurvivor, paint: ReturnType<typeof painter>): readonly string[] {
  const { file, line, column, name, what, diff } = survivor
  return [
    `${paint('red', '✗')} ${visible(`${name}: ${what}`)}, and ${noticedBy(survivor)}  ${paint('dim', visible(`${file}:${line}:${column}`))}`,
    ...diff.map(({ sign, text }) => paint(COLORS[sign], `    ${sign} ${visible(text)}`)),
  ]
}

const COLORS = { '-': 'red', '+': 'green', ' ': 'dim' } as const

export function noticedBy({ tests }: JsonSurvivor): string {
  if (tests === 0) return 'no test asks it'
  return tests === 1 ? 'the test that asks it does not notice' : `none of ${tests} tests that ask it notices`
}

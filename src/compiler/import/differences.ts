/**
 * The tables of docs/qpsmtpd-differences.md as data: the page is the source, so nothing is said twice.
 *
 * The last cell of a row may be an id: its name for reports and tests.
 */
export interface Difference {
  /** Heading of its table. */
  readonly section: string
  /** Plugins, or parts of the server. */
  readonly about: readonly string[]
  readonly theirs: string
  readonly ours: string
  readonly why: string
  /** Absent for a row that nobody refers to. */
  readonly id: string | undefined
}

export function readDifferences(page: string): readonly Difference[] {
  const parts = page.split(/^## /m).slice(1)
  return parts.flatMap((part) => {
    const [section = '', ...lines] = part.split('\n')
    const rows = lines.filter((line) => line.startsWith('| ')).slice(1)
    return rows.map((line) => differenceIn(section.trim(), line))
  })
}

function differenceIn(section: string, line: string): Difference {
  const [about = '', theirs = '', ours = '', why = '', id = ''] = cellsOf(line)
  return { section, about: about.replaceAll('`', '').split(/,\s*/), theirs, ours, why, id: id === '' ? undefined : id }
}

/** Of a row of a Markdown table. `\|` is a bar inside a cell. */
export function cellsOf(line: string): readonly string[] {
  const inside = line.trim().replace(/^\||(?<!\\)\|$/g, '')
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'))
}

/** What is to be known about a builtin that stands in for a plugin. */
export function differencesOf(names: readonly string[], differences: readonly Difference[]): readonly Difference[] {
  return differences.filter(({ about }) => about.some((one) => names.some((name) => isAbout(one, name))))
}

/** `auth plugins`: all below `auth/`. */
function isAbout(about: string, name: string): boolean {
  const [, folder] = /^(\w+) plugins$/.exec(about) ?? []
  if (folder !== undefined) return name.startsWith(`${folder}/`)
  return [about, `queue/${about}`, `auth/${about}`, `ident/${about}`].includes(name)
}

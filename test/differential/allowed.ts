/**
 * The table in docs/qpsmtpd-differences.md of what this test may see: at which command, what each program says, and the row
 * above that explains it. `…` stands for any text, also for none, and `{name}` for a text that both say. What must hold besides
 * follows the command: see CLAUSES.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { cellsOf } from '../../src/compiler/import/differences.ts'
import type { Configuration } from './generate.ts'
import type { Exchange } from './play.ts'
import { shownReply } from './reply.ts'

const PAGE = join(import.meta.dirname, '../../docs/qpsmtpd-differences.md')
const HEADING = 'Seen by the differential test'

export interface Allowed {
  /** As in the page. */
  readonly row: string
  readonly because: string
  /** `before`: the exchanges of the session so far. */
  readonly fits: (exchange: Exchange, before: readonly Exchange[], scene: Scene) => boolean
}

export interface Scene {
  readonly configuration: Configuration
  readonly from: string
  readonly isEarly: boolean
}

export function readAllowed(): readonly Allowed[] {
  const [, part = ''] = readFileSync(PAGE, 'utf8').split(`## ${HEADING}\n`)
  const [table = ''] = part.split(/^## /m)
  const rows = table.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).map(allowedIn)
}

type Fits = Allowed['fits']

function allowedIn(row: string): Allowed {
  const [at = '', theirs = '', ours = '', because = ''] = cellsOf(row).map((cell) => cell.replaceAll('`', ''))
  const [places = '', ...clauses] = at.split(/ (?=(?:with|from|saying|after|in|by) )/)
  const verbs = places.split(/,\s*/)
  const pattern = patternOf(`${theirs}${BETWEEN}${ours}`)
  const conditions = clauses.map(conditionOf)
  const fits: Fits = (one, before, scene) =>
    verbs.includes(one.at) &&
    pattern.test(`${shownReply(one.theirs)}${BETWEEN}${shownReply(one.ours)}`) &&
    conditions.every((holds) => holds(one, before, scene))
  return { row, because, fits }
}

/** In no reply. */
const BETWEEN = '\n'

type Pattern = Pick<RegExp, 'test'>

const CLAUSES: Readonly<Record<string, (pattern: Pattern) => Fits>> = {
  /** A plugin, or its whole line. */
  with:
    (pattern) =>
    (_one, _before, { configuration: { plugins = '' } }) =>
      plugins.split('\n').some((line) => pattern.test(line) || pattern.test(line.split(' ', 1)[0] ?? '')),
  /** The client's address. */
  from:
    (pattern) =>
    (_one, _before, { from }) =>
      pattern.test(from),
  /** The command. */
  saying:
    (pattern) =>
    ({ command }) =>
      pattern.test(command),
  /** What qpsmtpd has said before. */
  after: (pattern) => (_one, before) => before.some(({ theirs }) => pattern.test(shownReply(theirs))),
  /** `in a transaction`. */
  in: () => (_one, before) => isInTransaction(before),
  /** `by an early talker`. */
  by:
    () =>
    (_one, _before, { isEarly }) =>
      isEarly,
}

function conditionOf(clause: string): Fits {
  const [word = '', ...rest] = clause.split(' ')
  const clauseFor = CLAUSES[word]
  if (!clauseFor) throw new Error(`a row of ${HEADING} has the unknown clause ${clause}`)
  const patterns = rest.join(' ').split(' or ').map(patternOf)
  return clauseFor({ test: (text) => patterns.some((pattern) => pattern.test(text)) })
}

/** MAIL was accepted, and nothing has ended what it began. */
function isInTransaction(before: readonly Exchange[]): boolean {
  const begun = before.findLastIndex(({ at, ours }) => at === 'MAIL' && ours.code === 250)
  const ends = (one: Exchange): boolean => ENDS.has(one.at) && one.ours.code < 300
  return begun >= 0 && !before.slice(begun).some((one) => ends(one) || one.at === 'CONTENT')
}

const ENDS = new Set(['RSET', 'EHLO', 'HELO'])

function patternOf(cell: string): RegExp {
  const named = new Set<string>()
  const pattern = cell.split(/(…|\{\w+\})/).map((part, index) => {
    if (index % 2 === 0) return part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
    const name = part.slice(1, -1)
    if (name === '' || named.has(name)) return name === '' ? '[^\\n]*' : `\\k<${name}>`
    named.add(name)
    return `(?<${name}>[^\\n]*)`
  })
  return new RegExp(`^${pattern.join('')}$`)
}

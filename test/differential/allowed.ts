/**
 * The table in docs/qpsmtpd-differences.md of what this test may see: at which command, what each program says, and the row
 * above that explains it. `…` stands for any text, also for none; `with PLUGIN`: only where that is loaded.
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
  readonly fits: (exchange: Exchange, configuration: Configuration) => boolean
}

export function readAllowed(): readonly Allowed[] {
  const [, part = ''] = readFileSync(PAGE, 'utf8').split(`## ${HEADING}\n`)
  const [table = ''] = part.split(/^## /m)
  const rows = table.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).map((row) => {
    const [at = '', theirs = '', ours = '', because = ''] = cellsOf(row).map((cell) => cell.replaceAll('`', ''))
    const [, where = '', plugin] = /^(.*?)(?: with (\S+))?$/.exec(at) ?? []
    const places = where.split(/,\s*/)
    const [fitsTheirs, fitsOurs] = [patternOf(theirs), patternOf(ours)]
    return {
      row,
      because,
      fits: (one, { plugins = '' }) =>
        (plugin === undefined || plugins.split(/\s/).includes(plugin)) &&
        places.includes(one.at) &&
        fitsTheirs.test(shownReply(one.theirs)) &&
        fitsOurs.test(shownReply(one.ours)),
    }
  })
}

function patternOf(cell: string): RegExp {
  const escaped = cell.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'))
  return new RegExp(`^${escaped.join('.*')}$`, 's')
}

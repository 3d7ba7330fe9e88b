/** The table in docs/qpsmtpd-differences.md of plugins that are not compared, and the plugins that Debian's package has. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, matchesGlob, relative } from 'node:path'
import { cellsOf } from '../../src/compiler/import/differences.ts'
import { PLUGIN_DIRECTORY } from './workplace.ts'

const PAGE = join(import.meta.dirname, '../../docs/qpsmtpd-differences.md')

export interface LeftOut {
  /** A name in qpsmtpd's directory of plugins; `async/*` for all below. */
  readonly plugins: string
  readonly why: string
}

export function readLeftOut(): readonly LeftOut[] {
  const [, table = ''] = readFileSync(PAGE, 'utf8').split('## Left out of the differential test\n')
  const rows = table.split('\n').filter((line) => line.startsWith('| '))
  return rows.slice(1).flatMap((row) => {
    const [names = '', why = ''] = cellsOf(row)
    return Array.from(names.matchAll(/`([^`]+)`/g), ([, plugins = '']) => ({ plugins, why }))
  })
}

export function isLeftOut(plugin: string, { plugins }: LeftOut): boolean {
  return matchesGlob(plugin, plugins.replace(/\*$/, '**'))
}

/** Every file in the package's directory of plugins, by its name there. */
export function packagedPlugins(): readonly string[] {
  const files = readdirSync(PLUGIN_DIRECTORY, { recursive: true, withFileTypes: true })
  return files
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(PLUGIN_DIRECTORY, join(parentPath, name)))
}

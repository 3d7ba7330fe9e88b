/**
 * Sites in another program's words. `loadSite` takes the file that stands for such a site as it takes a site file: what is
 * there is compiled from memory. `postern import` reads one and writes it down.
 */
import { basename, dirname, join } from 'node:path'
import { startOf } from '../../language/diagnostic.ts'
import type { Files } from '../../core/ports.ts'
import type { MapNode } from '../../language/node.ts'
import { inOnePiece } from '../lists/index-list-file.ts'
import type { LoadEnvironment } from '../load-environment.ts'
import { readYaml } from '../read-file.ts'
import type { ForeignReader, ForeignSite } from './foreign.ts'
import { HARAKA_SITE, readHaraka } from './haraka/index.ts'
import { POSTFIX_SITE, readPostfix } from './postfix/index.ts'
import { readQpsmtpd } from './qpsmtpd/index.ts'
import { QPSMTPD_SITE } from './qpsmtpd/site-file.ts'

export interface Program {
  /** The file in its directory that stands for the site. */
  readonly site: string
  readonly read: ForeignReader
  /** Files and directories besides its own that are read wherever its configuration lies. */
  readonly places: readonly string[]
  /** A file of that name is read as a site wherever one is wanted. */
  readonly inPlace: boolean
  /** What it is given, for `--help`. */
  readonly summary: string
}

export const PROGRAMS = {
  qpsmtpd: {
    site: QPSMTPD_SITE,
    read: readQpsmtpd,
    places: [],
    inPlace: true,
    summary: "qpsmtpd's directory of configuration files, such as /etc/qpsmtpd",
  },
  postfix: {
    site: POSTFIX_SITE,
    read: readPostfix,
    places: ['/etc/postfix', '/etc/aliases', '/etc/passwd'],
    inPlace: false,
    summary: "Postfix's directory of configuration files, such as /etc/postfix",
  },
  haraka: {
    site: HARAKA_SITE,
    read: readHaraka,
    places: [],
    inPlace: false,
    summary: "Haraka's directory, with config/ in it",
  },
} as const satisfies Readonly<Record<string, Program>>
export type ProgramName = keyof typeof PROGRAMS

/** Who reads this file as a site; undefined for a site file of our own. */
export function readerInPlace(path: string): ForeignReader | undefined {
  return Object.values(PROGRAMS).find(({ site, inPlace }) => inPlace && site === basename(path))?.read
}

export interface SiteRoot {
  /** Undefined when there is nothing to read; that has been reported. */
  readonly root: MapNode | undefined
  /** Where the site's other files are. */
  readonly files: Files
}

/** A site file of our own, or what another program's files say in its place. */
export async function readRoot(path: string, environment: LoadEnvironment): Promise<SiteRoot> {
  const { files, machine, foreign = readerInPlace(path) } = environment
  if (!foreign || !machine) return { root: await readYaml(path, startOf(path), environment), files }
  const site = await foreign(path, { ...environment, machine })
  return { root: site?.root, files: site ? withCopies(files, path, site) : files }
}

/** The copies of lists are files too. */
function withCopies(files: Files, path: string, { copies }: Pick<ForeignSite, 'copies'>): Files {
  const texts = new Map([...copies].map(([name, text]) => [join(dirname(path), name), text]))
  return {
    read: async (file, most) => texts.get(file) ?? files.read(file, most),
    ...(files.pieces && {
      pieces: async (file: string) => {
        const text = texts.get(file)
        return text === undefined ? files.pieces?.(file) : inOnePiece(text)
      },
    }),
  }
}

/** Recipients' own files: where rules at `user_config` say they are, and which of them rules ask for by name. */
import { isOwnName, readSource, type SourceSpec } from '../../core/source.ts'
import type { Report, Span } from '../../language/diagnostic.ts'
import type { NamedList } from './list-registry.ts'

interface Asked {
  readonly source: SourceSpec
  readonly at: Span
  readonly isOptional: boolean
}

export class OwnBook {
  readonly #paths = new Set<string>()
  readonly #asked: Asked[] = []

  place(path: string): void {
    this.#paths.add(path)
  }

  ask({ source, isOptional = false }: NamedList, at: Span): void {
    if (source && isOwnName(source)) this.#asked.push({ source, at, isOptional })
  }

  /** What a site names outside: of own files that are known by their names, each in each place. */
  named(outside: Iterable<SourceSpec>): readonly SourceSpec[] {
    const placed = this.#asked.flatMap(({ source }) => Array.from(this.#paths, (path) => ownSource(source, path)))
    const all = [...outside, ...placed].filter((source) => !isOwnName(source))
    return [...new Map(all.map((source) => [source.id, source])).values()]
  }

  check(report: Report): void {
    if (this.#paths.size > 0) return
    for (const { source, at } of this.#asked.filter(({ isOptional }) => !isOptional))
      report.add({
        code: 'LST607',
        severity: 'warning',
        at,
        message: `nobody has a \`${source.place}\` of their own: no rule says where recipients' own files are`,
        help: 'load `user_config`, or name them by a path: `own:/home/%u/…`',
      })
  }
}

/** The file of this name in the directory that a rule has set. */
export function ownSource({ place, parameters, kind, directory }: SourceSpec, path: string): SourceSpec {
  return readSource({ url: `own:${path}/${place}`, kind, directory, parameters })
}

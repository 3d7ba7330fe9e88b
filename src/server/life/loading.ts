/** What loading a site comes to: a site that may serve, or the reasons why it may not. */
import type { Listener, Site } from '../../core/site.ts'
import type { SiteSettings } from '../../compiler/load-site.ts'
import type { FileMarks } from './steady-read.ts'

/** A finding as the log and the health page tell it. */
export interface Problem {
  /** Code of the diagnostic (docs/diagnostics), `smoke` for a test that failed, `files` for files that cannot be had. */
  readonly code: string
  /** `file:line:column`, as far as it is known. */
  readonly at: string
  readonly message: string
}

export interface Loaded {
  readonly kind: 'loaded'
  readonly site: Site
  readonly settings: SiteSettings
  /** All files that were read. */
  readonly marks: FileMarks
  /** Plugins in TypeScript: Node keeps their code until the process ends. */
  readonly code: readonly string[]
  readonly warnings: readonly Problem[]
}

export interface Refused {
  readonly kind: 'refused'
  readonly problems: readonly Problem[]
  readonly marks: FileMarks
}

export type LoadResult = Loaded | Refused

/** A site without its rules, for whoever only has to compare. */
export interface Outline {
  readonly revision: string
  readonly listeners: readonly Listener[]
  readonly settings: SiteSettings
  readonly code: FileMarks
}

export function outlineOf({ site, settings, marks, code }: Loaded): Outline {
  return {
    revision: site.program.revision,
    listeners: site.listeners,
    settings,
    code: new Map(code.map((path) => [path, marks.get(path) ?? ''])),
  }
}

/** What is other than at the start and cannot change while the process lives, in the words of the site file. */
export function restartNeeded(start: Outline, now: Outline): readonly string[] {
  const [before, after] = [fixedParts(start), fixedParts(now)]
  const keys = [...before].filter(([key, value]) => after.get(key) !== value).map(([key]) => key)
  const code = [...now.code].filter(([path, mark]) => (start.code.get(path) ?? mark) !== mark).map(([path]) => path)
  return [...keys, ...code]
}

/** Smoke tests are read anew each time; everything else is opened once. */
function fixedParts({ listeners, settings: { life, ...settings } }: Outline): ReadonlyMap<string, string> {
  const { smoke: _, watch: reload, allowRoot: allow_root, ...rest } = life
  const parts = { listen: listeners, ...settings, ...rest, reload, allow_root }
  return new Map(Object.entries(parts).map(([key, value]) => [key, JSON.stringify(value) ?? '']))
}

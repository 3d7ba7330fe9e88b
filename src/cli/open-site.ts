/** Loads a site for a command that needs it whole; findings go to standard error and end the command. */
import { resolve } from 'node:path'
import { type LoadedSite, loadSite } from '../compiler/load-site.ts'
import type { Site } from '../core/site.ts'
import type { Diagnostic } from '../language/diagnostic.ts'
import { renderPretty } from '../language/render/pretty.ts'
import { CommandError } from './exit-code.ts'
import { shown, withShownPaths } from './find-files.ts'
import { mustBeSiteFile } from './must-be-site.ts'
import type { Terminal } from './terminal.ts'
import { compileEnvironment } from './wiring.ts'

export interface OpenSite extends LoadedSite {
  readonly site: Site
}

export async function openSite(path: string, terminal: Terminal): Promise<OpenSite> {
  await mustBeSiteFile(path)
  const environment = compileEnvironment()
  const loaded = await loadSite(resolve(path), environment)
  const diagnostics = environment.report.sorted().filter(isTold).map(withShownPaths)
  const sources = new Map([...environment.sources].map(([file, text]) => [shown(file), text]))
  if (diagnostics.length > 0) terminal.talk(renderPretty(diagnostics, sources, { color: false }))
  const { site } = loaded
  if (!site) throw new CommandError(`${path} has errors; \`postern check ${path}\` shows them`)
  return { ...loaded, site }
}

/** What is for information is for `postern check`. */
export function isTold({ severity }: Pick<Diagnostic, 'severity'>): boolean {
  return severity !== 'info'
}

export async function loadCheckedSite(path: string, terminal: Terminal): Promise<Site> {
  return (await openSite(path, terminal)).site
}

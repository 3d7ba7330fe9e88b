/** `postern show`: what is in force on a site, and where each value of it was written. */
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { atHook, effectiveSite, ruleNamesIn, withRule } from '../../compiler/effective/index.ts'
import type { EffectiveSite } from '../../compiler/effective/report.ts'
import { type Hook, HOOKS } from '../../core/hook.ts'
import { suggest } from '../../language/suggest.ts'
import { CommandError, EXIT } from '../exit-code.ts'
import { shown } from '../find-files.ts'
import { openSite } from '../open-site.ts'
import type { Shell } from '../shell.ts'
import { renderDot } from '../show/dot.ts'
import { renderShownMarkdown } from '../show/markdown.ts'
import { renderShown, type ShowOptions } from '../show/text.ts'
import { addSiteFlags, type SiteFlags, siteGiven } from '../site-option.ts'
import type { Terminal } from '../terminal.ts'

interface Options extends SiteFlags {
  readonly hook?: Hook
  readonly rule?: string
  readonly as: keyof typeof RENDERERS
}

const EXAMPLES = `
Rulesets are opened, parameters, defaults and substitution in place. Behind a value stands the file and line that it comes from;
a default of a plugin has its line there, one of Postern itself has none. Passwords are not shown, nor is what env: and file:
refer to. Lists are counted, and lists outside are not asked.

Examples:
  $ postern show
  $ postern show --hook rcpt
  $ postern show --rule dnsbl/listed
  $ postern show --as dot | dot -Tsvg > hooks.svg

Exits with 2 for a rule that is not there, 4 when a hook has no rules.
`

export function addShow(program: Command, { terminal, finish }: Shell): void {
  const command = program
    .command('show')
    .description(
      'Show what is in force on a site: settings, plugins, rules in their order, and where each value comes from',
    )
    .argument('[site]', 'the site file', 'postern.yaml')
    .addOption(new Option('--hook <hook>', 'only the rules asked there').choices(HOOKS))
    .option('--rule <rule>', 'only this rule, whole: its name, or plugin/rule')
    .addOption(
      new Option('--as <form>', 'dot: a graph of hooks and plugins, and what may end where, for Graphviz')
        .choices(Object.keys(RENDERERS))
        .default('text'),
    )
  addSiteFlags(command)
    .addHelpText('after', EXAMPLES)
    .action(async (path: string, options: Options) => {
      const site = narrowed(await effectiveAt(siteGiven(options) ?? path, terminal), options)
      const rendering = { color: terminal.color, detail: options.rule !== undefined }
      terminal.print(RENDERERS[options.as](site, rendering))
      finish(EXIT.ok)
    })
}

const RENDERERS = {
  text: renderShown,
  json: (site) => JSON.stringify(site, null, 2),
  markdown: renderShownMarkdown,
  dot: renderDot,
} as const satisfies Record<string, (site: EffectiveSite, options: ShowOptions) => string>

async function effectiveAt(path: string, terminal: Terminal): Promise<EffectiveSite> {
  const { root, site, outline, policies } = await openSite(path, terminal)
  if (!root || !outline || !policies) throw new Error('a site that loads has been read')
  return effectiveSite({ path: resolve(path), root, site, outline, policies }, shown)
}

function narrowed(whole: EffectiveSite, { hook, rule }: Options): EffectiveSite {
  const there = hook === undefined ? whole : atHook(whole, hook)
  if (there.hooks.length === 0 && hook !== undefined)
    throw new CommandError(`no rule is asked at ${hook}`, EXIT.nothing)
  return rule === undefined ? there : oneRule(there, rule)
}

function oneRule(site: EffectiveSite, name: string): EffectiveSite {
  const found = withRule(site, name)
  if (found.hooks.length > 0) return found
  const near = suggest(name, ruleNamesIn(site))
  const hint = near ? `did you mean ${near}?` : '`postern list rules` shows them'
  throw new CommandError(`there is no rule ${name}; ${hint}`, EXIT.usage)
}

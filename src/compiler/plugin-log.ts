/** Places that plugins bring to the log of their site, with their parameters in place. */
import type { Report } from '../language/diagnostic.ts'
import { PLACES_SCHEMA } from '../language/files/log-schema.ts'
import { itemsOf, type MapEntry, type YamlNode } from '../language/node.ts'
import { checkSchema, toOptions } from '../language/schema/check.ts'
import type { PlaceOptions } from './settings/log-settings.ts'
import type { BoundParams } from './params.ts'
import type { PluginUse } from './plugin.ts'
import { hasLeftOvers, substitute } from './substitute.ts'

/** Undefined where no plugin has to do with the log: then the site alone says where it goes. */
export function placesOf(uses: readonly PluginUse[], report: Report): readonly PlaceOptions[] | undefined {
  const loggers = uses.filter(({ file }) => file.log)
  if (loggers.length === 0) return undefined
  return loggers.flatMap((use) => {
    checkScope(use, report)
    return itemsOf(use.file.log).flatMap((place) => placeFrom(place, use, report))
  })
}

function placeFrom(written: YamlNode, { file, params }: PluginUse, report: Report): readonly PlaceOptions[] {
  const whose = { plugin: file.name, params, words: new Map() }
  // What had to be given and was not has been reported.
  if ([...params.values()].some(({ value, declaration }) => !value && !declaration.optional)) return []
  if (written.kind !== 'map') return []
  const entries = written.entries.flatMap((entry) => inPlace(entry, params))
  const place = { ...written, entries }
  if (hasLeftOvers(place, whose, report)) return []
  const places = { kind: 'seq', at: written.at, items: [place] } as const
  if (!checkSchema(places, PLACES_SCHEMA, report, { what: 'the log of a plugin' })) return []
  return toOptions(places, PLACES_SCHEMA)
}

const PARAMETER = /\$\{\s*([a-z][a-z0-9_]*)/

/** A text that an argument of the site is a part of is where that stands: there it can be put right. */
function inPlace({ key, value }: MapEntry, params: BoundParams): readonly MapEntry[] {
  const replaced = substitute(value, params)
  if (!replaced) return []
  const name = value.kind === 'scalar' ? PARAMETER.exec(value.source)?.[1] : undefined
  const bound = name === undefined ? undefined : params.get(name)
  return [{ key, value: bound?.value && !bound.isDefault ? { ...replaced, at: bound.value.at } : replaced }]
}

/** A line is written, or it is not: no session decides. */
function checkScope({ name, match, unless, monitored, file }: PluginUse, report: Report): void {
  const scope = match ?? unless
  if (scope)
    report.add({
      code: 'CFG115',
      at: scope.at,
      message: `\`${name}\` brings places of the log, which are there for all sessions`,
      help: 'leave out `match` and `unless`; `level`, `plugins` and `when` of a place choose its lines',
    })
  if (monitored && file.chains.length === 0)
    report.add({
      code: 'CFG115',
      at: monitored,
      message: `\`${name}\` brings nothing but places of the log, which are never on trial`,
      help: 'leave out `mode`, or the whole entry while its places are not wanted',
    })
}

/** The lists of one plugin: read from files or taken in place, and indexed once; or outside, and only named here. */
import { basename, dirname, resolve } from 'node:path'
import type { ListIndex, ListKind } from '../../core/list.ts'
import { reasonOf } from '../../core/reason.ts'
import { isLoadedWhole, schemeOf, type SourceSpec, takesWholeValue } from '../../core/source.ts'
import { type Finding, Report, type Span } from '../../language/diagnostic.ts'
import { didYouMean } from '../../language/fix.ts'
import { type MapEntry, type MapNode, type ScalarNode, textOf, type YamlNode } from '../../language/node.ts'
import type { PluginFile } from '../../language/files/plugin-file.ts'
import { indexListFile, type ListFile, piecesOf } from './index-list-file.ts'
import { ListRegistry, type NamedList } from './list-registry.ts'
import { inlineIndex } from './list-use.ts'
import { buildList } from './index.ts'
import { hasKeys } from './source-keys.ts'
import type { BoundParams } from '../params.ts'
import { readOutside } from './read-outside.ts'
import type { KnownList, LoadEnvironment } from '../load-environment.ts'

export interface ListPlace {
  /** What names in files are relative to. */
  readonly directory: string
  /** Where builtins look for their default files. */
  readonly defaults: string
  /** One plugin without a site: what only a site can give may be missing. */
  readonly lenient: boolean
}

interface Wanted {
  readonly name: string
  readonly kind: ListKind
  readonly at: Span
  readonly value: YamlNode | undefined
  readonly optional: boolean
  readonly directory: string
  /** Must be a URL. */
  readonly isOutside?: boolean
  /** For a list outside. */
  readonly parameters?: MapNode | undefined
  /** Name of the list that is asked for recipients without one of their own. */
  readonly otherwise?: ScalarNode | undefined
}

/** A plugin whose lists are wanted. */
export interface ListsOf {
  readonly file: PluginFile
  readonly params: BoundParams
  /** Lists of the plugin's own that a test replaces. */
  readonly given: readonly MapEntry[]
}

export async function readLists(
  { file, params, given }: ListsOf,
  place: ListPlace,
  environment: LoadEnvironment,
  shared: readonly NamedList[],
): Promise<ListRegistry> {
  const wanted = [...declaredLists(file, given, place), ...listParams(params, place)]
  const lists = await Promise.all(wanted.map((list) => readList(list, environment)))
  const registry = new ListRegistry([...shared, ...lists])
  const whole = lists.map((list, index) => withOther(list, wanted[index]?.otherwise, registry, environment))
  return new ListRegistry([...shared, ...whole])
}

function withOther(
  list: NamedList,
  name: ScalarNode | undefined,
  registry: ListRegistry,
  { report }: LoadEnvironment,
): NamedList {
  if (!name) return list
  const other = registry.get(name.source)
  const fault = otherFault(list, other, name, registry)
  if (fault) report.add(fault)
  return fault || !other ? list : { ...list, otherwise: other }
}

function otherFault(
  { name: own, kind, source }: NamedList,
  other: NamedList | undefined,
  name: ScalarNode,
  { names }: ListRegistry,
): Finding | undefined {
  const { at } = name
  if (!other)
    return { code: 'LST603', at, message: `unknown list \`${name.source}\``, ...didYouMean(name, name.source, names) }
  if (!source?.perRecipient)
    return {
      code: 'CFG115',
      at,
      message: '`else` has no effect: this list is not one that each recipient has of its own',
    }
  if (other.kind === kind && !other.otherwise && own !== other.name) return undefined
  return { code: 'LST604', at, message: `list \`${name.source}\` cannot stand in for a list \`of: ${kind}\`` }
}

function declaredLists(file: PluginFile, given: readonly MapEntry[], { directory }: ListPlace): readonly Wanted[] {
  const replaced = new Map(given.map(({ key, value }) => [key.value, value]))
  return file.lists.map((list) => {
    const value = replaced.get(list.name)
    const inPlace = { value, isOutside: false, parameters: undefined, otherwise: undefined }
    return { ...list, ...(value && inPlace), directory }
  })
}

function listParams(params: BoundParams, place: ListPlace): readonly Wanted[] {
  return [...params.values()].flatMap(({ declaration, value, isDefault }) => {
    const { name, list: kind, at, optional } = declaration
    const lenient = place.lenient && isDefault
    return kind
      ? [
          {
            name,
            kind,
            at,
            value,
            optional: optional || lenient,
            directory: isDefault ? place.defaults : place.directory,
          },
        ]
      : []
  })
}

/** A list of the site itself, such as `local_domains`. */
export function readSiteList(
  name: string,
  kind: ListKind,
  value: YamlNode,
  place: ListPlace,
  environment: LoadEnvironment,
): Promise<NamedList> {
  return readList({ name, kind, at: value.at, value, optional: false, directory: place.directory }, environment)
}

async function readList(wanted: Wanted, environment: LoadEnvironment): Promise<NamedList> {
  const { name, kind, at, value, isOutside = false } = wanted
  if (value?.kind === 'seq') return { name, kind, at, index: inPlace(kind, value.items, environment) }
  const url = textOf(value)
  if (value && url !== undefined && (isOutside || schemeOf(url))) {
    const { directory, parameters } = wanted
    const use = { url, kind, directory, parameters, at: value.at, faultOf: kindFault }
    const source = readOutside(use, environment)
    if (source) return { name, kind, at, index: undefined, source, isOptional: wanted.optional }
    return { name, kind, at, index: empty(kind, name) }
  }
  return { name, kind, at, index: await fromFile(wanted, environment) }
}

function inPlace(kind: ListKind, items: readonly YamlNode[], { report }: LoadEnvironment): ListIndex {
  const scalars = items.filter((item): item is ScalarNode => item.kind === 'scalar')
  return inlineIndex(kind, scalars, (finding) => report.add(finding))
}

function empty(kind: ListKind, name: string): ListIndex {
  return buildList(kind, name, [], () => undefined)
}

/** Without patterns: recipients are strangers to each other, and share a processor. */
const OWN_KINDS: readonly ListKind[] = ['ip', 'domain', 'address', 'recipient', 'route', 'string']

function kindFault(source: SourceSpec): string | undefined {
  if (source.perRecipient) return ownFault(source)
  if (hasKeys(source.kind) || isLoadedWhole(source)) return undefined
  return `a list \`of: ${source.kind}\` cannot be asked key by key: it holds more than keys`
}

function ownFault(source: SourceSpec): string | undefined {
  if (takesWholeValue(source)) return 'this source has no list for each recipient'
  return OWN_KINDS.includes(source.kind)
    ? undefined
    : `a list of a recipient's own is one \`of: ${OWN_KINDS.join('`, `')}\``
}

async function fromFile(wanted: Wanted, environment: LoadEnvironment): Promise<ListIndex> {
  const { kind, at, value, directory, name } = wanted
  const file = value?.kind === 'scalar' ? String(value.value) : undefined
  if (file === undefined) return empty(kind, name)
  const path = resolve(directory, file)
  try {
    const known = environment.indexed?.get(keyOf({ path, kind }))
    if (known) return again(known, path, environment)
    const pieces = await piecesOf(environment.files, path)
    if (pieces) return await index({ kind, path, pieces }, environment)
    if (!wanted.optional) await reportMissing(wanted, file, path, environment)
  } catch (fault) {
    const message = reasonOf(fault)
    environment.report.add({ code: 'LST601', at: value?.at ?? at, message })
  }
  return empty(kind, path)
}

async function reportMissing(
  { name, value, at }: Wanted,
  file: string,
  path: string,
  { report, namesIn }: LoadEnvironment,
): Promise<void> {
  const beside = (await namesIn?.(dirname(path))) ?? []
  const known = beside.map((one) => file.slice(0, file.length - basename(file).length) + one)
  const near = value?.kind === 'scalar' ? didYouMean(value, file, known) : {}
  report.add({
    code: 'LST601',
    at: value?.at ?? at,
    message: `list file not found: ${file}`,
    notes: [`looked for ${path}`],
    ...(near.label === undefined ? { label: 'no such file' } : near),
    help: `create it, or give the entries in place: \`${name}: [ … ]\``,
  })
}

function keyOf({ path, kind }: Pick<ListFile, 'path' | 'kind'>): string {
  return `${path} ${kind}`
}

function again({ list, findings }: KnownList, path: string, { report, lists }: LoadEnvironment): ListIndex {
  for (const one of findings) report.add({ ...one, at: one })
  lists?.set(path, list.digest)
  return list.index
}

async function index(file: ListFile, environment: LoadEnvironment): Promise<ListIndex> {
  const { files, sources, breathe, indexed } = environment
  const report = new Report()
  const list = await indexListFile(file, report, breathe ?? (() => Promise.resolve()))
  if (list.quoted > 0) sources.set(file.path, (await files.read(file.path, list.quoted)) ?? '')
  const known = { list, findings: report.sorted() }
  indexed?.set(keyOf(file), known)
  return again(known, file.path, environment)
}

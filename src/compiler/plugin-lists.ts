/** The lists of one plugin: read from files or taken in place, indexed once. */
import { resolve } from 'node:path'
import type { ListIndex, ListKind } from '../core/list.ts'
import type { Span } from '../language/diagnostic.ts'
import type { MapEntry, ScalarNode, YamlNode } from '../language/node.ts'
import type { PluginFile } from '../language/plugin-file.ts'
import { indexListFile, type ListFile, piecesOf } from './index-list-file.ts'
import { ListRegistry, type NamedList } from './list-registry.ts'
import { inlineIndex } from './list-use.ts'
import { buildList } from './lists/index.ts'
import type { BoundParams } from './params.ts'
import type { LoadEnvironment } from './resolve-entries.ts'

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
  return new ListRegistry([...shared, ...lists])
}

function declaredLists(file: PluginFile, given: readonly MapEntry[], { directory }: ListPlace): readonly Wanted[] {
  const replaced = new Map(given.map(({ key, value }) => [key.value, value]))
  return file.lists.map((list) => ({ ...list, value: replaced.get(list.name) ?? list.value, directory }))
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
  const { name, kind, at, value } = wanted
  const index = value?.kind === 'seq' ? inPlace(kind, value.items, environment) : await fromFile(wanted, environment)
  return { name, kind, at, index }
}

function inPlace(kind: ListKind, items: readonly YamlNode[], { report }: LoadEnvironment): ListIndex {
  const scalars = items.filter((item): item is ScalarNode => item.kind === 'scalar')
  return inlineIndex(kind, scalars, (finding) => report.add(finding))
}

async function fromFile(wanted: Wanted, environment: LoadEnvironment): Promise<ListIndex> {
  const { kind, at, value, directory, name } = wanted
  const file = value?.kind === 'scalar' ? String(value.value) : undefined
  if (file === undefined) return buildList(kind, name, [], () => undefined)
  const path = resolve(directory, file)
  try {
    const pieces = await piecesOf(environment.files, path)
    if (pieces) return await index({ kind, path, pieces }, environment)
    if (!wanted.optional) reportMissing(wanted, file, path, environment)
  } catch (fault) {
    const message = fault instanceof Error ? fault.message : `${path} cannot be read`
    environment.report.add({ code: 'LST601', at: value?.at ?? at, message })
  }
  return buildList(kind, path, [], () => undefined)
}

function reportMissing({ name, value, at }: Wanted, file: string, path: string, { report }: LoadEnvironment): void {
  report.add({
    code: 'LST601',
    at: value?.at ?? at,
    message: `list file not found: ${file}`,
    label: `looked for ${path}`,
    help: `create it, or give the entries in place: \`${name}: [ … ]\``,
  })
}

async function index(file: ListFile, environment: LoadEnvironment): Promise<ListIndex> {
  const { files, report, sources, lists, breathe } = environment
  const indexed = await indexListFile(file, report, breathe ?? (() => Promise.resolve()))
  lists?.set(file.path, indexed.digest)
  if (indexed.quoted > 0) sources.set(file.path, (await files.read(file.path, indexed.quoted)) ?? '')
  return indexed.index
}

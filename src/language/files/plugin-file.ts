/** Plugin files: `plugin`, `params`, `lists`, `notes`, `hooks`, `tests`. Read from a checked tree into declarations. */
import { HOOKS, type Hook, isHook } from '../../core/hook.ts'
import { LIST_KINDS, type ListKind } from '../../core/list.ts'
import type { NoteScope } from '../../core/notes.ts'
import { isKeyOf } from '../../core/table.ts'
import type { Report, Span } from '../diagnostic.ts'
import { didYouMean } from '../fix.ts'
import {
  entriesOf,
  itemsOf,
  type MapEntry,
  type MapNode,
  type ScalarNode,
  type SeqNode,
  textOf,
  valueOf,
  type YamlNode,
} from '../node.ts'
import { PARAM_TYPES, type ParamType } from './plugin-schema.ts'
import { readSettings, type SettingDeclaration } from './policy-file.ts'
import { spanWithin } from '../yaml/scalar-offsets.ts'
import { suggest } from '../suggest.ts'

export interface ParamDeclaration {
  readonly name: string
  readonly at: Span
  /** Absent for a list. */
  readonly type: ParamType | undefined
  readonly list: ListKind | undefined
  readonly values: readonly string[] | undefined
  /** For numbers. */
  readonly minimum?: number
  readonly maximum?: number
  readonly default: YamlNode | undefined
  readonly optional: boolean
  /** Why nobody may give it, and what to write instead. */
  readonly refused?: string
  readonly summary: string
}

export interface ListDeclaration {
  readonly name: string
  readonly at: Span
  readonly kind: ListKind
  /** A file name, a URL, or entries. */
  readonly value: YamlNode | undefined
  /** Its value must be a URL. */
  readonly isOutside: boolean
  /** For a list outside. */
  readonly parameters: MapNode | undefined
  /** Name of the list for recipients without one of their own. */
  readonly otherwise: ScalarNode | undefined
  readonly optional: boolean
}

export interface NoteDeclaration {
  readonly name: string
  readonly type: 'text' | 'number' | 'boolean'
  readonly scope: NoteScope | undefined
}

export interface HookChain {
  readonly hook: Hook
  readonly at: Span
  readonly rules: readonly YamlNode[]
}

export interface PluginFile {
  readonly file: string
  readonly name: string
  readonly summary: string
  readonly description: string
  readonly reference: string
  /** Why no site can use it, and what to write instead. */
  readonly refused?: string
  readonly params: readonly ParamDeclaration[]
  readonly lists: readonly ListDeclaration[]
  readonly notes: readonly NoteDeclaration[]
  /** What policies of recipients may say to it. */
  readonly settings: readonly SettingDeclaration[]
  /** Places that it brings to the log of its site; undefined where it leaves that alone. */
  readonly log: SeqNode | undefined
  readonly chains: readonly HookChain[]
  readonly tests: SeqNode | undefined
}

export function readPluginFile(file: string, root: MapNode, report: Report): PluginFile {
  const [log, tests, refused] = [valueOf(root, 'log'), valueOf(root, 'tests'), textOf(valueOf(root, 'refused'))]
  return {
    file,
    name: textOf(valueOf(root, 'plugin')) ?? file,
    summary: textOf(valueOf(root, 'summary')) ?? '',
    description: textOf(valueOf(root, 'description')) ?? '',
    reference: textOf(valueOf(root, 'reference')) ?? '',
    ...(refused !== undefined && { refused }),
    params: mapsIn(root, 'params').map(readParam),
    lists: mapsIn(root, 'lists').map(readList),
    notes: mapsIn(root, 'notes').map(readNote),
    settings: readSettings(root),
    log: log?.kind === 'seq' ? log : undefined,
    chains: readChains(entriesOf(valueOf(root, 'hooks')), report),
    tests: tests?.kind === 'seq' ? tests : undefined,
  }
}

interface Named {
  readonly name: string
  readonly at: Span
  readonly map: MapNode
}

function mapsIn(root: MapNode, key: string): readonly Named[] {
  return entriesOf(valueOf(root, key)).flatMap(({ key: { value: name, at }, value }) =>
    value.kind === 'map' ? [{ name, at, map: value }] : [],
  )
}

function readParam({ name, at, map }: Named): ParamDeclaration {
  const values = valueOf(map, 'values')
  const minimum = numberIn(valueOf(map, 'minimum'))
  const maximum = numberIn(valueOf(map, 'maximum'))
  const list = listKind(valueOf(map, 'list'))
  const refused = textOf(valueOf(map, 'refused'))
  return {
    name,
    at,
    list,
    type: list ? undefined : (PARAM_TYPES.find((type) => type === textOf(valueOf(map, 'type'))) ?? 'text'),
    values: values?.kind === 'seq' ? values.items.flatMap((item) => textOf(item) ?? []) : undefined,
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    default: valueOf(map, 'default'),
    optional: isTrue(valueOf(map, 'optional')) || refused !== undefined,
    ...(refused !== undefined && { refused }),
    summary: textOf(valueOf(map, 'summary')) ?? refused ?? '',
  }
}

function readList({ name, at, map }: Named): ListDeclaration {
  const [source, parameters, otherwise] = [valueOf(map, 'source'), valueOf(map, 'with'), valueOf(map, 'else')]
  return {
    name,
    at,
    kind: listKind(valueOf(map, 'of')) ?? 'string',
    isOutside: source !== undefined || parameters !== undefined,
    value: source ?? valueOf(map, 'file') ?? valueOf(map, 'entries'),
    parameters: parameters?.kind === 'map' ? parameters : undefined,
    otherwise: otherwise?.kind === 'scalar' ? otherwise : undefined,
    optional: isTrue(valueOf(map, 'optional')),
  }
}

function readNote({ name, map }: Named): NoteDeclaration {
  const type = textOf(valueOf(map, 'type'))
  const scope = textOf(valueOf(map, 'scope'))
  return {
    name,
    type: type === 'number' || type === 'boolean' ? type : 'text',
    scope: scope === 'connection' || scope === 'transaction' || scope === 'recipient' ? scope : undefined,
  }
}

/** One chain for each hook, whichever keys its rules stand under. */
function readChains(entries: readonly MapEntry[], report: Report): readonly HookChain[] {
  const chains = new Map<Hook, HookChain>()
  const given = entries.map(({ key }) => key.value)
  for (const { key, value } of entries.filter((entry) => !entry.key.value.startsWith('x-'))) {
    for (const hook of hooksIn(key, given, report)) {
      const { at, rules } = chains.get(hook) ?? { at: key.at, rules: [] }
      chains.set(hook, { hook, at, rules: [...rules, ...itemsOf(value)] })
    }
  }
  return [...chains.values()]
}

function hooksIn(key: MapEntry['key'], given: readonly string[], report: Report): readonly Hook[] {
  let next = 0
  return key.value.split(',').flatMap((written) => {
    const name = written.trim()
    const offset = next + written.indexOf(name)
    next += written.length + 1
    return isHook(name) ? [name] : unknownHook({ name, offset, key, given }, report)
  })
}

interface UnknownHook {
  readonly name: string
  /** Within the key. */
  readonly offset: number
  readonly key: MapEntry['key']
  readonly given: readonly string[]
}

/** A chain cannot be renamed to one that is there: its rules belong into that one. */
function unknownHook({ name, offset, key, given }: UnknownHook, report: Report): readonly [] {
  const { fixes = [], ...suggestion } = didYouMean(key, name, HOOKS, { offset, length: name.length })
  report.add({
    code: 'HOK401',
    at: spanWithin(key, offset, name.length),
    message: `unknown hook \`${name}\``,
    ...suggestion,
    fixes: given.includes(suggest(name, HOOKS) ?? '') ? [] : fixes,
    help: '`postern list hooks` shows all hooks',
  })
  return []
}

function listKind(node: YamlNode | undefined): ListKind | undefined {
  const name = textOf(node)
  return name !== undefined && isKeyOf(LIST_KINDS, name) ? name : undefined
}

function numberIn(node: YamlNode | undefined): number | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'number' ? node.value : undefined
}

function isTrue(node: YamlNode | undefined): boolean {
  return node?.kind === 'scalar' && node.value === true
}

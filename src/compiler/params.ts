/**
 * Parameters: declared by a plugin, given by the site, put in place at load.
 *
 * A value keeps its type and the place where it was written, so a wrong one is reported in the site's file.
 */
import { resolve } from 'node:path'
import { HOOKS } from '../core/hook.ts'
import type { Schema } from '../core/schema.ts'
import { RETURN_CODES, type ReturnCode } from '../core/verdict.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import { type MapEntry, type ScalarNode, textOf, toJson, valueOf, type YamlNode } from '../language/node.ts'
import type { ParamDeclaration, ParamType } from '../language/plugin-file.ts'
import { checkSchema } from '../language/schema-check.ts'
import { suggest } from '../language/suggest.ts'

export interface BoundParam {
  readonly declaration: ParamDeclaration
  /** Undefined for an optional parameter that was not given. */
  readonly value: YamlNode | undefined
  readonly isDefault: boolean
}

export type BoundParams = ReadonlyMap<string, BoundParam>

export interface Binding {
  readonly plugin: string
  /** The entry that gives the arguments. */
  readonly at: Span
  readonly args: readonly MapEntry[]
  /** Directory that paths are relative to. */
  readonly directory: string
  readonly report: Report
  /** One plugin without a site: what only a site can give may be missing. */
  readonly lenient: boolean
}

const TYPE_SCHEMAS: Readonly<Record<ParamType, Schema>> = {
  text: { anyOf: [{ type: 'string' }, { type: 'number' }] },
  texts: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  duration: { type: 'string', format: 'duration' },
  size: { type: 'string', format: 'size' },
  return_code: { type: 'string' },
  hook: { type: 'string', enum: HOOKS },
  path: { type: 'string' },
}

const LIST_SCHEMA: Schema = { 'x-list': 'string' }

/** qpsmtpd's words for `reject_type`, and what 0 and 1 mean there is `mode`. */
const RETURN_CODE_WORDS: Readonly<Record<string, ReturnCode>> = {
  perm: 'DENY',
  hard: 'DENY',
  temp: 'DENYSOFT',
  soft: 'DENYSOFT',
  disconnect: 'DENY_DISCONNECT',
  temp_disconnect: 'DENYSOFT_DISCONNECT',
}

export function bindParams(declarations: readonly ParamDeclaration[], binding: Binding): BoundParams {
  const known = new Map(declarations.map((declaration) => [declaration.name, declaration]))
  for (const { key } of binding.args) if (!known.has(key.value)) unknownParam(key, [...known.keys()], binding)
  return new Map(declarations.map((declaration) => [declaration.name, bindOne(declaration, binding)]))
}

/** The schema of a parameter's value, for checks, editors and documentation. */
export function paramSchema({ list, type, values, minimum }: ParamDeclaration): Schema {
  if (list) return { 'x-list': list }
  if (values) return { type: 'string', enum: values }
  if (minimum !== undefined && (type === 'integer' || type === 'number')) return { type, minimum }
  return type === 'return_code'
    ? { type: 'string', enum: [...RETURN_CODES, ...Object.keys(RETURN_CODE_WORDS)] }
    : TYPE_SCHEMAS[type ?? 'text']
}

function unknownParam(
  key: ScalarNode & { readonly value: string },
  known: readonly string[],
  { plugin, report }: Binding,
): void {
  const near = suggest(key.value, known)
  report.add({
    code: 'CFG111',
    at: key.at,
    message: `plugin \`${plugin}\` has no parameter \`${key.value}\``,
    ...(near && { label: `did you mean \`${near}\`?` }),
    help: known.length > 0 ? `parameters: ${known.join(', ')}` : 'it takes none',
  })
}

function bindOne(declaration: ParamDeclaration, binding: Binding): BoundParam {
  const given = binding.args.find(({ key }) => key.value === declaration.name)?.value
  const value = given ?? declaration.default
  if (!value) {
    if (!declaration.optional && !binding.lenient) missing(declaration, binding)
    return { declaration, value: undefined, isDefault: true }
  }
  const schema = declaration.list ? LIST_SCHEMA : paramSchema(declaration)
  const valid = checkSchema(value, schema, binding.report, { what: `parameter \`${declaration.name}\`` })
  return {
    declaration,
    value: valid ? settle(value, declaration, binding.directory) : undefined,
    isDefault: given === undefined,
  }
}

function missing({ name, summary }: ParamDeclaration, { plugin, at, report }: Binding): void {
  report.add({
    code: 'CFG103',
    at,
    message: `plugin \`${plugin}\` needs parameter \`${name}\``,
    ...(summary !== '' && { notes: [summary] }),
    help: `write \`${plugin}: { ${name}: … }\``,
  })
}

function settle(value: YamlNode, { type }: ParamDeclaration, directory: string): YamlNode {
  const text = textOf(value)
  if (value.kind !== 'scalar' || text === undefined) return value
  if (type === 'return_code') return { ...value, value: RETURN_CODE_WORDS[text] ?? text }
  return type === 'path' ? { ...value, value: resolve(directory, text) } : value
}

const WHOLE = /^\$\{\s*([a-z][a-z0-9_]*)\s*\}$/
const WITHIN = /\$\{\s*([a-z][a-z0-9_]*)\s*(?:\|([^}]*))?\}/g

/**
 * The tree with `${param}` replaced; a key or item whose optional parameter was not given is left out. A parameter that
 * had to be given stays as written: that it is missing has been said.
 */
export function substitute(node: YamlNode, params: BoundParams): YamlNode | undefined {
  if (node.kind === 'seq') return { ...node, items: node.items.flatMap((item) => inSequence(item, params)) }
  if (node.kind === 'scalar') return substituteScalar(node, params)
  const entries = node.entries.flatMap(({ key, value }) => {
    const replaced = substitute(value, params)
    return replaced ? [{ key, value: replaced }] : []
  })
  return { ...node, entries }
}

/** A parameter with several values gives all of them to the list it stands in. */
function inSequence(item: YamlNode, params: BoundParams): readonly YamlNode[] {
  const replaced = substitute(item, params)
  if (!replaced) return []
  return replaced.kind === 'seq' && item.kind === 'scalar' ? replaced.items : [replaced]
}

function substituteScalar(node: ScalarNode, params: BoundParams): YamlNode | undefined {
  if (typeof node.value !== 'string') return node
  const name = WHOLE.exec(node.value)?.[1]
  const bound = name === undefined ? undefined : params.get(name)
  if (bound?.declaration.list) return { ...node, value: bound.declaration.name, source: bound.declaration.name }
  if (bound) return bound.value ?? (bound.declaration.optional ? undefined : node)
  const text = node.value.replace(WITHIN, (written, inner: string, fallback?: string) => {
    const param = params.get(inner)
    return param ? (param.value ? textIn(param.value) : (fallback?.trim() ?? '')) : written
  })
  return text === node.value ? node : { ...node, value: text, source: text }
}

function textIn(value: YamlNode): string {
  const json = toJson(value)
  return Array.isArray(json) ? json.join(', ') : String(json)
}

/** `enabled`: every key is a parameter and every value one of those wanted; `{ exists: … }` asks whether it was given. */
export function isEnabled(condition: YamlNode | undefined, params: BoundParams, report: Report): boolean {
  if (condition?.kind !== 'map') return true
  return condition.entries.every(({ key, value }) => {
    const bound = params.get(key.value)
    if (!bound)
      report.add({
        code: 'CFG111',
        at: key.at,
        message: `\`enabled\` asks for an unknown parameter \`${key.value}\``,
        help: `parameters: ${[...params.keys()].join(', ')}`,
      })
    return bound !== undefined && isWanted(value, bound.value)
  })
}

function isWanted(wanted: YamlNode, value: YamlNode | undefined): boolean {
  if (wanted.kind === 'map') {
    const exists = valueOf(wanted, 'exists')
    const unwanted = valueOf(wanted, 'not')
    const isThere = exists?.kind !== 'scalar' || (value !== undefined) === exists.value
    return isThere && (!unwanted || !isWanted(unwanted, value))
  }
  if (wanted.kind === 'seq') return wanted.items.some((item) => isWanted(item, value))
  return value?.kind === 'scalar' && value.value === wanted.value
}

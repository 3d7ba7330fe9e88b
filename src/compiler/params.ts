/**
 * Parameters: declared by a plugin, given by the site, bound at load.
 *
 * A value keeps its type and the place where it was written, so a wrong one is reported in the site's file.
 */
import { resolve } from 'node:path'
import { HOOKS } from '../core/hook.ts'
import type { Schema } from '../core/schema.ts'
import { RETURN_CODES, type ReturnCode } from '../core/verdict.ts'
import type { Report, Span } from '../language/diagnostic.ts'
import { type MapEntry, type ScalarNode, textOf, type YamlNode } from '../language/node.ts'
import type { ParamDeclaration } from '../language/files/plugin-file.ts'
import type { ParamType } from '../language/files/plugin-schema.ts'
import { checkSchema } from '../language/schema/check.ts'
import { didYouMean } from '../language/fix.ts'
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
  /** What may be given besides: in tests, the entries of the plugin's own lists. */
  readonly besides?: readonly string[]
}

const TYPE_SCHEMAS: Readonly<Record<ParamType, Schema>> = {
  text: { anyOf: [{ type: 'string' }, { type: 'number' }] },
  texts: { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
  integer: { type: 'integer' },
  integers: { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'integer' } }] },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  duration: { type: 'string', format: 'duration' },
  size: { type: 'string', format: 'size' },
  return_code: { type: 'string' },
  reject: {
    anyOf: [
      { type: 'integer', enum: [0, 1] },
      { type: 'string', enum: ['naughty'] },
    ],
  },
  hook: { type: 'string', enum: HOOKS },
  path: { type: 'string' },
}

const LIST_SCHEMA: Schema = { 'x-list': 'string' }

/** qpsmtpd's words for `reject_type`. */
const RETURN_CODE_WORDS: Readonly<Record<string, ReturnCode>> = {
  perm: 'DENY',
  hard: 'DENY',
  temp: 'DENYSOFT',
  soft: 'DENYSOFT',
  disconnect: 'DENY_DISCONNECT',
  temp_disconnect: 'DENYSOFT_DISCONNECT',
}

/** qpsmtpd's words for `reject`, as the `mode` of a rule. */
const REJECT_MODES: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [0, 'monitor'],
  [1, 'enforce'],
])

export function bindParams(declarations: readonly ParamDeclaration[], binding: Binding): BoundParams {
  const known = new Map(declarations.map((declaration) => [declaration.name, declaration]))
  const strange = binding.args.filter(({ key }) => !known.has(key.value) && !binding.besides?.includes(key.value))
  for (const { key } of strange) unknownParam(key, [...known.keys()], binding)
  const meant = strange.map(({ key }) => suggest(key.value, known.keys()))
  return new Map(
    declarations.map((declaration) => [
      declaration.name,
      bindOne(declaration, binding, meant.includes(declaration.name)),
    ]),
  )
}

/** The schema of a parameter's value, for checks, editors and documentation. */
export function paramSchema({ list, type, values, minimum, maximum }: ParamDeclaration): Schema {
  if (list) return { 'x-list': list }
  if (values) return oneOrSeveral({ type: 'string', enum: values }, type)
  if (type === 'integer' || type === 'number')
    return { type, ...(minimum !== undefined && { minimum }), ...(maximum !== undefined && { maximum }) }
  return type === 'return_code'
    ? { type: 'string', enum: [...RETURN_CODES, ...Object.keys(RETURN_CODE_WORDS)] }
    : TYPE_SCHEMAS[type ?? 'text']
}

function oneOrSeveral(one: Schema, type: ParamType | undefined): Schema {
  return type === 'texts' ? { anyOf: [one, { type: 'array', items: one }] } : one
}

function unknownParam(
  key: ScalarNode & { readonly value: string },
  known: readonly string[],
  { plugin, report }: Binding,
): void {
  report.add({
    code: 'CFG111',
    at: key.at,
    message: `plugin \`${plugin}\` has no parameter \`${key.value}\``,
    ...didYouMean(key, key.value, known),
    help: known.length > 0 ? `parameters: ${known.join(', ')}` : 'it takes none',
  })
}

/** One that another name was probably meant to be is not missing as well. */
function bindOne(declaration: ParamDeclaration, binding: Binding, isMeant: boolean): BoundParam {
  const given = givenTo(declaration, binding)
  const value = given ?? declaration.default
  if (!value) {
    if (!declaration.optional && !binding.lenient && !isMeant) missing(declaration, binding)
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

/** What is refused is reported, and counts as not given. */
function givenTo({ name, refused }: ParamDeclaration, { args, plugin, report }: Binding): YamlNode | undefined {
  const given = args.find(({ key }) => key.value === name)
  if (!given || refused === undefined) return given?.value
  report.add({
    code: 'CFG111',
    at: given.key.at,
    message: `plugin \`${plugin}\` does not take \`${name}\``,
    help: refused,
  })
  return undefined
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

/** As rules see it: a return code under its own name, `reject` as a mode, a path from the root. */
export function settle(value: YamlNode, { type }: ParamDeclaration, directory: string): YamlNode {
  const text = textOf(value)
  const mode = type === 'reject' && value.kind === 'scalar' ? REJECT_MODES.get(value.value) : undefined
  if (value.kind === 'scalar' && mode !== undefined) return { ...value, value: mode, source: mode }
  if (value.kind !== 'scalar' || text === undefined) return value
  if (type === 'return_code') return { ...value, value: RETURN_CODE_WORDS[text] ?? text }
  return type === 'path' ? { ...value, value: resolve(directory, text) } : value
}

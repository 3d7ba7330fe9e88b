/**
 * The part of JSON Schema (draft-07) that options, files and schemas/ are written in, and the TypeScript type of what it admits.
 *
 * One literal is the check at load, the editor's schema, the documentation and the type.
 */
import type { ListKind } from './list.ts'

export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null'
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly (string | number | boolean)[]
  readonly const?: string | number | boolean
  readonly properties?: Readonly<Record<string, Schema>>
  readonly patternProperties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly propertyNames?: Schema
  readonly required?: readonly string[]
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly items?: Schema
  readonly minItems?: number
  readonly pattern?: string
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  /** `duration` (`5s`, `10m`, `2d`; arrives in milliseconds), `size` (`10 MiB`; arrives in octets). */
  readonly format?: string
  /** Alternatives that differ in their YAML type. */
  readonly anyOf?: readonly Schema[]
  readonly $ref?: string
  readonly examples?: readonly unknown[]
  /** The option is a list of this kind: a file name, entries in place, or `${param}`. */
  readonly 'x-list'?: ListKind
  /** The text, or each text of the array, is a template: `${fact}`. Read through `CompileTools.texts`. */
  readonly 'x-text'?: true
  /** The array holds names of facts. Read through `CompileTools.facts`. */
  readonly 'x-facts'?: true
  /** The text, or each text of the array, names a file: relative to the site's directory, and arrives as a whole path. */
  readonly 'x-path'?: true
  /** Beside `x-list`: it may be a list outside, since the word looks things up in it and never goes through it. */
  readonly 'x-outside'?: true
}

type Optional<S> = S extends { readonly required: readonly (infer R)[] } ? R : never

type ObjectOf<P, R> = { readonly [K in keyof P as K extends R ? K : HasDefault<P[K], K>]: FromSchema<P[K]> } & {
  readonly [K in keyof P as K extends R ? never : P[K] extends { readonly default: unknown } ? never : K]?: FromSchema<
    P[K]
  >
}

type HasDefault<S, K> = S extends { readonly default: unknown } ? K : never

type TextOf<S> = S extends { readonly format: 'duration' | 'size' } ? number : string

/** What a schema admits, defaults filled in. Lists are read through `CompileTools.list`. */
export type FromSchema<S> = S extends { readonly 'x-list': unknown }
  ? unknown
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly anyOf: readonly (infer A)[] }
      ? FromSchema<A>
      : S extends { readonly type: 'object'; readonly properties: infer P }
        ? ObjectOf<P, Optional<S>>
        : S extends { readonly type: 'object'; readonly additionalProperties: infer A }
          ? Readonly<Record<string, FromSchema<A>>>
          : S extends { readonly type: 'array'; readonly items: infer I }
            ? readonly FromSchema<I>[]
            : S extends { readonly type: 'string' }
              ? TextOf<S>
              : S extends { readonly type: 'number' | 'integer' }
                ? number
                : S extends { readonly type: 'boolean' }
                  ? boolean
                  : unknown

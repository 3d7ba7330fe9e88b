/** Our entries for a catalog of schemas such as SchemaStore, which editors ask by the names of files. */
import type { FileKind } from '../../language/files/file-kind.ts'
import type { JsonSchema } from '../../language/schema/json-schema.ts'

/** No name that others use too, no two patterns that meet. */
const FILE_NAMES: Readonly<Record<FileKind, readonly string[]>> = {
  site: ['postern.yaml'],
  plugin: ['*.postern.yaml'],
  ruleset: ['*.postern-ruleset.yaml'],
  suite: ['*.postern-test.yaml'],
  policy: ['*.postern-policy.yaml'],
}

export interface CatalogEntry {
  readonly name: string
  readonly description: string
  readonly fileMatch: readonly string[]
  readonly url: string
}

export function schemaCatalog(schemas: ReadonlyMap<string, JsonSchema>): readonly CatalogEntry[] {
  return Object.entries(FILE_NAMES).map(([kind, fileMatch]) => {
    const { $id, description } = schemas.get(kind) ?? {}
    return { name: `Postern ${kind}`, description: String(description), fileMatch, url: String($id) }
  })
}

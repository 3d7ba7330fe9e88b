/** Tables of ours (`LIMITS`, `HOOK_TABLE`): objects whose keys are names, walked with the types of these names kept. */

/** In the order of the table. */
export function keysOf<T extends object>(table: T): readonly (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[]
}

/** Only names that the table itself has: `toString` is none. */
export function isKeyOf<T extends object>(table: T, name: string): name is keyof T & string {
  return Object.hasOwn(table, name)
}

/** A table with the same names and other rows. */
export function mapValues<T extends object, const V>(
  table: T,
  change: (row: T[keyof T & string]) => V,
): Record<keyof T, V> {
  return Object.fromEntries(keysOf(table).map((name) => [name, change(table[name])])) as Record<keyof T, V>
}

/** An object without its undefined values, so that what is not known is absent. */
export function present<T>(values: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** Rules of a plugin file, each once: a chain for `helo, ehlo` holds one rule for two hooks. */
export function oncePerRule<Rule extends { readonly key: string; readonly hooks: readonly string[] }>(
  rules: readonly Rule[],
): readonly Rule[] {
  return [...Map.groupBy(rules, ({ key }) => key).values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, hooks: [first, ...others].flatMap(({ hooks }) => hooks) }] : [],
  )
}

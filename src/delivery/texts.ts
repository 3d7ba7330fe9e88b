/** An option that is one text or several (`anyOf` a string and an array of strings): none when it is absent. */
export function textsOf(option: unknown): readonly string[] {
  const all: readonly unknown[] = Array.isArray(option) ? option : [option]
  return all.filter((one) => typeof one === 'string')
}

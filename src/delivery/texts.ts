/** An option that is one text or several (`anyOf` a string and an array of strings): none when it is absent. */
export function textsOf(option: string | readonly string[] = []): readonly string[] {
  return typeof option === 'string' ? [option] : option
}

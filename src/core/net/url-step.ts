/** Steps in a path. Servers decode `%2F` and `%5C` first and go up then: a client would choose which page is asked. */
const STEP = /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/

/** Whether dots alone stand between slashes of either kind. */
export function hasStep(path: string): boolean {
  return STEP.test(path)
}

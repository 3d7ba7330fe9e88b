/** Environment variables that Postern obeys, for the help and the manual page. */
export const ENVIRONMENT: ReadonlyMap<string, string> = new Map([
  ['NO_COLOR', 'no colours, whatever the terminal'],
  ['FORCE_COLOR', 'colours, whatever standard output is'],
  ['XDG_CACHE_HOME', 'reports of `check` are kept in postern/ there; ~/.cache without it'],
  ['NODE_DISABLE_COMPILE_CACHE', 'with 1, no compiled code is kept there'],
  ['GITHUB_ACTIONS', 'set by GitHub: annotations are written beside the report'],
  ['GITHUB_STEP_SUMMARY', 'set by GitHub: the job summary is written to that file'],
])

/** Libraries that only some rules need: looked for when such a rule is loaded, loaded when it is first asked. */

export type OptionalLibrary =
  | 'ioredis'
  | 'ldapts'
  | 'mailauth'
  | 'mmdb-lib'
  | 'mysql2'
  | 'pg'
  | 'vscode-languageserver'
  | 'vscode-languageserver-textdocument'

/** Throws an Error that says what to install. */
export function requireLibrary(name: OptionalLibrary): void {
  try {
    import.meta.resolve(name)
  } catch (error) {
    throw new Error(`it needs a library that is not installed: npm install ${name}`, { cause: error })
  }
}

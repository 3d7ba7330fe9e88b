/** Libraries that only some rules need: looked for when such a rule is loaded, loaded when it is first asked. */

/** Throws an Error that says what to install. */
export function requireLibrary(name: 'ldapts' | 'pg'): void {
  try {
    import.meta.resolve(name)
  } catch (error) {
    throw new Error(`it needs a library that is not installed: npm install ${name}`, { cause: error })
  }
}

/** What a database says when it fails, as a sentence. */
export function databaseFault(error: unknown): Error {
  const reason = error instanceof Error && error.message !== '' ? error.message : codeOf(error)
  return new Error(`the database failed: ${reason}`, { cause: error })
}

/** Of several addresses that refuse, Node's error has the codes and no message. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'no reason given'
}

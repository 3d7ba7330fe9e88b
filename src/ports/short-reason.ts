/** Why a server outside failed, in its own words: fit for a log, whatever it says and however long. */

/** In characters. */
const LONGEST = 200

/** Without control characters, cut to the longest; what was thrown without a message is said to have none. */
export function shortReason(fault: unknown): string {
  const text = fault instanceof Error && fault.message !== '' ? fault.message : 'it failed without saying why'
  return text.replace(/[^ -~\u00a0-\uffff]+/g, ' ').slice(0, LONGEST)
}

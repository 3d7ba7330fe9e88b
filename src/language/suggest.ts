/** "Did you mean …?": the nearest known word by typing errors, or by what other mail filters call the same thing. */

/** What people write, and what it is called here. The first of the names that is known counts. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['accept', ['OK', 'allow']],
  ['action', ['return']],
  ['allowlist', ['allow']],
  ['audit', ['monitor']],
  ['blacklist', ['block']],
  ['blocklist', ['block']],
  ['client', ['remote_ip']],
  ['clientip', ['remote_ip']],
  ['code', ['return', 'status']],
  ['condition', ['match']],
  ['conditions', ['match']],
  ['decision', ['return']],
  ['defer', ['DENYSOFT']],
  ['deny', ['DENY']],
  ['denylist', ['block']],
  ['discard', ['deliver']],
  ['do', ['return']],
  ['dryrun', ['monitor']],
  ['dunno', ['DECLINED']],
  ['endofmessage', ['data_post']],
  ['eom', ['data_post']],
  ['except', ['unless']],
  ['exempt', ['unless']],
  ['exemptions', ['unless']],
  ['from', ['sender']],
  ['graylist', ['greylist']],
  ['graylisting', ['greylist']],
  ['greylisting', ['greylist']],
  ['headers', ['header', 'data_post_headers']],
  ['hello', ['helo']],
  ['host', ['remote_host', 'hostname']],
  ['if', ['match']],
  ['ip', ['remote_ip']],
  ['mailfrom', ['sender', 'mail']],
  ['matches', ['regex', 'matches_list']],
  ['name', ['id', 'plugin']],
  ['next', ['DECLINED']],
  ['pass', ['DECLINED']],
  ['pattern', ['regex']],
  ['permit', ['OK', 'allow']],
  ['ptr', ['remote_host']],
  ['ratelimit', ['rate']],
  ['rbl', ['dnsbl']],
  ['rdns', ['remote_host']],
  ['reason', ['message']],
  ['recipient', ['rcpt', 'recipients']],
  ['recipients', ['rcpt', 'recipient']],
  ['regexp', ['regex']],
  ['reject', ['DENY']],
  ['reply', ['message']],
  ['rcptto', ['rcpt']],
  ['shadow', ['monitor']],
  ['softfail', ['DENYSOFT']],
  ['tempfail', ['DENYSOFT']],
  ['text', ['message', 'string']],
  ['then', ['return']],
  ['to', ['rcpt']],
  ['verdict', ['return']],
  ['when', ['match']],
  ['whitelist', ['allow']],
])

/** The candidate that was most likely meant, or undefined. Of equally near ones, the first. */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const known = [...candidates]
  const plain = normalised(word)
  const same = known.find((candidate) => normalised(candidate) === plain)
  return same ?? synonym(plain, known) ?? nearest(plain, known) ?? synonym(nearest(plain, [...SYNONYMS.keys()]), known)
}

/** Whether the name is one typing error away, or a matter of case and dashes, and no other candidate is as near. */
export function isSlip(word: string, name: string, candidates: Iterable<string>): boolean {
  const plain = normalised(word)
  const isNear = (candidate: string): boolean => distance(plain, normalised(candidate), 1) <= 1
  const short = plain.length < SHORT && normalised(name) !== plain
  return !short && isNear(name) && [...candidates].every((candidate) => candidate === name || !isNear(candidate))
}

/** Of such words a letter says too much. */
const SHORT = 4

/** The nearest candidates by the share of letters that differ, nearest first, however far they are. */
export function nearestOf(word: string, candidates: Iterable<string>, count: number): readonly string[] {
  const plain = normalised(word)
  const far = new Map(
    [...candidates].map((candidate) => [candidate, distance(plain, normalised(candidate)) / candidate.length]),
  )
  return [...far]
    .toSorted(([, a], [, b]) => a - b)
    .slice(0, count)
    .map(([candidate]) => candidate)
}

function synonym(word = '', known: readonly string[]): string | undefined {
  return SYNONYMS.get(word)?.find((name) => known.includes(name))
}

/** A third of the letters may be wrong. */
function nearest(word: string, known: readonly string[]): string | undefined {
  let best: string | undefined
  let limit = Math.floor(word.length / 3)
  for (const candidate of known) {
    const errors = distance(word, normalised(candidate), limit)
    if (errors > limit) continue
    best = candidate
    limit = errors - 1
  }
  return best
}

/** `replyAt`, `reply-at` and `REPLY_AT` are one word. */
function normalised(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '')
}

/**
 * Damerau-Levenshtein distance (optimal string alignment): letters left out, added, replaced, or two neighbours swapped.
 * Anything above the limit may come back as any number above it.
 */
function distance(a: string, b: string, limit = Number.POSITIVE_INFINITY): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  const at = (row: readonly number[], column: number): number => row[column] ?? 0
  let before: readonly number[] = []
  let above: readonly number[] = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = at(above, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swap = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = swap ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY
      current.push(Math.min(replaced, swapped, at(above, column) + 1, at(current, column - 1) + 1))
    }
    before = above
    above = current
  }
  return at(above, b.length)
}

/** Encoded words (RFC 2047): how text beyond ASCII is written in a header field. UTF-8, base64. */

/** 52 characters with `=?utf-8?B?` and `?=`: beside most field names the first word fits into a line of 78. */
const OCTETS_PER_WORD = 30
/** A line may have 998 octets (RFC 5322 section 2.1.1); a longer word can be cut in encoded form only. */
const PLAIN_WORD_LENGTH = 900

/**
 * The words of a text, each with the white space before it, in ASCII. Words next to each other that need encoding are
 * encoded together with the white space between them, because readers drop white space between encoded words.
 */
export function encodeWords(text: string): string[] {
  const result: string[] = []
  let pending = ''
  for (const word of text.match(/[ \t]*[^ \t]+/g) ?? []) {
    if (isPlain(word)) {
      result.push(...encodeRun(pending), word)
      pending = ''
    } else {
      pending += word
    }
  }
  return [...result, ...encodeRun(pending)]
}

function isPlain(word: string): boolean {
  return word.length <= PLAIN_WORD_LENGTH && /^[\t -~]*$/.test(word)
}

function encodeRun(run: string): string[] {
  const text = run.replace(/^[ \t]+/, '')
  const blank = run.slice(0, run.length - text.length) || ' '
  return chunks(text).map((chunk, index) => `${index === 0 ? blank : ' '}=?utf-8?B?${base64(chunk)}?=`)
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64')
}

/** Cuts between characters: each encoded word must be readable by itself (RFC 2047 section 5). */
function chunks(text: string): string[] {
  const result: string[] = []
  let chunk = ''
  let octets = 0
  for (const character of text) {
    const size = Buffer.byteLength(character)
    if (octets + size > OCTETS_PER_WORD) {
      result.push(chunk)
      chunk = ''
      octets = 0
    }
    chunk += character
    octets += size
  }
  return chunk === '' ? result : [...result, chunk]
}

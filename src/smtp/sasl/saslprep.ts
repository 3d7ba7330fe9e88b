/**
 * SASLprep (RFC 4013): one spelling for user names and passwords that look the same.
 *
 * RFC 3454 gives its tables for Unicode 3.2. Here the few mappings are written out, normalisation is NFKC of the Unicode
 * that Node has, and what is prohibited is said by properties: controls, format characters, private use, surrogates,
 * non-characters. Two things follow. Characters younger than Unicode 3.2 are admitted (RFC 3454 section 7 allows that for
 * queries), and the directions of section 6 are judged by script, since JavaScript knows no bidirectional class.
 */
const SPACES = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu
const MAPPED_TO_NOTHING = /\p{Variation_Selector}|\p{Join_Control}|[\u00ad\u1806\u2060\ufeff]|\u034f/gu
const PROHIBITED = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}\u2ff0-\u2ffb\ufffc\ufffd]/u

const RIGHT_TO_LEFT =
  /[[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]--[\p{Mn}\p{Me}\p{N}\p{S}]]/v
const LEFT_TO_RIGHT = /[[\p{L}\p{Mc}\p{Nl}]--[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]]/v

/** Undefined for a text with something prohibited in it. May be empty even where the text is not. */
export function saslPrep(text: string): string | undefined {
  const prepared = text.replace(SPACES, ' ').replace(MAPPED_TO_NOTHING, '').normalize('NFKC')
  return PROHIBITED.test(prepared) || hasMixedDirections(prepared) ? undefined : prepared
}

/** RFC 3454 section 6: a text with right-to-left letters has no others, and begins and ends with one. */
function hasMixedDirections(text: string): boolean {
  if (!RIGHT_TO_LEFT.test(text)) return false
  const [first = '', ...rest] = text
  const last = rest.at(-1) ?? first
  return LEFT_TO_RIGHT.test(text) || !RIGHT_TO_LEFT.test(first) || !RIGHT_TO_LEFT.test(last)
}

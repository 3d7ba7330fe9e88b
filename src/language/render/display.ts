/** Text as a terminal shows it: how many columns a character takes, and what stands for one that must not get there. */

/** East Asian Wide and Fullwidth (Unicode Standard Annex 11), in blocks; emoji besides. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1b000}-\u{1b2ff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
const ZERO = /\p{Mn}|\p{Me}|\p{Cf}/u
/** Controls, and what turns the direction of text around: a file must not be able to steer the terminal. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u
const UNSAFE_ALL = new RegExp(UNSAFE, 'gu')

/** Columns of one character, as `visible` shows it. */
export function widthOf(character: string): number {
  if (character >= ' ' && character <= '~') return 1
  if (WIDE.test(character)) return 2
  return ZERO.test(character) ? 0 : 1
}

/** Tabs become `→`, other control characters their pictures. */
export function visible(text: string): string {
  return text.replace(UNSAFE_ALL, picture)
}

function picture(character: string): string {
  const code = character.charCodeAt(0)
  if (code === 9) return '→'
  if (code < 32) return String.fromCharCode(0x2400 + code)
  return code === 127 ? '␡' : '\ufffd'
}

/** Sets of texts: these, or all but these. Case is the caller's affair; `true` and `false` are texts too. */
import type { Region } from './region.ts'

const FEW = 64

export class TextSet implements Region<TextSet> {
  readonly kind = 'texts'
  readonly isInverted: boolean
  readonly texts: ReadonlySet<string>

  private constructor(texts: ReadonlySet<string>, isInverted: boolean) {
    this.texts = texts
    this.isInverted = isInverted
  }

  static readonly all = new TextSet(new Set(), true)

  static of(texts: Iterable<string>): TextSet {
    return new TextSet(new Set(texts), false)
  }

  get isEmpty(): boolean {
    return !this.isInverted && this.texts.size === 0
  }

  and(other: TextSet): TextSet {
    if (this === TextSet.all) return other
    if (other === TextSet.all) return this
    if (this.isInverted && other.isInverted) return new TextSet(new Set([...this.texts, ...other.texts]), true)
    if (this.isInverted) return other.and(this)
    return new TextSet(new Set([...this.texts].filter((text) => other.texts.has(text) !== other.isInverted)), false)
  }

  not(): TextSet {
    return new TextSet(this.texts, !this.isInverted)
  }

  example(): string | undefined {
    if (!this.isInverted) return this.texts.values().next().value
    for (let count = 0; ; count += 1) {
      const text = `anything${count || ''}`
      if (!this.texts.has(text)) return text
    }
  }

  values(): readonly string[] | undefined {
    return this.isInverted || this.texts.size > FEW ? undefined : [...this.texts]
  }
}

/**
 * Files for one run of tests, which read the same ones over and over: what was read before is known, and so is what is
 * not there.
 */
import type { Files } from '../core/ports.ts'

export function rememberedFiles(files: Files): Files {
  const texts = new Map<string, Promise<string | undefined>>()
  const missing = new Set<string>()
  const read = (path: string, most?: number): Promise<string | undefined> => {
    const key = `${most ?? ''} ${path}`
    const text = texts.get(key) ?? files.read(path, most)
    texts.set(key, text)
    return text
  }
  if (!files.pieces) return { read }
  return {
    read,
    /** Files of millions of lines are not kept. */
    pieces: async (path) => {
      if (missing.has(path)) return undefined
      const found = await files.pieces?.(path)
      if (!found) missing.add(path)
      return found
    },
  }
}

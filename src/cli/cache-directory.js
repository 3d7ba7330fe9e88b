/**
 * Where Postern keeps what it can make again: `$XDG_CACHE_HOME/postern`, else `~/.cache/postern` (XDG Base Directory
 * Specification). Nobody else's directory is trusted: who writes there says what runs, and what `check` says.
 *
 * Plain JavaScript: in a checkout, stripping types is what the cache of code saves, so this comes before.
 */
import { lstatSync, mkdirSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

const WRITABLE_BY_OTHERS = 0o022

/**
 * Made for us alone. Undefined where it cannot be made, is a link or another user's, or others may write to it.
 *
 * @returns {string | undefined}
 */
export function cacheDirectory() {
  const given = process.env['XDG_CACHE_HOME'] ?? ''
  const home = isAbsolute(given) ? given : join(homedir(), '.cache')
  return isAbsolute(home) ? ownDirectory(join(home, 'postern')) : undefined
}

/**
 * @param {string} path
 * @returns {string | undefined}
 */
export function ownDirectory(path) {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const stats = lstatSync(path)
    const isOurs = stats.isDirectory() && stats.uid === process.getuid?.() && (stats.mode & WRITABLE_BY_OTHERS) === 0
    return isOurs ? path : undefined
  } catch {
    return undefined
  }
}

/** Modules start from what Node made of them before; without a directory they start as ever. */
export function keepCompiledCode() {
  const directory = cacheDirectory()
  if (directory !== undefined) enableCompileCache(join(directory, 'code'))
}

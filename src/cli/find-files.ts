/** Finds the YAML files that commands work on, and names files as the user would type them. */
import type { Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Diagnostic } from '../language/diagnostic.ts'
import { CommandError } from './exit-code.ts'
import { unreadable } from './unreadable.ts'

const SKIPPED = new Set(['node_modules', 'dist', 'schemas', 'coverage'])

/** Names of files and directories that nobody looks into unless they are named. */
export function isSkipped(name: string): boolean {
  return name.startsWith('.') || SKIPPED.has(name)
}

/** Sorted, each once; a path that is given and not there is an error, an empty directory is not. */
export async function findYaml(paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(paths.map(findIn))
  return [...new Set(found.flat())].toSorted()
}

/** Whether whatever there is was asked for somewhere, and not single files alone. */
export async function someDirectory(paths: readonly string[]): Promise<boolean> {
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)))
  return found.some((one) => one?.isDirectory())
}

async function findIn(path: string): Promise<readonly string[]> {
  const stats = await stat(path).catch(() => undefined)
  if (!stats) throw new CommandError(`there is no file or directory ${path}`)
  if (stats.isDirectory()) return walkDirectory(path)
  mustBeRegular(path, stats)
  return [resolve(path)]
}

/** Whoever opens a pipe waits for its other end, and a device may have no end. */
export function mustBeRegular(path: string, stats: Stats): void {
  if (!stats.isFile()) throw new CommandError(`${path} is no regular file, but a pipe, a socket or a device`)
}

async function walkDirectory(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((fault: unknown) => {
    throw unreadable(directory, fault)
  })
  const found = await Promise.all(
    entries.map(async (entry): Promise<readonly string[]> => {
      if (isSkipped(entry.name)) return []
      const path = join(directory, entry.name)
      if (entry.isDirectory()) return walkDirectory(path)
      return entry.isFile() && /\.ya?ml$/.test(entry.name) ? [resolve(path)] : []
    }),
  )
  return found.flat()
}

/** As the user would type it. */
export function shown(path: string): string {
  const short = relative(process.cwd(), path)
  return short.startsWith('..') || short === '' ? path : short
}

/** Paths inside a sentence. */
export function shownPlaces(text: string): string {
  return text.replace(/\/[^\s,`]+?(?=:\d+)/g, (path) => shown(path))
}

/** Reports name files as the user would type them. */
export function withShownPaths(diagnostic: Diagnostic): Diagnostic {
  return {
    ...diagnostic,
    file: shown(diagnostic.file),
    message: diagnostic.message.replaceAll(`${process.cwd()}/`, ''),
    labels: diagnostic.labels.map((label) => ({ ...label, file: shown(label.file) })),
    fixes: diagnostic.fixes.map((fix) => ({
      ...fix,
      edits: fix.edits.map((edit) => ({ ...edit, file: shown(edit.file) })),
    })),
  }
}

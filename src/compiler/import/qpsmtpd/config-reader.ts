/**
 * qpsmtpd's configuration files: comment lines and blank lines dropped, lines trimmed, `$include` followed
 * (qpsmtpd's Qpsmtpd.pm, `_config_from_file`). There are no comments behind a line, and no quotes.
 *
 * A file that includes one which was read before on the way is empty: qpsmtpd takes that for a circle.
 */
import { basename, dirname, isAbsolute, join } from 'node:path'
import { reasonOf } from '../../../core/reason.ts'
import { type Severity, type Span, startOf } from '../../../language/diagnostic.ts'
import type { ForeignEnvironment } from '../foreign.ts'

/** A trimmed line, or a word of one. */
export interface ConfigText {
  readonly text: string
  readonly at: Span
}

const INCLUDE = /^\$include\s+(\S+)$/

export class ConfigReader {
  readonly directory: string
  readonly environment: ForeignEnvironment
  /** Names of files here that some other file includes or names. */
  readonly included = new Set<string>()

  constructor(directory: string, environment: ForeignEnvironment) {
    this.directory = directory
    this.environment = environment
  }

  /** Absolute ones stay. */
  path(name: string): string {
    return isAbsolute(name) ? name : join(this.directory, name)
  }

  /**
   * A file that a plugin is told to read. Relative names are relative to where qpsmtpd was started, which is this directory or,
   * for `config/NAME`, the one above.
   */
  named(text: string): string {
    const prefix = `${basename(this.directory)}/`
    const path = join(this.path(text.startsWith(prefix) ? text.slice(prefix.length) : text))
    if (dirname(path) === this.directory) this.included.add(basename(path))
    return path
  }

  async has(name: string): Promise<boolean> {
    return (await this.environment.machine.names(this.directory))?.includes(name) ?? false
  }

  /** Undefined when there is no such file. */
  async lines(name: string): Promise<readonly ConfigText[] | undefined> {
    const path = this.path(name)
    return (await this.text(path)) === undefined ? undefined : this.#read(path, new Set([path]))
  }

  /** Most settings are one line. */
  async first(name: string): Promise<ConfigText | undefined> {
    return (await this.lines(name))?.[0]
  }

  /** Something that is not carried over as it is. */
  say(severity: Severity, at: Span, message: string): void {
    this.environment.report.add({ code: 'IMP002', severity, at, message })
  }

  async #read(path: string, visited: Set<string>): Promise<readonly ConfigText[]> {
    const lines: ConfigText[] = []
    for (const line of linesIn((await this.text(path)) ?? '', path)) {
      const target = INCLUDE.exec(line.text)?.[1]
      const found = target === undefined ? [line] : await this.#include(target, line.at, visited)
      if (!found) return []
      lines.push(...found)
    }
    return lines
  }

  /** Undefined for a circle. */
  async #include(target: string, at: Span, visited: Set<string>): Promise<readonly ConfigText[] | undefined> {
    const path = await this.#locate(target, at)
    if (visited.has(path)) {
      this.say('warning', at, `\`${target}\` is included again: to qpsmtpd that is a circle, and this file is empty`)
      return undefined
    }
    visited.add(path)
    const names = await this.environment.machine.names(path)
    const files = names ? names.filter((name) => !name.startsWith('.')).map((name) => join(path, name)) : [path]
    const lines: ConfigText[] = []
    for (const file of files) {
      if (dirname(file) === this.directory) this.included.add(basename(file))
      lines.push(...(await this.#read(file, visited)))
    }
    return lines
  }

  /** A configuration that was moved here still names the place where it was. */
  async #locate(target: string, at: Span): Promise<string> {
    if (!target.startsWith('/')) return this.path(target)
    const here = this.path(basename(target))
    if (here === target || (await this.#canBeRead(target)) || !(await this.#canBeRead(here))) return target
    this.say('info', at, `${here} is read in place of ${target}`)
    return here
  }

  /** What cannot has not been asked for yet. */
  async #canBeRead(path: string): Promise<boolean> {
    const { files, machine } = this.environment
    if ((await machine.names(path)) !== undefined) return true
    return files.read(path).then(
      (text) => text !== undefined,
      () => false,
    )
  }

  /** Directories have none; what cannot be read is reported. */
  async text(path: string): Promise<string | undefined> {
    const { files, sources, machine } = this.environment
    if ((await machine.names(path)) !== undefined) return undefined
    try {
      const text = await files.read(path)
      if (text !== undefined) sources.set(path, text)
      return text
    } catch (fault) {
      this.say('error', startOf(path), reasonOf(fault))
      return undefined
    }
  }
}

export function linesIn(text: string, file: string): readonly ConfigText[] {
  let [offset, number] = [0, 0]
  const lines: ConfigText[] = []
  for (const line of text.split('\n')) {
    number += 1
    const trimmed = line.trim()
    const indent = line.length - line.trimStart().length
    if (trimmed !== '' && !trimmed.startsWith('#')) {
      const start = { line: number, column: indent + 1, offset: offset + indent }
      lines.push({ text: trimmed, at: spanIn(file, start, trimmed) })
    }
    offset += line.length + 1
  }
  return lines
}

function spanIn(file: string, start: Span['range']['start'], text: string): Span {
  const { line, column, offset } = start
  return { file, range: { start, end: { line, column: column + text.length, offset: offset + text.length } } }
}

/** The words of a line, each with its place. */
export function wordsOf({ text, at }: ConfigText): readonly ConfigText[] {
  return Array.from(text.matchAll(/\S+/g), ({ 0: word, index }) => {
    const { line, column, offset } = at.range.start
    return { text: word, at: spanIn(at.file, { line, column: column + index, offset: offset + index }, word) }
  })
}

/** Decision logs, a record a line (docs/operations.md); those that rotation has compressed too. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { isHook } from '../../core/hook.ts'
import { isReturnCode } from '../../core/verdict.ts'
import type { LoggedDecision } from '../../testing/replay.ts'
import { CommandError } from '../exit-code.ts'
import { parseJson } from '../parse-json.ts'
import { unreadable } from '../unreadable.ts'

/** Records in the order of the files. Throws a CommandError that names the line for what is no record. */
export async function* readLog(files: readonly string[]): AsyncGenerator<LoggedDecision> {
  for (const file of files) yield* readFile(file)
}

async function* readFile(file: string): AsyncGenerator<LoggedDecision> {
  const lines = createInterface({ input: openLog(file), crlfDelay: Number.POSITIVE_INFINITY })
  let number = 0
  try {
    for await (const line of lines) {
      number += 1
      if (line !== '') yield parseRecord(line, file, number)
    }
  } catch (fault) {
    if (fault instanceof CommandError) throw fault
    throw unreadable(file, fault)
  }
}

function openLog(file: string): NodeJS.ReadableStream {
  if (file === '-') return process.stdin
  const octets = createReadStream(file)
  if (!file.endsWith('.gz')) return octets
  const text = createGunzip()
  octets.on('error', (fault) => text.destroy(fault)).pipe(text)
  return text
}

function parseRecord(line: string, file: string, number: number): LoggedDecision {
  const value = parseJson(line)
  if (!isRecord(value))
    throw new CommandError(
      `${file}:${number}: this is no record of a decision; \`decisions\` in the site file writes them`,
    )
  return value
}

function isRecord(value: unknown): value is LoggedDecision {
  if (!isMap(value)) return false
  const { v, id, time, hook, facts, decision, path = [], would = [] } = value
  const isPlaced = isWord(id) && isWord(time) && typeof hook === 'string' && isHook(hook)
  return (
    v === 1 && isPlaced && isMap(facts) && isDecision(decision) && isListOf(path, isMap) && isListOf(would, isDecision)
  )
}

/** Ours have nothing that could steer a terminal. */
function isWord(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]+$/.test(value)
}

type JsonMap = Readonly<Record<string, unknown>>

function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isDecision(value: unknown): value is JsonMap {
  return isMap(value) && typeof value['return'] === 'string' && isReturnCode(value['return'])
}

function isListOf(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is)
}

/** Decision logs, a record a line (docs/operations.md); those that rotation has compressed too. */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import { reasonOf } from '../core/reason.ts'
import type { LoggedDecision } from '../testing/replay.ts'
import { CommandError } from './exit-code.ts'
import { parseJson } from './parse-json.ts'

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
    throw new CommandError(`${file} cannot be read: ${reasonOf(fault)}`)
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
  if (typeof value !== 'object' || value === null) return false
  const { v, id, time, hook, facts, decision } = value as Readonly<Record<string, unknown>>
  const texts = [id, time, hook].every((one) => typeof one === 'string')
  return (
    v === 1 && texts && typeof facts === 'object' && facts !== null && typeof decision === 'object' && decision !== null
  )
}

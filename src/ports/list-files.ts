/**
 * Text files of a site: rules, policies, lists.
 *
 * Regular files in UTF-8 only: a pipe would block, a device never ends, and octets that are not UTF-8 make two entries
 * of one. A byte order mark is dropped. Symbolic links are followed.
 */
import { isUtf8 } from 'node:buffer'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { getSystemErrorMap } from 'node:util'
import type { Files, TextPieces } from '../core/ports.ts'
import { errorCode } from '../core/reason.ts'
import { UnreadableFile } from '../core/unreadable-file.ts'

/** Ten million list entries are about half of it; a JavaScript string holds no more than 512 MiB. */
const LARGEST_FILE = 400 * 1024 * 1024

export function listFiles(): Files {
  return { read: readTextFile, pieces: readPieces }
}

async function readPieces(path: string): Promise<TextPieces | undefined> {
  const file = await openFile(path)
  if (file === undefined) return undefined
  const octets = await sizeOfRegular(path, file).catch(async (fault: unknown) => {
    await file.close()
    throw fault
  })
  return { octets, [Symbol.asyncIterator]: () => piecesOf(path, file) }
}

/** A mebibyte at a time: nothing else waits for long, and no room is needed for all of it. */
const PIECE = 1024 * 1024

async function* piecesOf(path: string, file: FileHandle): AsyncGenerator<string> {
  let [rest, before, lines, isFirst] = [Buffer.alloc(0), Buffer.alloc(0), 0, true]
  try {
    for await (const octets of octetsOf(path, file)) {
      const all = Buffer.concat([rest, octets])
      const end = octets.length === 0 ? all.length : all.lastIndexOf(LINE_FEED) + 1
      const piece = all.subarray(0, end)
      rest = all.subarray(end)
      if (rest.length > PIECE) throw new Error(`${path} has a line of more than ${PIECE} octets`)
      if (!isUtf8(piece)) throw notUtf8(path, piece, lines + linesIn(before))
      if (end > 0) yield textOf(piece, isFirst)
      if (end > 0) isFirst = false
      if (octets.length === 0) continue
      // Only a fault asks where it is: most files are one piece, and its lines are never counted.
      lines += linesIn(before)
      before = piece
    }
  } finally {
    await file.close()
  }
}

function linesIn(octets: Buffer): number {
  let count = 0
  for (let at = 0; at < octets.length; at += 1) if (octets[at] === LINE_FEED) count += 1
  return count
}

/** Nothing is the end. */
async function* octetsOf(path: string, file: FileHandle): AsyncGenerator<Buffer> {
  for (let octets = PIECE; octets > 0; ) {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(PIECE), 0, PIECE, null).catch((fault: unknown) => {
      throw cannotBeRead(path, fault)
    })
    octets = bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

async function readTextFile(path: string, most = LARGEST_FILE): Promise<string | undefined> {
  const file = await openFile(path)
  if (file === undefined) return undefined
  try {
    return decode(path, await readRegular(path, file, most))
  } finally {
    await file.close()
  }
}

/** O_NONBLOCK: opening a pipe must not wait for its other end. */
async function openFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new UnreadableFile(path, `cannot be opened: ${describe(error)}`, undefined, error)
  }
}

async function readRegular(path: string, file: FileHandle, most: number): Promise<Buffer> {
  const size = await sizeOfRegular(path, file)
  try {
    return size > most ? await readStart(file, most) : await file.readFile()
  } catch (error) {
    throw cannotBeRead(path, error)
  }
}

async function sizeOfRegular(path: string, file: FileHandle): Promise<number> {
  const stats = await file.stat()
  if (!stats.isFile())
    throw new Error(`${path} is ${stats.isDirectory() ? 'a directory' : 'a special file'}, not a file`)
  if (stats.size > LARGEST_FILE) throw new Error(`${path} is larger than ${LARGEST_FILE / 1024 / 1024} MiB`)
  return stats.size
}

function cannotBeRead(path: string, fault: unknown): Error {
  return new UnreadableFile(path, `cannot be read: ${describe(fault)}`, undefined, fault)
}

/** Longest character in UTF-8. */
const CHARACTER_OCTETS = 4

/** Cut between two characters. */
async function readStart(file: FileHandle, most: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(most + CHARACTER_OCTETS), 0, most + CHARACTER_OCTETS, 0)
  const isLead = (octet: number | undefined): boolean => octet !== undefined && (octet & 0xc0) !== 0x80
  const end = [0, 1, 2, 3].map((back) => bytesRead - 1 - back).find((at) => isLead(buffer[at]))
  return buffer.subarray(0, end ?? bytesRead)
}

function decode(path: string, octets: Buffer): string {
  if (!isUtf8(octets)) throw notUtf8(path, octets)
  return textOf(octets, true)
}

function notUtf8(path: string, octets: Buffer, linesBefore = 0): Error {
  const { line, column } = badPlace(octets)
  return new UnreadableFile(path, 'is not text in UTF-8', { line: linesBefore + line, column })
}

function textOf(octets: Buffer, isStart: boolean): string {
  const text = octets.toString('utf8')
  return isStart && text.startsWith('\ufeff') ? text.slice(1) : text
}

const LINE_FEED = 10

function badPlace(octets: Buffer): { readonly line: number; readonly column: number } {
  let line = 1
  for (let start = 0; start < octets.length; line += 1) {
    const end = octets.indexOf(LINE_FEED, start)
    const stop = end < 0 ? octets.length : end
    const column = columnOfBad(octets.subarray(start, stop))
    if (column > 0) return { line, column }
    start = stop + 1
  }
  return { line, column: 1 }
}

const REPLACEMENT = '\ufffd'

/** From 1, in UTF-16 units; 0 where all of it is UTF-8. */
function columnOfBad(line: Buffer): number {
  return isUtf8(line) ? 0 : line.toString('utf8').indexOf(REPLACEMENT) + 1
}

/** `permission denied` rather than `EACCES: permission denied, open '…'`. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const number = 'errno' in error && typeof error.errno === 'number' ? error.errno : 0
  return getSystemErrorMap().get(number)?.[1] ?? error.message
}

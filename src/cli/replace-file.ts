/** Writes a file all or not at all: whoever reads meanwhile reads the old one. */
import { randomBytes } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { reasonOf } from '../core/reason.ts'
import { CommandError } from './exit-code.ts'
import { shown } from './find-files.ts'

/** The file has to be there; it keeps its rights. Through a link, the file it leads to is replaced. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const target = await realpath(path)
  try {
    const { mode } = await stat(target)
    await writeWhole(target, content, mode)
  } catch (fault) {
    throw new CommandError(`${shown(path)} cannot be written: ${reasonOf(fault)}`)
  }
}

/** A new file, or another one in the place of a file or link that is there. Nobody without those rights ever reads any of it. */
export async function writeWhole(path: string, content: string, mode: number): Promise<void> {
  const beside = `${path}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await writeFile(beside, content, { mode, flag: 'wx', flush: true })
    await rename(beside, path)
  } catch (fault) {
    await rm(beside, { force: true })
    throw fault
  }
}

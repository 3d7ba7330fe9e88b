/** Writes a file all or not at all: whoever reads meanwhile reads the old one. */
import { randomBytes } from 'node:crypto'
import { realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { reasonOf } from '../core/reason.ts'
import { CommandError } from './exit-code.ts'
import { shown } from './find-files.ts'

/** The file has to be there; it keeps its rights. Through a link, the file it leads to is replaced. */
export async function replaceFile(path: string, content: string): Promise<void> {
  const target = await realpath(path)
  const beside = `${target}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const { mode } = await stat(target)
    await writeFile(beside, content, { mode, flush: true })
    await rename(beside, target)
  } catch (fault) {
    await rm(beside, { force: true })
    throw new CommandError(`${shown(path)} cannot be written: ${reasonOf(fault)}`)
  }
}

/**
 * `files:DIRECTORY`: a file for each key, whose text is the value. The key is a name in lower case; what leads out of the
 * directory is no name.
 */
import { realpath } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { LIMITS } from '../../core/limits.ts'
import { readSafely } from '../policies/safe-file.ts'
import type { Driver } from './driver.ts'
import { sizeIn } from './parameters.ts'

const NAME = /^\w[\w.-]*$/

export const filesDriver: Driver = {
  parameters: ['size'],
  read(source) {
    const directory = resolve(source.directory, source.place)
    const mostOctets = sizeIn(source, 'size', LIMITS.policy_size.default)
    return () => ({
      async ask(key) {
        if (!NAME.test(key)) return undefined
        const root = await realpath(directory)
        const file = await readSafely(root, join(root, key), { mostOctets, mayBeEmpty: true })
        return file && [file.text.trimEnd()]
      },
      async close() {},
    })
  },
}

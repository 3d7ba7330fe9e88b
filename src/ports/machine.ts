/** The machine that a configuration of another program is read on: its name, and what is in a directory. */
import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import type { Machine } from '../compiler/import/foreign.ts'

export function thisMachine(): Machine {
  return {
    hostname: hostname(),
    names: async (directory) => (await readdir(directory).catch(() => undefined))?.toSorted(),
  }
}

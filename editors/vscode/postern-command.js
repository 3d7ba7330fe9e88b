/** How Postern is run: as it is configured, the one of the workspace, or the one in the path. */
'use strict'

const { delimiter, join } = require('node:path')

const PROGRAM = join('node_modules', 'postern', 'dist', 'cli', 'postern.js')
/** A workspace may bring its own, as npx would find it. */
const NODE = join('node_modules', '.bin', 'node')

/**
 * @param {{ configured: readonly string[], folders: readonly string[], path: string, exists: (file: string) => boolean }} around
 *   `folders` of the workspace; `path`: where programs are, as in the environment
 * @returns {{ command: string, args: string[] }} without the command of Postern
 */
function posternCommand({ configured, folders, path, exists }) {
  const [command, ...args] = configured
  if (command !== undefined) return { command, args }
  const home = folders.find((folder) => exists(join(folder, PROGRAM)))
  if (home !== undefined) {
    const node = join(home, NODE)
    return { command: exists(node) ? node : 'node', args: [join(home, PROGRAM)] }
  }
  const installed = path
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, 'postern'))
    .find(exists)
  if (installed !== undefined) return { command: installed, args: [] }
  throw new Error('Postern is not installed: run `npm install postern` in the workspace, or set `postern.command`')
}

module.exports = { posternCommand }

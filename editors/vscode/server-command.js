/** Which program serves the editor: the one that is configured, the Postern of the workspace, or the one packaged with us. */
'use strict'

const { join } = require('node:path')

const PROGRAM = join('node_modules', 'postern', 'dist', 'cli', 'postern.js')

/**
 * @param {{ configured: readonly string[], folders: readonly string[], own: string, exists: (path: string) => boolean }} around
 *   `folders` of the workspace; `own`: that of this extension
 * @returns {{ command: string, args: string[] }}
 */
function serverCommand({ configured, folders, own, exists }) {
  const [command, ...args] = configured
  if (command !== undefined) return { command, args }
  const program = [...folders, own].map((folder) => join(folder, PROGRAM)).find(exists)
  if (program === undefined)
    throw new Error('Postern is not installed: run npm install postern, or set postern.command')
  return { command: 'node', args: [program, 'lsp', '--stdio'] }
}

module.exports = { serverCommand }

/** The extension: starts the language server for YAML files, and again when it is told to; runs `check` and `test`. */
'use strict'

const { existsSync } = require('node:fs')
const vscode = require('vscode')
const { startClient } = require('./client.js')
const { posternCommand } = require('./postern-command.js')
const { TYPE, runTask, taskProvider } = require('./tasks.js')

/** @type {Awaited<ReturnType<typeof startClient>> | undefined} */
let client

/** @type {vscode.FileSystemWatcher} */
let changes

let turn = Promise.resolve()

/** @type {Record<string, () => Promise<void>>} */
const COMMANDS = {
  'postern.restart': restart,
  'postern.check': () => runTask('check', postern),
  'postern.test': () => runTask('test', postern),
}

/** @param {vscode.ExtensionContext} context */
async function activate({ subscriptions }) {
  for (const [name, run] of Object.entries(COMMANDS))
    subscriptions.push(vscode.commands.registerCommand(name, () => trying(run)))
  subscriptions.push(vscode.tasks.registerTaskProvider(TYPE, taskProvider(postern)))
  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('postern.command')) void trying(restart)
    }),
  )
  changes = vscode.workspace.createFileSystemWatcher('**/*')
  subscriptions.push(changes)
  await trying(restart)
}

function postern() {
  /** @type {string[]} */
  const configured = vscode.workspace.getConfiguration('postern').get('command', [])
  return posternCommand({ configured, folders: folders(), path: process.env.PATH ?? '', exists: existsSync })
}

function folders() {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)
}

/** Settings may change faster than a server starts: one after the other. */
function restart() {
  turn = turn.then(again, again)
  return turn
}

async function again() {
  await stop()
  client = await startClient(postern(), { directory: folders()[0], changes })
}

/** One that has crashed cannot be stopped, and that is no reason not to start the next. */
async function stop() {
  const old = client
  client = undefined
  await old?.dispose().catch(() => undefined)
}

/** @param {() => Promise<void>} run */
async function trying(run) {
  try {
    await run()
  } catch (fault) {
    void vscode.window.showErrorMessage(`Postern: ${fault instanceof Error ? fault.message : String(fault)}`)
  }
}

module.exports = { activate, deactivate: stop }

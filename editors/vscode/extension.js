/** The extension: starts the language server for YAML files, and again when it is told to; runs `check` and `test`. */
'use strict'

const { existsSync } = require('node:fs')
const vscode = require('vscode')
const { LanguageClient } = require('vscode-languageclient/node')
const { posternCommand } = require('./postern-command.js')
const { TYPE, runTask, taskProvider } = require('./tasks.js')

/** @type {LanguageClient | undefined} */
let client

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
  await trying(start)
}

function postern() {
  /** @type {string[]} */
  const configured = vscode.workspace.getConfiguration('postern').get('command', [])
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)
  return posternCommand({ configured, folders, path: process.env.PATH ?? '', exists: existsSync })
}

async function start() {
  const { command, args } = postern()
  const server = { command, args: [...args, 'lsp', '--stdio'] }
  client = new LanguageClient('postern', 'Postern', server, {
    documentSelector: [{ scheme: 'file', language: 'yaml' }],
    synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*') },
  })
  await client.start()
}

async function restart() {
  await stop()
  await start()
}

/** One that never ran cannot be stopped, and that is no reason not to start the next. */
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
    const output = client?.outputChannel
    const buttons = output ? ['Show Output'] : []
    const message = `Postern: ${fault instanceof Error ? fault.message : String(fault)}`
    void vscode.window.showErrorMessage(message, ...buttons).then((pressed) => pressed && output?.show())
  }
}

module.exports = { activate, deactivate: stop }

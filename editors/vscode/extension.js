/** The extension: starts the language server for YAML files, and again when it is told to. */
'use strict'

const { existsSync } = require('node:fs')
const vscode = require('vscode')
const { LanguageClient } = require('vscode-languageclient/node')
const { serverCommand } = require('./server-command.js')

/** @type {LanguageClient | undefined} */
let client

/** @param {vscode.ExtensionContext} context */
async function activate(context) {
  const restart = vscode.commands.registerCommand('postern.restart', async () => {
    await client?.stop()
    await start(context.extensionPath)
  })
  context.subscriptions.push(restart)
  await start(context.extensionPath)
}

/** @param {string} own */
async function start(own) {
  const configured = vscode.workspace.getConfiguration('postern').get('command', [])
  const folders = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)
  try {
    const server = serverCommand({ configured, folders, own, exists: existsSync })
    client = new LanguageClient('postern', 'Postern', server, {
      documentSelector: [{ scheme: 'file', language: 'yaml' }],
      synchronize: { fileEvents: vscode.workspace.createFileSystemWatcher('**/*') },
    })
    await client.start()
  } catch (fault) {
    void vscode.window.showErrorMessage(fault instanceof Error ? fault.message : String(fault))
  }
}

async function deactivate() {
  await client?.stop()
}

module.exports = { activate, deactivate }

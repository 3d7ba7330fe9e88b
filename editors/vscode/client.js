/** The language client around one `postern lsp`. */
'use strict'

const { spawn } = require('node:child_process')
const { once } = require('node:events')
const { CloseAction, ErrorAction, LanguageClient } = require('vscode-languageclient/node')

const MOST_RESTARTS = 3

/** What a program says when it cannot start is short. */
const LONGEST_COMPLAINT = 2000

/**
 * Throws what the server says when it does not start; it is restarted when it ends later.
 *
 * @param {{ command: string, args: string[] }} postern
 * @param {{ directory: string | undefined, changes: import('vscode').FileSystemWatcher }} around
 */
async function startClient({ command, args }, { directory, changes }) {
  let [complaint, restarts, isRunning] = ['', 0, false]
  const client = new LanguageClient('postern', 'Postern', server, {
    documentSelector: [{ scheme: 'file', language: 'yaml' }],
    synchronize: { fileEvents: changes },
    initializationFailedHandler: () => false,
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue }),
      closed: () => {
        const restart = isRunning && restarts++ < MOST_RESTARTS
        return { action: restart ? CloseAction.Restart : CloseAction.DoNotRestart, handled: !isRunning }
      },
    },
  })

  async function server() {
    const child = spawn(command, [...args, 'lsp', '--stdio'], { cwd: directory })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      complaint = `${complaint}${text}`.slice(0, LONGEST_COMPLAINT)
    })
    await once(child, 'spawn')
    return child
  }

  try {
    await client.start()
  } catch (fault) {
    await client.dispose().catch(() => undefined)
    throw new Error(complaint.trim() || (fault instanceof Error ? fault.message : String(fault)), { cause: fault })
  }
  isRunning = true
  return client
}

module.exports = { startClient }

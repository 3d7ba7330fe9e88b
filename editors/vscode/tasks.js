/** Tasks: `postern check` and `postern test` in the terminal, with what they find in the list of problems. */
'use strict'

const vscode = require('vscode')

const TYPE = 'postern'

/** @type {ReadonlyMap<string, vscode.TaskGroup>} */
const GROUPS = new Map([
  ['check', vscode.TaskGroup.Build],
  ['test', vscode.TaskGroup.Test],
])

/** @typedef {{ command: string, args: string[] }} Program */

/**
 * @param {vscode.TaskDefinition} wanted
 * @param {vscode.WorkspaceFolder | vscode.TaskScope} scope
 * @param {Program} program
 */
function toTask(wanted, scope, program) {
  const args = [...program.args, wanted.command, '-f', 'compact', ...(wanted.args ?? [])]
  const execution = new vscode.ProcessExecution(program.command, args)
  const task = new vscode.Task(wanted, scope, wanted.command, TYPE, execution, '$postern')
  task.group = GROUPS.get(wanted.command)
  return task
}

/**
 * @param {() => Program} postern throws when there is none
 * @returns {vscode.TaskProvider}
 */
function taskProvider(postern) {
  return {
    provideTasks: () => {
      const program = postern()
      const folders = vscode.workspace.workspaceFolders ?? []
      return folders.flatMap((folder) =>
        [...GROUPS.keys()].map((command) => toTask({ type: TYPE, command }, folder, program)),
      )
    },
    resolveTask: ({ definition, scope }) => toTask(definition, scope ?? vscode.TaskScope.Workspace, postern()),
  }
}

/**
 * In the folder of the file that is shown, or the first one.
 *
 * @param {string} command
 * @param {() => Program} postern
 */
async function runTask(command, postern) {
  const file = vscode.window.activeTextEditor?.document.uri
  const folder = (file && vscode.workspace.getWorkspaceFolder(file)) ?? vscode.workspace.workspaceFolders?.[0]
  await vscode.tasks.executeTask(toTask({ type: TYPE, command }, folder ?? vscode.TaskScope.Workspace, postern()))
}

module.exports = { TYPE, runTask, taskProvider }

/**
 * Visual Studio Code as far as the extension asks it: what is registered, run and shown is kept; folders and settings
 * are a test's.
 */
import type { ChildProcessByStdio } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { type Editor, editorAround } from '../cli/lsp/editor-client.ts'

export interface RunTask {
  readonly definition: { readonly command: string }
  readonly execution: ProcessExecution
  readonly problemMatchers: string
  readonly group: string | undefined
}

interface TaskProvider {
  readonly provideTasks: () => readonly RunTask[]
  readonly resolveTask: (task: RunTask) => RunTask
}

export const state = {
  folders: new Array<string>(),
  /** The setting `postern.command`. */
  command: new Array<string>(),
  commands: new Map<string, () => Promise<void>>(),
  providers: new Map<string, TaskProvider>(),
  executed: new Array<RunTask>(),
  errors: new Array<string>(),
  /** Those that started. */
  editors: new Array<Editor>(),
  onStart: (): void => undefined,
  onSettings: (): void => undefined,
}

const NOTHING = { dispose: () => undefined }

export const commands = {
  registerCommand: (name: string, run: () => Promise<void>) => {
    state.commands.set(name, run)
    return NOTHING
  },
}

export const workspace = {
  get workspaceFolders() {
    return state.folders.map((fsPath) => ({ uri: { fsPath } }))
  },
  getConfiguration: () => ({ get: () => state.command }),
  createFileSystemWatcher: () => NOTHING,
  onDidChangeConfiguration: (tell: (change: { readonly affectsConfiguration: () => boolean }) => void) => {
    state.onSettings = () => tell({ affectsConfiguration: () => true })
    return NOTHING
  },
}

export const window = {
  showErrorMessage: async (text: string) => void state.errors.push(text),
}

export const TaskGroup = { Build: 'build', Test: 'test' }
export const TaskScope = { Workspace: 2 }

export const tasks = {
  registerTaskProvider: (type: string, provider: TaskProvider) => {
    state.providers.set(type, provider)
    return NOTHING
  },
  executeTask: async (task: RunTask) => void state.executed.push(task),
}

export class ProcessExecution {
  readonly process: string
  readonly args: readonly string[]

  constructor(process: string, args: readonly string[]) {
    this.process = process
    this.args = args
  }
}

export class Task {
  readonly definition: unknown
  readonly execution: unknown
  readonly problemMatchers: unknown
  group: string | undefined

  /** Definition, scope, name, source, execution, problem matchers. */
  constructor(...given: readonly unknown[]) {
    ;[this.definition, , , , this.execution, this.problemMatchers] = given
  }
}

type Server = () => Promise<ChildProcessByStdio<Writable, Readable, Readable>>

/** In place of those of vscode-languageclient. */
export const CloseAction = { DoNotRestart: 1, Restart: 2 }
export const ErrorAction = { Continue: 1 }

export class LanguageClient {
  readonly #server: Server
  #editor: Editor | undefined

  constructor(_id: string, _name: string, server: Server) {
    this.#server = server
  }

  async start(): Promise<void> {
    this.#editor = await editorAround(await this.#server())
    state.editors.push(this.#editor)
    state.onStart()
  }

  async dispose(): Promise<void> {
    await this.#editor?.quit()
  }
}

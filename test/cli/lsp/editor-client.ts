/** An editor without a screen: speaks the protocol to a server that is a process of its own. */
import assert from 'node:assert/strict'
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import type { TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import {
  createProtocolConnection,
  type InitializeResult,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node'

export interface Editor {
  readonly initialized: InitializeResult
  readonly connection: ProtocolConnection
  readonly open: (file: string, text: string) => Promise<void>
  /** The whole text is replaced. */
  readonly type: (file: string, text: string) => Promise<void>
  /** The next findings of a file that fit. */
  readonly findings: (file: string, fits: (codes: readonly unknown[]) => boolean) => Promise<PublishDiagnosticsParams>
  /** Asks the server to go; answers with its exit code. */
  readonly quit: () => Promise<number>
}

export async function openEditor(
  test: Pick<TestContext, 'after'>,
  [command = '', ...args]: readonly string[],
): Promise<Editor> {
  const server = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  test.after(() => void server.kill())
  return editorAround(server)
}

export async function editorAround(server: ChildProcessByStdio<Writable, Readable, Readable | null>): Promise<Editor> {
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  )
  const ended = once(server, 'exit').then(([code]) => Number(code))
  /** Nobody waits for a server that is gone. */
  const unlessGone = <T>(work: Promise<T>): Promise<T> =>
    Promise.race([work, ended.then((code) => assert.fail(`the server ended with ${code}`))])
  const told: PublishDiagnosticsParams[] = []
  let wake = (): void => undefined
  connection.onNotification('textDocument/publishDiagnostics', (findings: PublishDiagnosticsParams) => {
    told.push(findings)
    wake()
  })
  connection.listen()
  const initialize = { processId: null, rootUri: null, capabilities: {} }
  const initialized: InitializeResult = await unlessGone(connection.sendRequest('initialize', initialize))
  await connection.sendNotification('initialized', {})
  let version = 0
  return {
    initialized,
    connection,
    open: (file, text) =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: pathToFileURL(file).href, languageId: 'yaml', version: (version += 1), text },
      }),
    type: (file, text) =>
      connection.sendNotification('textDocument/didChange', {
        textDocument: { uri: pathToFileURL(file).href, version: (version += 1) },
        contentChanges: [{ text }],
      }),
    findings: async (file, fits) => {
      const { href } = pathToFileURL(file)
      for (;;) {
        const found = told
          .splice(0)
          .findLast(({ uri, diagnostics }) => uri === href && fits(diagnostics.map(({ code }) => code)))
        if (found) return found
        await unlessGone(new Promise<void>((resolve) => (wake = resolve)))
      }
    },
    quit: async () => {
      await connection.sendRequest('shutdown')
      await connection.sendNotification('exit')
      return ended
    },
  }
}

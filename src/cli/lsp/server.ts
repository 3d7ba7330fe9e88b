/**
 * `postern lsp`: the language server, a thin shell around pure functions. The door to `vscode-languageserver`, which is
 * loaded when the server starts.
 *
 * Diagnostics are those of `postern check` for the texts in the editor, with the site around them. What goes wrong in an
 * answer is told to the editor, and the server goes on.
 */
import type * as lsp from 'vscode-languageserver/node'
import type * as texts from 'vscode-languageserver-textdocument'
import type { Clock } from '../../core/ports.ts'
import { reasonOf } from '../../core/reason.ts'
import { listFiles } from '../../ports/list-files.ts'
import { requireLibrary } from '../../ports/optional-library.ts'
import { Answers, fileOf } from './answers.ts'
import { FIX_ALL, rangeOf, toActions, toDiagnostic, toFixAll, uriOf } from './convert.ts'
import type { FailedTest } from './failing-tests.ts'
import { definitionsAt, referencesAt } from './navigate.ts'
import { QuietRun } from './quiet-run.ts'
import { type Findings, type Looked, Workspace } from './workspace.ts'

interface Libraries {
  readonly server: typeof lsp
  readonly document: typeof texts
}

export interface Streams {
  readonly input: NodeJS.ReadableStream
  readonly output: NodeJS.WritableStream
}

/** Settles when the editor is gone. Throws when the libraries are not installed. */
export async function serveEditor({ input, output }: Streams, clock: Clock, version: string): Promise<void> {
  requireLibrary('vscode-languageserver')
  requireLibrary('vscode-languageserver-textdocument')
  const libraries = {
    server: await import('vscode-languageserver/node'),
    document: await import('vscode-languageserver-textdocument'),
  }
  const connection = libraries.server.createConnection(input, output)
  new EditorServer(connection, libraries, clock).listen(version)
  await new Promise<void>((resolve) => void input.once('close', resolve))
}

/** Milliseconds behind a key stroke until the server looks, and until it analyses what it saw. */
export const QUIET = 10
const LONGER_QUIET = 300

class EditorServer {
  readonly #connection: lsp.Connection
  readonly #documents: lsp.TextDocuments<texts.TextDocument>
  readonly #workspace = new Workspace(listFiles())
  readonly #answers: Answers
  readonly #looking: QuietRun
  readonly #analysing: QuietRun
  /** As last told to the editor. */
  #told: Findings = new Map()
  #failed: readonly FailedTest[] = []
  #looked: Looked | undefined

  constructor(connection: lsp.Connection, libraries: Libraries, clock: Clock) {
    this.#connection = connection
    this.#documents = new libraries.server.TextDocuments(libraries.document.TextDocument)
    const { ResponseError, LSPErrorCodes } = libraries.server
    this.#answers = new Answers({
      workspace: this.#workspace,
      document: (uri) => this.#documents.get(uri),
      refusal: (because) => new ResponseError(LSPErrorCodes.RequestFailed, because),
    })
    this.#looking = new QuietRun(clock, QUIET, () => this.#look())
    this.#analysing = new QuietRun(clock, LONGER_QUIET, () => this.#analyse())
  }

  listen(version: string): void {
    const connection = this.#connection
    connection.onInitialize(() => ({ capabilities: CAPABILITIES, serverInfo: { name: 'postern', version } }))
    this.#followDocuments()
    connection.onCompletion((at) => this.#answers.complete(at))
    connection.onHover((at) => this.#answers.hover(at))
    connection.onDefinition((at) => this.#answers.places(at, definitionsAt))
    connection.onReferences((at) => this.#answers.places(at, referencesAt))
    connection.onPrepareRename((at) => this.#answers.prepareRename(at))
    connection.onRenameRequest((rename) => this.#answers.rename(rename))
    connection.onCodeAction((asked) => this.#actions(asked))
    connection.onDocumentFormatting(({ textDocument }) => this.#answers.format(textDocument.uri))
    connection.onDocumentSymbol(({ textDocument }) => this.#answers.symbols(textDocument.uri))
    this.#documents.listen(connection)
    connection.listen()
  }

  #followDocuments(): void {
    this.#documents.onDidChangeContent(({ document }) => this.#edited(document.uri, document.getText()))
    this.#documents.onDidClose(({ document }) => this.#edited(document.uri, undefined))
    this.#documents.onDidSave(() => this.#looking.change())
    this.#connection.onDidChangeWatchedFiles(() => this.#looking.change())
  }

  #edited(uri: string, text: string | undefined): void {
    const file = fileOf(uri)
    if (file === undefined) return
    this.#workspace.files.edit(file, text)
    this.#looking.change()
  }

  async #look(): Promise<void> {
    await this.#trying(async () => {
      this.#looked = await this.#workspace.diagnostics()
      this.#analysing.change()
      await this.#tell(this.#looked.soon)
    })
  }

  /** What was looked for in texts that have changed since is not told. */
  async #analyse(): Promise<void> {
    const looked = this.#looked
    const isOver = (): boolean => looked !== this.#looked
    await this.#trying(async () => {
      const found = await looked?.later()
      if (!found || isOver()) return
      await this.#tell(found)
      const failed = await looked?.tests(isOver)
      if (!failed || isOver() || failed.length + this.#failed.length === 0) return
      this.#failed = failed
      await this.#tell(found)
    })
  }

  async #trying(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (fault) {
      this.#connection.console.error(`postern: ${reasonOf(fault)}`)
    }
  }

  async #tell(found: Findings): Promise<void> {
    const gone = [...this.#told.keys()].filter((file) => !found.has(file))
    this.#told = found
    for (const file of gone) await this.#connection.sendDiagnostics({ uri: uriOf(file), diagnostics: [] })
    for (const [file, all] of found) {
      const failed = this.#failed.filter((one) => one.file === file)
      await this.#connection.sendDiagnostics({
        uri: uriOf(file),
        diagnostics: [...all, ...failed].map(toDiagnostic),
      })
    }
  }

  async #actions({ textDocument, range, context }: lsp.CodeActionParams): Promise<lsp.CodeAction[]> {
    await this.#looking.settled()
    await this.#analysing.settled()
    const file = fileOf(textDocument.uri) ?? ''
    const found = this.#told.get(file) ?? []
    const { only = ['quickfix'] } = context
    const isAsked = (kind: string): boolean => only.some((one) => isWithin(kind, one))
    const isOurs = (one: string): boolean => !this.#workspace.isShipped(one)
    const here = found.filter((one) => meets(rangeOf(one), range))
    return [
      ...(isAsked('quickfix') ? here.flatMap((one) => toActions(one, isOurs)) : []),
      ...(isAsked(FIX_ALL) ? toFixAll(found, file) : []),
    ]
  }
}

const CAPABILITIES: lsp.ServerCapabilities = {
  textDocumentSync: { openClose: true, change: 2, save: true },
  completionProvider: { triggerCharacters: [' ', '{', '.', '-', '$', ':'] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  codeActionProvider: { codeActionKinds: ['quickfix', FIX_ALL] },
  documentFormattingProvider: true,
  documentSymbolProvider: true,
}

/** `source.fixAll` is all kinds that begin so. */
function isWithin(kind: string, asked: string): boolean {
  return kind === asked || kind.startsWith(`${asked}.`)
}

function meets(one: lsp.Range, other: lsp.Range): boolean {
  return !isBefore(one.end, other.start) && !isBefore(other.end, one.start)
}

function isBefore(one: lsp.Position, other: lsp.Position): boolean {
  return one.line < other.line || (one.line === other.line && one.character < other.character)
}

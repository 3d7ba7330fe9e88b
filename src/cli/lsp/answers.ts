/** Answers to what an editor asks about a place in a file: from the pure functions to the words of the protocol. */
import { fileURLToPath } from 'node:url'
import type * as lsp from 'vscode-languageserver/node'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { Report } from '../../language/diagnostic.ts'
import { SourceText } from '../../language/source-text.ts'
import { layOut } from '../../language/yaml/layout.ts'
import { complete } from './complete.ts'
import { layoutEdits, rangeIn, toCompletion, toLocation, toSymbol, uriOf } from './convert.ts'
import { hoverAt } from './hover.ts'
import { type definitionsAt, type Place, renamableAt, renameAt } from './navigate.ts'
import { outlineOf } from './outline.ts'
import type { SiteModel } from './site-model.ts'
import type { Workspace } from './workspace.ts'

type At = lsp.TextDocumentPositionParams

/** Where the editor asks. */
interface Here {
  readonly file: string
  readonly offset: number
  readonly model: SiteModel
}

/** Undefined for what is not in a file. */
export function fileOf(uri: string): string | undefined {
  return uri.startsWith('file:') ? fileURLToPath(uri) : undefined
}

interface Around {
  readonly workspace: Workspace
  readonly document: (uri: string) => TextDocument | undefined
  /** The error that an editor shows. */
  readonly refusal: (because: string) => Error
}

export class Answers {
  readonly #workspace: Workspace
  readonly #document: Around['document']
  readonly #refusal: Around['refusal']

  constructor({ workspace, document, refusal }: Around) {
    this.#workspace = workspace
    this.#document = document
    this.#refusal = refusal
  }

  async #here({ textDocument, position }: At): Promise<Here | undefined> {
    const [document, file] = [this.#document(textDocument.uri), fileOf(textDocument.uri)]
    if (!document || file === undefined || this.#workspace.files.tooLarge.has(file)) return undefined
    return { file, offset: document.offsetAt(position), model: await this.#workspace.modelAround(file) }
  }

  async #source(file: string): Promise<SourceText> {
    return new SourceText(file, (await this.#workspace.files.read(file).catch(() => undefined)) ?? '')
  }

  async complete(at: At): Promise<lsp.CompletionItem[]> {
    const here = await this.#here(at)
    if (!here) return []
    const source = await this.#source(here.file)
    return complete(here.file, source.text, here.offset, here.model).map((one) => toCompletion(one, source))
  }

  async hover(at: At): Promise<lsp.Hover | null> {
    const here = await this.#here(at)
    if (!here) return null
    const hover = hoverAt(await this.#workspace.sheet(here.file), here.offset, here.model)
    if (!hover) return null
    const range = rangeIn(await this.#source(here.file), hover.from, hover.to)
    return { contents: { kind: 'plaintext', value: hover.text }, range }
  }

  async places(at: At, find: typeof definitionsAt): Promise<lsp.Location[]> {
    const here = await this.#here(at)
    if (!here) return []
    const places = find(await this.#workspace.sheet(here.file), here.offset, here.model)
    return Promise.all(places.map(async (place) => toLocation(place, await this.#source(place.file))))
  }

  async prepareRename(at: At): Promise<lsp.Range | null> {
    const here = await this.#here(at)
    const place = here && renamableAt(await this.#workspace.sheet(here.file), here.offset)
    return place ? rangeIn(await this.#source(place.file), place.from, place.to) : null
  }

  async rename({ newName, ...at }: lsp.RenameParams): Promise<lsp.WorkspaceEdit | null> {
    const here = await this.#here(at)
    if (!here) return null
    const renamed = renameAt(await this.#workspace.sheet(here.file), here.offset, newName, here.model)
    if (!renamed.ok) throw this.#refusal(renamed.because)
    return { changes: await this.#renaming(renamed.places, newName) }
  }

  async #renaming(places: readonly Place[], newText: string): Promise<Record<string, lsp.TextEdit[]>> {
    const changes: Record<string, lsp.TextEdit[]> = {}
    for (const { file, from, to } of places) {
      const range = rangeIn(await this.#source(file), from, to)
      ;(changes[uriOf(file)] ??= []).push({ range, newText })
    }
    return changes
  }

  async format(uri: string): Promise<lsp.TextEdit[]> {
    if (this.#workspace.files.tooLarge.has(fileOf(uri) ?? '')) return []
    const before = this.#document(uri)?.getText() ?? ''
    const after = layOut(before, uri, new Report())
    return after === undefined ? [] : layoutEdits(before, after)
  }

  async symbols(uri: string): Promise<lsp.DocumentSymbol[]> {
    const file = fileOf(uri)
    if (file === undefined) return []
    const source = await this.#source(file)
    return outlineOf(await this.#workspace.sheet(file)).map((part) => toSymbol(part, source))
  }
}

/**
 * A list on a web server, loaded whole and asked here.
 *
 * It is fetched when it is opened and then from time to time, with If-None-Match and If-Modified-Since (RFC 9110 section 13);
 * a copy on disk serves from the first moment on. While the server is away, or answers with something else, or the
 * signature is wrong, the last good list goes on until it is too old; then nobody knows (stale-if-error, RFC 5861).
 */
import { isUtf8 } from 'node:buffer'
import { readFile } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { indexListFile } from '../../compiler/lists/index-list-file.ts'
import type { ListIndex, ListKind } from '../../core/list.ts'
import { reasonOf } from '../../core/reason.ts'
import { withTimeLimit } from '../../delivery/time-limit.ts'
import { Report } from '../../language/diagnostic.ts'
import { formatDuration } from '../../language/units.ts'
import type { Asking, SourceWorld } from './driver.ts'
import { type ListCopy, readCopy, writeCopy } from './list-copy.ts'
import { isSignedBy, readPublicKey } from './signature.ts'
import { type WebAnswer, WebClient } from './web-get.ts'

export interface WebListOptions {
  readonly url: URL
  readonly kind: ListKind
  readonly shown: string
  /** Milliseconds between two fetches, about. */
  readonly refresh: number
  /** Milliseconds after which a list that could not be renewed counts no more. */
  readonly maxAge: number
  /** Octets. */
  readonly most: number
  readonly copy: string | undefined
  readonly caFile: string | undefined
  /** Path; then the list counts only with its signature. */
  readonly publicKey: string | undefined
  readonly signature: URL
}

/** Milliseconds for one fetch, and between two after a failure. */
const [PATIENCE, FIRST_RETRY, LAST_RETRY] = [30_000, 5000, 300_000]
const SIGNATURE_OCTETS = 1024

interface Loaded extends ListCopy {
  readonly index: ListIndex
}

export class WebList implements Asking {
  readonly #options: WebListOptions
  readonly #world: SourceWorld
  readonly #client: WebClient
  readonly #end = new AbortController()
  /** Settles when there is a list, or the first attempt has failed. */
  readonly #first: Promise<void>
  #list: Loaded | undefined
  #fault = 'it has not been fetched yet'
  #failures = 0
  #cancel: (() => void) | undefined

  constructor(options: WebListOptions, world: SourceWorld) {
    this.#options = options
    this.#world = world
    this.#client = new WebClient(options.url)
    this.#first = this.#begin()
  }

  async ask(key: string): Promise<readonly string[] | undefined> {
    if (!this.#list) await this.#first
    const list = this.#list
    if (!list) throw new Error(this.#fault)
    if (this.#ageOf(list) > this.#options.maxAge)
      throw new Error(`the list is older than ${formatDuration(this.#options.maxAge)}: ${this.#fault}`)
    const entry = list.index.find(key)
    return entry && [entry.reason ?? '']
  }

  async close(): Promise<void> {
    this.#end.abort()
    this.#cancel?.()
    this.#client.close()
  }

  async #begin(): Promise<void> {
    const { copy } = this.#options
    const kept = copy === undefined ? undefined : await readCopy(copy)
    if (kept) this.#list = await this.#trusted(kept).catch(() => undefined)
    if (this.#list && this.#ageOf(this.#list) < this.#options.refresh) this.#again()
    else if (this.#list) void this.#renew()
    else await this.#renew()
  }

  /** A clock that was set back makes nothing old. */
  #ageOf({ checkedAt }: ListCopy): number {
    return Math.max(0, this.#world.clock.now() - checkedAt)
  }

  async #renew(): Promise<void> {
    try {
      await withTimeLimit(this.#world.clock, PATIENCE, (signal) =>
        this.#fetch(AbortSignal.any([signal, this.#end.signal])),
      )
      this.#succeeded()
    } catch (fault) {
      this.#failed(reasonOf(fault))
    }
    this.#again()
  }

  #again(): void {
    if (this.#end.signal.aborted) return
    const { refresh } = this.#options
    const retry = Math.min(refresh, FIRST_RETRY * 2 ** Math.min(this.#failures - 1, 10), LAST_RETRY)
    const wait = (this.#failures === 0 ? refresh : retry) * (0.75 + this.#world.chance() / 2)
    this.#cancel = this.#world.clock.after(wait, () => void this.#renew())
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#say('info', 'a list outside is fetched again')
    this.#failures = 0
  }

  #failed(because: string): void {
    this.#fault = because
    this.#failures += 1
    if (this.#failures === 1 && !this.#end.signal.aborted)
      this.#say(
        'warn',
        this.#list ? 'a list outside cannot be fetched; the last one goes on' : 'a list outside cannot be fetched',
        because,
      )
  }

  #say(level: 'info' | 'warn', text: string, because?: string): void {
    this.#world.log.write(level, { list: this.#options.shown, because }, text)
  }

  async #fetch(signal: AbortSignal): Promise<void> {
    const { copy } = this.#options
    const before = this.#list
    const answer = await this.#get(this.#options.url, this.#options.most, signal, {
      ...(before?.etag !== undefined && { 'If-None-Match': before.etag }),
      ...(before?.lastModified !== undefined && { 'If-Modified-Since': before.lastModified }),
    })
    const checkedAt = this.#world.clock.now()
    if (answer.status === 304 && before) this.#list = { ...before, checkedAt }
    else this.#list = await this.#checked(answer, checkedAt, signal)
    const { index: _, ...kept } = this.#list
    if (copy !== undefined)
      await writeCopy(copy, kept).catch((fault: unknown) =>
        this.#say('warn', 'the copy of a list outside cannot be written', String(fault)),
      )
  }

  async #checked(
    { status, etag, lastModified, body }: WebAnswer,
    checkedAt: number,
    signal: AbortSignal,
  ): Promise<Loaded> {
    if (status !== 200) throw new Error(`it answers ${status}`)
    const signature = await this.#signature(signal)
    return this.#trusted({ body, etag, lastModified, signature, checkedAt })
  }

  async #signature(signal: AbortSignal): Promise<string | undefined> {
    const { publicKey, signature } = this.#options
    if (publicKey === undefined) return undefined
    const given = await this.#get(signature, SIGNATURE_OCTETS, signal)
    if (given.status !== 200) throw new Error(`its signature answers ${given.status}`)
    return given.body.toString('base64')
  }

  /** Wherever it comes from: who may write the copy need not be who may say what is in the list. */
  async #trusted(copy: ListCopy): Promise<Loaded> {
    const { publicKey } = this.#options
    const signature = Buffer.from(copy.signature ?? '', 'base64')
    if (publicKey !== undefined && !isSignedBy(await readPublicKey(publicKey), copy.body, signature))
      throw new Error('its signature is wrong')
    return this.#indexed(copy)
  }

  async #get(
    url: URL,
    most: number,
    signal: AbortSignal,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<WebAnswer> {
    const { caFile } = this.#options
    const ca = caFile === undefined ? undefined : await readFile(caFile)
    return this.#client.get({ url, headers, ca, most }, signal)
  }

  async #indexed(copy: ListCopy): Promise<Loaded> {
    const { kind, shown: path } = this.#options
    const { body } = copy
    if (!isUtf8(body)) throw new Error('it is not text in UTF-8')
    const report = new Report()
    const pieces = { octets: body.length, [Symbol.asyncIterator]: () => onePiece(body) }
    const { index } = await indexListFile({ kind, path, pieces }, report, () => setImmediate())
    const [first] = report.sorted()
    if (first) this.#say('warn', `${report.errors} entries of a list outside cannot be read`, first.message)
    return { ...copy, index }
  }
}

async function* onePiece(body: Buffer): AsyncGenerator<string> {
  yield body.toString('utf8')
}

/**
 * `https://…`: with `{key}` in it a page for each key, without it a list that is loaded whole (web-list.ts).
 *
 * A page with status 200 says that the key is there, its lines are the values; 404, 410 and 204 say that it is not.
 * Anything else, redirects included, says nothing. Plain `http:` is for this machine, and for lists with a signature.
 */
import { readFile } from 'node:fs/promises'
import { isLoadedWhole, type SourceSpec } from '../../core/source.ts'
import { hasStep } from '../../core/net/url-step.ts'
import { type Asking, type Driver, MOST_VALUES } from './driver.ts'
import { durationIn, fileIn, sizeIn } from './parameters.ts'
import { WebClient } from './web-get.ts'
import { WebList } from './web-list.ts'

const [HOUR, DAY, MIB] = [3_600_000, 86_400_000, 1024 * 1024]
const LARGEST_PAGE = 64 * 1024
const LARGEST_TEXT = MIB
const OF_LISTS = ['refresh', 'max_age', 'size', 'copy', 'public_key', 'signature']
const HERE: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

export const httpDriver: Driver = {
  parameters: ['ca_file', ...OF_LISTS],
  read(source) {
    return isLoadedWhole(source) ? readList(source) : readMap(source)
  },
}

function urlOf(text: string): URL {
  if (!URL.canParse(text)) throw new Error('the URL of the list cannot be read')
  return new URL(text)
}

/** Throws an Error with a plain sentence for a way on which an answer may be anybody's. */
export function checkWay({ protocol, hostname }: URL, isSigned: boolean): void {
  if (protocol === 'https:' || isSigned || HERE.has(hostname)) return
  throw new Error("what comes by plain `http:` may be anybody's: write `https:`, or name a `public_key`")
}

function readMap(source: SourceSpec): ReturnType<Driver['read']> {
  const text = `${source.scheme}:${source.place}`
  if (!/^\/\/[^/{}]+\//.test(source.place)) throw new Error('`{key}` stands behind the name of the server')
  const url = urlOf(text.replaceAll('{key}', 'key'))
  checkWay(url, false)
  const other = OF_LISTS.find((name) => source.parameters.has(name))
  if (other !== undefined) throw new Error(`\`${other}\` is for lists that are loaded whole; this URL has \`{key}\``)
  const caFile = fileIn(source, 'ca_file')
  const isInPath = /^[^?]*\{key\}/.test(text)
  return () => new WebMap({ text, caFile, isText: source.isText ?? false, isInPath }, new WebClient(url))
}

interface MapOptions {
  /** The URL, with `{key}` in it. */
  readonly text: string
  readonly caFile: string | undefined
  /** A page is one value. */
  readonly isText: boolean
  /** Before a `?`. */
  readonly isInPath: boolean
}

class WebMap implements Asking {
  readonly #options: MapOptions
  readonly #client: WebClient

  constructor(options: MapOptions, client: WebClient) {
    this.#options = options
    this.#client = client
  }

  async ask(key: string, signal: AbortSignal): Promise<readonly string[] | undefined> {
    const { text, caFile, isText, isInPath } = this.#options
    if (isInPath && hasStep(key)) throw new Error('dots alone are a step in a path')
    const ca = caFile === undefined ? undefined : await readFile(caFile)
    const url = new URL(text.replaceAll('{key}', () => encodeURIComponent(key)))
    const most = isText ? LARGEST_TEXT : LARGEST_PAGE
    const { status, body } = await this.#client.get({ url, ca, headers: {}, most }, signal)
    if (status === 404 || status === 410 || status === 204) return undefined
    if (status !== 200) throw new Error(`it answers ${status}`)
    if (isText) return [body.toString('utf8')]
    const lines = body.toString('utf8').split(/\r?\n/)
    return lines.filter((line) => line.trim() !== '').slice(0, MOST_VALUES)
  }

  async close(): Promise<void> {
    this.#client.close()
  }
}

function readList(source: SourceSpec): ReturnType<Driver['read']> {
  const url = urlOf(`${source.scheme}:${source.place}`)
  const [publicKey, signature] = [fileIn(source, 'public_key'), source.parameters.get('signature')]
  if (signature !== undefined && publicKey === undefined) throw new Error('`signature` needs a `public_key`')
  checkWay(url, publicKey !== undefined)
  const options = {
    url,
    kind: source.kind,
    shown: source.shown,
    refresh: durationIn(source, 'refresh', HOUR),
    maxAge: durationIn(source, 'max_age', DAY),
    most: sizeIn(source, 'size', 32 * MIB),
    copy: fileIn(source, 'copy'),
    caFile: fileIn(source, 'ca_file'),
    publicKey,
    signature: signature === undefined ? new URL(`${url.href}.sig`) : new URL(signature, url),
  }
  return (world) => new WebList(options, world)
}

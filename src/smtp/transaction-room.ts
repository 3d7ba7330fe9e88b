/** What a transaction has besides its envelope: the content as it comes in, and room on disk. Both end with it. */
import type { Limits } from '../core/limits.ts'
import type { Ports, Spool, SpoolRoom } from '../core/ports.ts'
import type { MaybePromise } from '../core/truth.ts'
import { ContentBody } from './content/body.ts'
import { ContentReader, type Framing } from './content/reader.ts'

interface Options {
  readonly ports: Ports
  /** Without one, content stays in memory and plugins have no temporary files. */
  readonly spool: Spool | undefined
}

export class TransactionRoom {
  readonly #options: Options
  #ports: Ports
  #room: SpoolRoom | undefined
  #content: ContentReader | undefined

  constructor(options: Options) {
    this.#options = options
    this.#ports = options.ports
  }

  /** Those of the session, and within a transaction its temporary files. */
  get ports(): Ports {
    return this.#ports
  }

  /** What has come in of the content, from the first chunk on. */
  get content(): ContentReader | undefined {
    return this.#content
  }

  begin(): void {
    this.#room = this.#options.spool?.begin()
    if (this.#room) this.#ports = { ...this.#options.ports, temporary: this.#room }
  }

  /** The content is about to come in. */
  receive(framing: Framing, limits: Limits): ContentReader {
    this.#content = new ContentReader(limits, new ContentBody(this.#room, limits.spool_threshold), framing)
    return this.#content
  }

  end(): MaybePromise<void> {
    const room = this.#room
    this.#ports = this.#options.ports
    this.#content = undefined
    this.#room = undefined
    return room?.end()
  }
}

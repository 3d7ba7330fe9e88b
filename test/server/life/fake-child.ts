/** A worker's process that does nothing by itself: tests say what it says and how it ends. */
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Child } from '../../../src/server/life/worker-process.ts'
import type { FromWorker, ToWorker } from '../../../src/server/life/worker-messages.ts'

export class FakeChild extends EventEmitter implements Child {
  connected = true
  readonly heard: ToWorker[] = []
  readonly sockets: Socket[] = []
  readonly signals: string[] = []
  /** What sending ends with. */
  fault: Error | null = null

  send(message: ToWorker, handle: Socket | undefined, callback: (fault: Error | null) => void): boolean {
    this.heard.push(message)
    if (handle) this.sockets.push(handle)
    callback(this.fault)
    return true
  }

  kill(signal: 'SIGKILL'): boolean {
    this.signals.push(signal)
    this.end(null, signal)
    return true
  }

  say(message: FromWorker): void {
    this.emit('message', message)
  }

  end(code: number | null, signal: string | null = null): void {
    if (!this.connected) return
    this.connected = false
    this.emit('exit', code, signal)
  }

  kinds(): readonly string[] {
    return this.heard.map(({ kind }) => kind)
  }
}

/** What the system tells a daemon: SIGHUP to load the site again, SIGTERM and SIGINT to end, twice to end at once. */
export interface Signals {
  /** Resolves with the exit code when it is time to end. */
  readonly ended: Promise<number>
  /** Ends it from inside. */
  end(exitCode: number): void
  /** A SIGHUP that came before counts. */
  onReload(reload: () => void): void
  /** When it is to end at once. */
  onHurry(hurry: () => void): void
}

const ENDS = ['SIGTERM', 'SIGINT'] as const

export function listenForSignals(): Signals {
  const { promise: ended, resolve } = Promise.withResolvers<number>()
  let [reload, hurry] = [undefined, undefined] as [(() => void) | undefined, (() => void) | undefined]
  let [hasEnded, isReloadWanted] = [false, false]
  const end = (exitCode: number): void => {
    if (hasEnded) hurry?.()
    hasEnded = true
    resolve(exitCode)
  }
  process.on('SIGHUP', () => {
    isReloadWanted = true
    reload?.()
  })
  for (const signal of ENDS) process.on(signal, () => end(0))
  return {
    ended,
    end,
    onReload(callback) {
      reload = callback
      if (isReloadWanted) callback()
    },
    onHurry(callback) {
      hurry = callback
    },
  }
}

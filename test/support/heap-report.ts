/**
 * To be loaded before a server (`--import`): says every two seconds, on standard error, how much of the heap is in use once
 * the garbage is gone. Resident memory says little over minutes: an engine keeps what it once had.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const INTERVAL = 2000

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

setInterval(() => {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  process.stderr.write(`heap in use ${heapUsed + external}\n`)
}, INTERVAL).unref()
